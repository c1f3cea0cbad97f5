"""Plans to review: recorded ones, and written ones."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tools.plan_review import reading
from tools.plan_review import review as reviewing
from tools.plan_review.configuration import read_configuration
from tools.plan_review.model import Plan
from tools.plan_review.review import Review
from tools.plan_review.verdicts import rules_for, verdicts_for

FOLDER = Path(__file__).parent
CONFIGURATION = read_configuration(FOLDER.parents[2] / "plan-review.toml", required=True)
RULES = rules_for(CONFIGURATION)
ROWS = verdicts_for(CONFIGURATION)
PLANS = FOLDER / "plans"
COMMENTS = FOLDER / "comments"
Json = dict[str, Any]


def read_plan(path: Path) -> Plan:
    """A plan of this project."""
    return reading.read_plan(path, CONFIGURATION)


def review(plans: Iterable[Plan], **more: Any) -> Review:
    """A review of plans of this project."""
    return reviewing.review(plans, CONFIGURATION, **more)


def files(name: str) -> list[Path]:
    """The recorded plans of a change, one for each stack."""
    return [path for path in sorted((PLANS / name).glob("*.json")) if not path.name.endswith(".tf.json")]


def recorded(name: str) -> list[Plan]:
    """The same, read."""
    return [read_plan(path) for path in files(name)]


def written(folder: Path, *changes: Json, name: str = "tap-dev-us-east-1", **more: Any) -> Path:
    """A file with a plan that makes these changes."""
    path = folder / f"{name}.json"
    path.write_text(json.dumps({"format_version": "1.2", "resource_changes": list(changes), **more}))
    return path


def change(type_: str, before: Json | None, after: Json | None, *, address: str = "", **more: Any) -> Json:
    """A change as Terraform writes it; the action follows from what there is before and after."""
    actions = {(True, False): ["delete"], (False, True): ["create"]}.get((bool(before), bool(after)), ["update"])
    body = {"actions": actions, "before": before, "after": after, "after_unknown": {}} | more
    return {"address": address or f"{type_}.one", "type": type_, "mode": "managed", "change": body}
