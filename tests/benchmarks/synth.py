"""Group `synth`: the project with the tests' environments, and stacks of a hundred resources against other ways.

The floor is an empty cdktf stack without the shims: what cdktf, jsii and node cost before anything is declared.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.measure import ROOT, Case, Result, measure
from tests.benchmarks.report import Report, Target
from tests.benchmarks.tools import MissingError, cdktf_cli, python_of
from tests.project import copy_project

PY = sys.executable
APPS = "tests.benchmarks.apps"
EMPTY = "empty cdktf stack"
OURS = "3 environments x 2 regions"
EVERYTHING = "every environment"
NOTHING = "every environment, nothing changed"
CLI = "every environment, cdktf synth"


def run(quick: bool) -> Report:
    """Measure everything that can be had here; what can't is reported as skipped."""
    report = Report()
    cases = [Case(name=EMPTY, command=[PY, "-m", f"{APPS}.cdktf_app", "empty", "1", "{out}"])]
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        cases += _project(copy_project(Path(folder) / "project"), report)
        cases += _shims(quick)
        cases += _other_tools(report)
        if quick:
            cases = [_once(case) for case in cases]
        report.measured.update(measure(cases))
    report.targets.extend(_targets(report.measured))
    return report


def _once(case: Case) -> Case:
    return Case(name=case.name, command=case.command, environ=case.environ, keep=case.keep, runs=1)


def _project(project: Path, report: Report) -> Iterator[Case]:
    main = project / "main.py"
    # The folder is emptied before each run, so there is no record that would let it skip.
    everything = {"CDKTF_OUTDIR": "{out}"}
    yield Case(name=OURS, command=[PY, str(main)], environ=everything | {"TAP_ENVIRONMENT": "dev,staging,prod"})
    yield Case(name=EVERYTHING, command=[PY, str(main)], environ=everything)
    yield Case(name=NOTHING, command=[PY, str(main)], environ=everything, keep=True)
    try:
        synth = [cdktf_cli(), "synth", "--app", f"{PY} {main}", "--output", "{out}"]
        quiet = {"CHECKPOINT_DISABLE": "1", "SENTRY_DSN": "", "CI": "1"}
        yield Case(name=CLI, command=synth, environ=quiet, runs=3)
    except MissingError as reason:
        report.skipped["cdktf synth"] = str(reason)


def _shims(quick: bool) -> Iterator[Case]:
    for stacks in (1, 6, 20):
        yield Case(
            name=_hundred("shims", stacks), command=[PY, "-m", f"{APPS}.cdktf_app", "fast", f"{stacks}", "{out}"]
        )
    for stacks in (1, 6) if quick else (1, 6, 20):
        plain = [PY, "-m", f"{APPS}.cdktf_app", "plain", f"{stacks}", "{out}"]
        yield Case(name=_hundred("plain cdktf", stacks), command=plain, runs=3)


def _other_tools(report: Report) -> Iterator[Case]:
    try:
        command = [python_of("aws-cdk"), str(ROOT / "tests/benchmarks/apps/aws_cdk_app.py")]
        for stacks in (1, 6):
            yield Case(name=_hundred("AWS CDK", stacks), command=[*command, f"{stacks}", "{out}"], runs=3)
        off = {"CDK_VALIDATION": "false"}
        name = _hundred("AWS CDK, validation off", 6)
        yield Case(name=name, command=[*command, "6", "{out}"], environ=off, runs=3)
    except MissingError as reason:
        report.skipped["AWS CDK"] = str(reason)
    try:
        command = [python_of("pulumi"), str(ROOT / "tests/benchmarks/apps/pulumi_app.py")]
        for stacks in (1, 6):
            yield Case(name=_hundred("Pulumi with mocks", stacks), command=[*command, f"{stacks}"], runs=3)
    except MissingError as reason:
        report.skipped["Pulumi"] = str(reason)


def _hundred(how: str, stacks: int) -> str:
    return f"{how}, {stacks} x 100 resources"


def _targets(measured: dict[str, Result]) -> Iterator[Target]:
    """Ratios of what was measured in this run; the limits are the project's targets."""
    empty = measured[EMPTY].seconds
    ours = measured[_hundred("shims", 6)]
    yield Target("6 x 100 resources / empty stack", ours.seconds / empty, 4.5)
    marginal = (measured[_hundred("shims", 20)].seconds - measured[_hundred("shims", 1)].seconds) / 19
    yield Target("each further 100 resources / empty stack", marginal / empty, 0.40)
    for how, limit in (("plain cdktf", 0.20), ("AWS CDK", 0.45), ("Pulumi with mocks", 0.85)):
        if other := measured.get(_hundred(how, 6)):
            yield Target(f"6 x 100 resources / {how}", ours.seconds / other.seconds, limit)
    yield Target("memory of node, 6 x 100 resources", ours.megabytes, 200, "MB")
    if project := measured.get(OURS):
        everything = measured[EVERYTHING]
        yield Target(f"{OURS} / empty stack", project.seconds / empty, 4.5)
        yield Target(f"{EVERYTHING} / empty stack", everything.seconds / empty, None)
        yield Target(f"memory of node, {EVERYTHING}", everything.megabytes, 200, "MB")
        yield Target(NOTHING, measured[NOTHING].seconds, 0.5, "s")
        if cli := measured.get(CLI):
            yield Target("what cdktf synth adds / empty stack", (cli.seconds - everything.seconds) / empty, None)
