"""The command line of the benchmarks."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable

from tests.benchmarks import lambda_group, plan_review, synth
from tests.benchmarks.measure import ROOT, BrokenError
from tests.benchmarks.report import Report

GROUPS: dict[str, Callable[[bool], Report]] = {
    "synth": synth.run,
    "lambda": lambda_group.run,
    "plan-review": plan_review.run,
}


def main() -> int:
    """Run the chosen groups; 1 if one of them broke, whatever the times are."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks", description="Measure, and compare with targets."
    )
    parser.add_argument("group", nargs="*", help=f"which groups to run: {', '.join(GROUPS)} (default: all)")
    parser.add_argument("--quick", action="store_true", help="measure once, and leave out what takes minutes")
    chosen = parser.parse_args()
    if unknown := set(chosen.group) - set(GROUPS):
        parser.error(f"unknown group {', '.join(sorted(unknown))}; there is: {', '.join(GROUPS)}")
    os.chdir(ROOT)  # where the programs that are measured expect to be started
    broken = 0
    for name in chosen.group or GROUPS:
        try:
            print(GROUPS[name](chosen.quick).text(name))
        except BrokenError as problem:
            print(f"{name}: {problem}", file=sys.stderr)
            broken = 1
    return broken


if __name__ == "__main__":
    sys.exit(main())
