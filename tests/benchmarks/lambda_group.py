"""Group `lambda`: what starting and working costs the functions, in CPU time, against floors of the same run.

CPU time and not seconds: what a function waits for is not its own, and other programs of this machine do not count.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from stacks.packaging import Package, PackagingError, build_packages
from stacks.settings import FUNCTIONS
from tests.benchmarks.lambda_copies import duplicates
from tests.benchmarks.lambda_import import cold_imports
from tests.benchmarks.lambda_importing import importing
from tests.benchmarks.lambda_ledger import claiming
from tests.benchmarks.lambda_logs import logging
from tests.benchmarks.lambda_process import deduplicating, processing
from tests.benchmarks.lambda_receive import receiving
from tests.benchmarks.measure import ROOT, BrokenError
from tests.benchmarks.report import Report, Target

_MAX_PACKAGE_MB = 1


def run(quick: bool) -> Report:
    """Measure everything; each figure is a median."""
    report = Report()
    runs, rounds = (1, 5) if quick else (9, 31)
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        deployed, here = _packages(Path(folder))
        report.targets.extend(cold_imports(here, Path(folder), runs=runs, measured=report.measured))
    report.targets.extend(processing(rounds))
    report.targets.extend(deduplicating(rounds))
    report.targets.extend(claiming(rounds, report.skipped))
    report.targets.extend(duplicates(rounds))
    report.targets.extend(receiving(rounds))
    report.targets.extend(logging())
    report.targets.extend(importing(rounds))
    report.targets.extend(_sizes(deployed))
    return report


def _packages(folder: Path) -> tuple[dict[str, Package], dict[str, Package]]:
    """What is deployed, and the same code with libraries that this interpreter can load."""
    try:
        return (
            build_packages(ROOT, folder / "deployed", architecture="arm64"),
            build_packages(ROOT, folder / "here", architecture="arm64", host=True),
        )
    except PackagingError as problem:
        raise BrokenError(str(problem)) from problem


def _sizes(packages: dict[str, Package]) -> Iterator[Target]:
    for name in FUNCTIONS:
        yield Target(f"{name}: package", packages[name].size_bytes / 1e6, _MAX_PACKAGE_MB, "MB")
