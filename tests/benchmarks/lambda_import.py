"""Cold imports: a new interpreter loads a handler from its package, as Lambda does, and makes the clients.

Lambda brings botocore compiled; a package's own modules are compiled at every cold start, because they are deployed
without `.pyc` files and their folder is read-only.
"""

from __future__ import annotations

import compileall
import os
import shutil
import statistics
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from stacks.packaging import Package
from stacks.settings import FUNCTIONS
from tests.benchmarks.measure import BrokenError, Result
from tests.benchmarks.report import Target
from tests.function_code import environ, modules_of, services_of

_MAX_RATIO = 1.10
_CREDENTIALS = {"AWS_ACCESS_KEY_ID": "access", "AWS_SECRET_ACCESS_KEY": "secret"}
# CPU seconds of the statements, without the interpreter's own start, and the peak of memory as the system counts it.
_TIMED = """\
import resource, time
began = time.process_time()
{}
print(time.process_time() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""
_UNITS_PER_MB = 1024 * 1024 if sys.platform == "darwin" else 1024  # macOS counts bytes, Linux kilobytes
_BOTOCORE = "import botocore.session as b; s = b.get_session(); clients = [s.create_client(each) for each in {!r}]"
_BOTO3 = "import boto3; clients = [boto3.client(each) for each in {!r}]"


@dataclass(frozen=True, slots=True)
class _Import:
    """Statements to run in a new interpreter that finds modules in `folder` first."""

    name: str
    statements: str
    folder: Path


def cold_imports(
    packages: Mapping[str, Package], work: Path, *, runs: int, measured: dict[str, Result]
) -> Iterator[Target]:
    """Fill `measured`, and give each function's ratio to bare clients of the services that it uses."""
    cases = [case for function in FUNCTIONS for case in _cases(function, packages[function], work)]
    measured.update(_measure(cases, runs))
    for function in FUNCTIONS:
        bare = measured[_name(function, "bare botocore clients")].seconds
        for how, limit in (("as deployed", _MAX_RATIO), ("with .pyc", None), ("bare boto3 clients", None)):
            yield Target(f"{_name(function, how)} / bare clients", measured[_name(function, how)].seconds / bare, limit)


def _name(function: str, how: str) -> str:
    return f"{function}: cold import, {how}"


def _cases(function: str, package: Package, work: Path) -> Iterator[_Import]:
    plain, compiled, empty = (work / f"{function}-{kind}" for kind in ("plain", "compiled", "empty"))
    with zipfile.ZipFile(package.path) as archive:
        archive.extractall(plain)
    shutil.copytree(plain, compiled)
    compileall.compile_dir(compiled, quiet=2)
    empty.mkdir()
    handler = f"import lambda_code.{function}.handler"
    services = sorted(services_of(modules_of(function)))
    yield _Import(_name(function, "bare botocore clients"), _BOTOCORE.format(services), empty)
    yield _Import(_name(function, "bare boto3 clients"), _BOTO3.format(services), empty)
    yield _Import(_name(function, "as deployed"), handler, plain)
    yield _Import(_name(function, "with .pyc"), handler, compiled)


def _measure(cases: Sequence[_Import], runs: int) -> dict[str, Result]:
    """In turns, after one turn that fills the caches of the machine."""
    samples: dict[str, list[Result]] = {case.name: [] for case in cases}
    for turn in range(-1, runs):
        for case in cases:
            sample = _run(case)
            if turn >= 0:
                samples[case.name].append(sample)
    return {name: _median(taken) for name, taken in samples.items()}


def _run(case: _Import) -> Result:
    variables = (
        environ()
        | _CREDENTIALS
        | {"PATH": os.environ["PATH"], "PYTHONPATH": str(case.folder), "PYTHONDONTWRITEBYTECODE": "1"}
    )
    command = [sys.executable, "-c", _TIMED.format(case.statements)]
    done = subprocess.run(command, env=variables, cwd=case.folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BrokenError(f"{case.name} failed: {done.stderr.strip()}")
    seconds, peak = map(float, done.stdout.split())
    return Result(seconds, peak / _UNITS_PER_MB)


def _median(samples: Sequence[Result]) -> Result:
    return Result(
        statistics.median(sample.seconds for sample in samples),
        statistics.median(sample.megabytes for sample in samples),
    )
