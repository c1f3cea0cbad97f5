"""Group `plan-review`: a plan of 5,000 changes, reviewed, against reading the same file with `json.load`."""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.benchmarks.measure import ROOT
from tests.benchmarks.report import Report, Target
from tools.plan_review.comment import comment
from tools.plan_review.reading import read_plan
from tools.plan_review.review import review

CHANGES = 5_000
_RECORDED = ROOT / "tests" / "unit" / "plan_review" / "plans"


def run(quick: bool) -> Report:
    """Measure in turns, so that a slow moment of the machine hits both alike."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tap-bench-us-east-1.json"
        path.write_text(json.dumps(_large_plan()))
        taken = [(_seconds(_load, path), _seconds(_review, path)) for _ in range(1 if quick else 7)]
        size = path.stat().st_size / 1e6
    load, whole = (statistics.median(one[side] for one in taken) for side in (0, 1))
    return Report(
        targets=[
            Target(f"review of {CHANGES:,} changes ({size:.0f} MB)", whole, 1.0, "s"),
            Target("json.load of the same file", load, None, "s"),
            Target("review / json.load", whole / load, 4.0),
        ]
    )


def _large_plan() -> dict[str, Any]:
    """Changes that Terraform really planned, over and over, at addresses of their own."""
    recorded = [json.loads(path.read_text()) for path in sorted(_RECORDED.glob("*/*-1.json"))]
    changes = [change for plan in recorded for change in plan["resource_changes"]]
    many = [changes[n % len(changes)] for n in range(CHANGES)]
    renamed = [change | {"address": f"{change['address']}_{n}"} for n, change in enumerate(many)]
    return {"format_version": "1.2", "resource_changes": renamed, "output_changes": recorded[0]["output_changes"]}


def _load(path: Path) -> None:
    with path.open("rb") as file:
        json.load(file)


def _review(path: Path) -> None:
    comment(review([read_plan(path)]))


def _seconds(work: Callable[[Path], None], path: Path) -> float:
    start = time.perf_counter()
    work(path)
    return time.perf_counter() - start
