"""`make plan-review`: writes the review of plans, and returns the exit status."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from tools.plan_review.comment import comment, failed
from tools.plan_review.model import ReviewError
from tools.plan_review.packages import NOTE, read_notes
from tools.plan_review.reading import read_plan
from tools.plan_review.review import Status, review
from tools.plan_review.rule import Category

PLANS = Path("cdktf.out/plans")


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Called in a wrong way is a failure: 2 would mean that a label is needed."""
        self.print_usage(sys.stderr)
        self.exit(Status.FAILED, f"{self.prog}: {message}\n")


def main(arguments: Sequence[str]) -> int:
    """Reviews; returns the exit status."""
    chosen = _parser().parse_args(arguments)
    try:
        if chosen.failed:
            raise ReviewError("stacks could not be synthesized or planned: see the other jobs of this run")
        paths = chosen.plan or _plans()
        packages = read_notes(path.with_suffix(NOTE) for path in paths)
        found = review(map(read_plan, paths), labels=_labels(chosen.label), packages=packages)
        text, status = comment(found), found.status
    except ReviewError as error:
        print(error, file=sys.stderr)
        text, status = failed(str(error)), Status.FAILED
    chosen.output.parent.mkdir(parents=True, exist_ok=True)
    chosen.output.write_text(text, encoding="utf-8")
    if status is Status.FAILED:
        return status
    print(text)
    return Status.FINE if chosen.advisory else status


def _parser() -> _Parser:
    parser = _Parser(
        prog="python -m tools.plan_review", description="Review plans; exit status: 0 fine, 2 needs a label."
    )
    parser.add_argument(
        "plan", nargs="*", type=Path, help=f"what `terraform show -json` says (default: {PLANS}/*.json)"
    )
    known = ", ".join(category.label for category in Category)
    parser.add_argument("--label", action="append", default=[], help=f"a label of the pull request, of: {known}")
    parser.add_argument("--advisory", action="store_true", help="ask for no label: somebody else decides by the text")
    parser.add_argument("--failed", action="store_true", help="say that there is no review, as something failed before")
    parser.add_argument("--output", type=Path, default=PLANS / "review.md", help="where to (default: %(default)s)")
    return parser


def _labels(given: Sequence[str]) -> list[str]:
    return [label.strip() for text in given for label in text.split(",")]


def _plans() -> list[Path]:
    found = [path for path in sorted(PLANS.glob("*.json")) if "." not in path.stem]  # the others are notes beside them
    if not found:
        raise ReviewError(f"there is no plan in {PLANS}: run `make plan` first")
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
