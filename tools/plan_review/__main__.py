"""`python -m tools.plan_review`: writes the review of plans, and returns the exit status."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from tools.plan_review.comment import comment, failed
from tools.plan_review.configuration import DEFAULTS, FILE, Configuration, read_configuration
from tools.plan_review.costs import NOTE as COSTS
from tools.plan_review.costs import read_costs
from tools.plan_review.model import ReviewError
from tools.plan_review.packages import NOTE, read_notes
from tools.plan_review.reading import read_plan
from tools.plan_review.review import Review, Status, review
from tools.plan_review.rule import Category


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """A wrong call is a failure: 2 would mean that a label is needed."""
        self.print_usage(sys.stderr)
        self.exit(Status.FAILED, f"{self.prog}: {message}\n")


def main(arguments: Sequence[str]) -> int:
    """Review plans; return the exit status."""
    chosen = _parser().parse_args(arguments)
    configuration = DEFAULTS
    try:
        file = chosen.configuration
        configuration = read_configuration(file or FILE, required=file is not None)
        found = _review(chosen, configuration)
        text, status = comment(found), found.status
    except ReviewError as error:
        print(error, file=sys.stderr)
        text, status = failed(str(error), configuration.marker), Status.FAILED
    output = chosen.output or Path(configuration.plans) / "review.md"
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(text, encoding="utf-8")
    if status is Status.FAILED:
        return status
    print(text)
    return Status.FINE if chosen.advisory else status


def _review(chosen: argparse.Namespace, configuration: Configuration) -> Review:
    if chosen.failed:
        raise ReviewError("stacks could not be synthesized or planned: see the other jobs of this run")
    paths = chosen.plan or _plans(configuration)
    packages = read_notes(path.with_suffix(NOTE) for path in paths)
    costs = read_costs(path.with_suffix(COSTS) for path in paths)
    plans = (read_plan(path, configuration) for path in paths)
    labels = [label.strip() for text in chosen.label for label in text.split(",")]
    return review(plans, configuration, labels=labels, uncounted=chosen.uncounted, packages=packages, costs=costs)


def _parser() -> _Parser:
    parser = _Parser(
        prog="python -m tools.plan_review", description="Review plans; exit status: 0 fine, 2 needs a label, 1 failed."
    )
    parser.add_argument(
        "plan", nargs="*", type=Path, help="what `terraform show -json` prints (default: all in the folder of plans)"
    )
    known = ", ".join(category.label for category in Category)
    parser.add_argument("--label", action="append", default=[], help=f"a label of the pull request, of: {known}")
    parser.add_argument(
        "--uncounted", action="append", default=[], help="a label that its author gave, only to be told"
    )
    parser.add_argument("--advisory", action="store_true", help="ask for no label: a person decides by the text")
    parser.add_argument("--failed", action="store_true", help="say that there is no review, as something failed before")
    parser.add_argument("--output", type=Path, help="file for the comment (default: review.md in the folder of plans)")
    parser.add_argument("--configuration", type=Path, help=f"about the project (default: {FILE}, if there is one)")
    return parser


def _plans(configuration: Configuration) -> list[Path]:
    found = sorted(Path(configuration.plans).glob("*.json"))
    plans = [path for path in found if "." not in path.stem]  # the others are notes beside them
    if not plans:
        raise ReviewError(f"there is no plan in {configuration.plans}: run `{configuration.make_plans}` first")
    return plans


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
