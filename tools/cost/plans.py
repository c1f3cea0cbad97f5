"""What a plan changes about the costs of a stack, as a note beside the plan, which its review shows."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from stacks.identity import StackIdentity
from tools.cost.declared import declared_by
from tools.cost.estimate import Estimate, estimate
from tools.cost.resources import of_values
from tools.plan_review.costs import NOTE

_CENT = 0.005


def write_cost_note(plan: Path, identity: StackIdentity) -> None:
    """Write the note beside what `terraform show -json` printed of a plan; none for what runs on an emulator.

    Raises SettingsError where the environment's settings, which declare the traffic, are not valid.
    """
    declared = declared_by(identity.environment)
    if declared.is_emulated:
        return
    found: Mapping[str, Any] = json.loads(plan.read_text(encoding="utf-8"))
    values = {
        "before": (found.get("prior_state") or {}).get("values"),
        "after": found.get("planned_values"),
    }
    costs = {name: estimate(of_values(each), declared.traffic, identity.region) for name, each in values.items()}
    before, after = costs["before"], costs["after"]
    note = {
        "events_per_second": declared.traffic.events_per_second,
        "before_usd": round(before.usd, 2),
        "after_usd": round(after.usd, 2),
        "lines": dict(_differences(before, after)),
        "unknown": [each.address for each in after.unknown if each not in before.unknown],
        "borrowed_usd": round(after.borrowed_usd, 2),
    }
    plan.with_name(f"{identity.name}{NOTE}").write_text(f"{json.dumps(note, indent=2)}\n", encoding="utf-8")


def _differences(before: Estimate, after: Estimate) -> Iterator[tuple[str, float]]:
    """The lines that change by a cent or more, by what they are of, the largest change first."""
    sums: dict[str, float] = {}
    for found, sign in ((before, -1), (after, 1)):
        for line in found.lines:
            name = f"{line.service} {line.what}"
            sums[name] = sums.get(name, 0.0) + sign * line.usd
    ordered = sorted(sums.items(), key=lambda item: -abs(item[1]))
    return ((name, round(usd, 2)) for name, usd in ordered if abs(usd) >= _CENT)
