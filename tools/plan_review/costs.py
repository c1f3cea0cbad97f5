"""What a plan changes about the costs of a stack, where whoever planned has written that beside it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tools.plan_review.grouping import grouped
from tools.plan_review.markdown import code
from tools.plan_review.model import Json

NOTE = ".cost.json"
_MOST_LINES = 4
_CENT = 0.005
_MOST = 1e12  # more is no amount, and no rate


@dataclass(frozen=True, kw_only=True)
class Cost:
    """US dollars a month before and after, at so many events per second, and the lines that change, by their names.

    `unknown`: addresses of what costs something that isn't known.
    """

    before_usd: float
    after_usd: float
    events_per_second: float
    lines: Mapping[str, float]
    unknown: tuple[str, ...] = ()

    @property
    def changes(self) -> bool:
        """Whether there is anything to say."""
        return bool(self.unknown) or any(abs(usd) >= _CENT for usd in self.lines.values())


Costs = Mapping[str, Cost]
"""By stack."""


def read_costs(paths: Iterable[Path]) -> Costs:
    """Read notes, by the names of their stacks; one that can't be read says nothing."""
    found = {path.name.removesuffix(NOTE): _cost(path) for path in paths}
    return {stack: cost for stack, cost in found.items() if cost}


def _cost(path: Path) -> Cost | None:
    try:
        note = json.loads(path.read_text(encoding="utf-8"))
        return Cost(
            before_usd=_number(note["before_usd"]),
            after_usd=_number(note["after_usd"]),
            events_per_second=_number(note["events_per_second"]),
            lines={str(name): _number(usd) for name, usd in note["lines"].items()},
            unknown=tuple(map(str, note["unknown"])),
        )
    except (OSError, ValueError, RecursionError, KeyError, TypeError, AttributeError):
        return None


def cost_lines(costs: Costs) -> Iterator[str]:
    """A line for each stack whose costs change; one for those that change alike."""
    found = [(stack, cost) for stack, cost in costs.items() if cost.changes]
    for group in grouped(found, lambda one: _said(one[1]), lambda one: one[0]):
        yield f"- {code(group.stacks[0])}{group.times}: {_said(group.one[1])}"


def _said(cost: Cost) -> str:
    difference = cost.after_usd - cost.before_usd
    ordered = sorted(cost.lines.items(), key=lambda item: -abs(item[1]))
    parts = [f"{code(name)} {usd:+,.2f}" for name, usd in ordered[:_MOST_LINES]]
    if len(ordered) > _MOST_LINES:
        parts.append(f"{len(ordered) - _MOST_LINES:,} more")
    if cost.unknown:
        parts.append(f"not known: {', '.join(map(code, cost.unknown[:_MOST_LINES]))}")
    return (
        f"**{difference:+,.2f} US dollars a month** at {cost.events_per_second:,g} events per second, from "
        f"{cost.before_usd:,.2f} to {cost.after_usd:,.2f}: {', '.join(parts)}"
    )


def _number(value: Json) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= _MOST:
        raise TypeError
    return float(value)
