"""Run programs, and measure their time and memory."""

from __future__ import annotations

import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]


class BrokenError(Exception):
    """A program that should be measured failed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """A program to measure: `command` with "{out}" for a folder that is empty before each run unless `keep`."""

    name: str
    command: Sequence[str]
    environ: Mapping[str, str] = field(default_factory=dict)
    runs: int = 5
    keep: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """Medians over the runs of a case."""

    seconds: float
    megabytes: float  # peak of the largest process, which is node wherever jsii is


def measure(
    cases: Sequence[Case], *, say: Callable[[str], None] = lambda line: print(line, file=sys.stderr)
) -> dict[str, Result]:
    """Run every case once to fill caches, then in turns, so that a slow minute of the machine hits all alike."""
    samples: dict[str, list[Result]] = {case.name: [] for case in cases}
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        outs = {case.name: Path(folder, str(number), "out") for number, case in enumerate(cases)}
        for turn in range(-1, max(case.runs for case in cases)):
            for case in cases:
                if turn < case.runs:
                    sample = _run(case, outs[case.name])
                    say(f"  {case.name}: {sample.seconds:.2f} s{' (warming up)' if turn < 0 else ''}")
                    if turn >= 0:
                        samples[case.name].append(sample)
    return {name: _median(taken) for name, taken in samples.items()}


def _run(case: Case, out: Path) -> Result:
    if not case.keep:
        shutil.rmtree(out.parent, ignore_errors=True)
    out.parent.mkdir(parents=True, exist_ok=True)
    command = [part.replace("{out}", str(out)) for part in case.command]
    environ = clean_environ() | {name: value.replace("{out}", str(out)) for name, value in case.environ.items()}
    with tempfile.TemporaryFile() as output:
        actions = [(os.POSIX_SPAWN_DUP2, output.fileno(), stream) for stream in (1, 2)]
        started = time.perf_counter()
        process = os.posix_spawnp(command[0], command, environ, file_actions=actions)
        _, status, usage = os.wait4(process, 0)
        seconds = time.perf_counter() - started
        if status:
            output.seek(0)
            last = output.read().decode(errors="replace").strip().splitlines()[-15:]
            raise BrokenError("\n  ".join([f"{case.name} failed: {' '.join(command)}", *last]))
    unit = 1024 if sys.platform == "darwin" else 1  # macOS counts bytes, Linux kilobytes
    return Result(seconds, usage.ru_maxrss / unit / 1024)


def clean_environ() -> dict[str, str]:
    """The environment without what would change what is measured: choices of the user, and Python's own switches."""
    ours = ("TAP_", "CDKTF_", "CDK_", "AWS_", "JSII_RUNTIME", "PYTHON", "NODE_OPTIONS")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)} | {"PYTHONPATH": str(ROOT)}


def _median(samples: Sequence[Result]) -> Result:
    return Result(
        statistics.median(sample.seconds for sample in samples),
        statistics.median(sample.megabytes for sample in samples),
    )
