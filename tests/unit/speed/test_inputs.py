"""The record knows every file of the project that synthesis opens."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from stacks.speed.skip import INPUTS
from tests.project import clean_environ

INSTALLED = (".venv", ".tools", ".cache", "__pycache__")

SPY = """
import json, os, runpy, sys
opened = set()
sys.addaudithook(lambda event, args: opened.add(args[0]) if event == "open" and isinstance(args[0], str) else None)
try:
    sys.argv = ["main.py"]
    runpy.run_path("main.py", run_name="__main__")
finally:
    with open(os.environ["SPY_FILE"], "w") as file:
        json.dump(sorted(map(os.path.abspath, opened)), file)
"""


@dataclass(frozen=True)
class Synthesis:
    """A first run of main.py under observation, and a second one."""

    project: Path
    opened: list[Path]
    outdir: Path
    second: str


@pytest.fixture(scope="module")
def synthesis(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Synthesis:
    """The dev environment, synthesized twice into the same folder."""
    folder = tmp_path_factory.mktemp("twice")
    environ = clean_environ(
        TAP_ENVIRONMENT="dev", CDKTF_OUTDIR=str(folder / "out"), SPY_FILE=str(folder / "opened.json"), PYTHONPATH="."
    )

    def run(*command: str) -> str:
        command = (sys.executable, *command)
        return subprocess.run(command, cwd=project, env=environ, check=True, capture_output=True, text=True).stdout

    run("-c", SPY)
    opened = [Path(name) for name in json.loads((folder / "opened.json").read_text())]
    for output in (folder / "out").rglob("*"):
        os.utime(output, (0, 0))
    return Synthesis(project, opened, folder / "out", run("main.py"))


pytestmark = pytest.mark.slow


def test_everything_that_synthesis_opens_is_an_input_of_the_record(synthesis: Synthesis) -> None:
    ours = [path.relative_to(synthesis.project) for path in synthesis.opened if path.is_relative_to(synthesis.project)]
    unknown = {str(path) for path in ours if path.parts[0] not in (*INPUTS, *INSTALLED)}

    assert unknown == set()
    assert Path("environments/dev.toml") in ours


def test_the_second_synthesis_of_the_project_touches_nothing(synthesis: Synthesis) -> None:
    assert synthesis.second.startswith("Nothing changed")
    assert "tap-dev-" in synthesis.second
    assert {path for path in synthesis.outdir.rglob("*") if path.stat().st_mtime} == set()
