"""`cdktf` works here as in any CDKTF project, and writes what `make synth` writes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.project import clean_environ

STACKS = ("tap-dev-eu-west-1", "tap-dev-state", "tap-dev-us-east-1")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def environ(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A home of its own and nobody's settings; of the old home only jsii's cache, which takes 15 s to fill."""
    jsii = os.environ.get("JSII_RUNTIME_PACKAGE_CACHE_ROOT", str(Path.home() / ".cache/aws/jsii/package-cache"))
    home = str(tmp_path_factory.mktemp("home"))
    return clean_environ(HOME=home, JSII_RUNTIME_PACKAGE_CACHE_ROOT=jsii, TAP_ENVIRONMENT="dev")


def _run(folder: Path, environ: dict[str, str], *command: str) -> str:
    done = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _written(folder: Path) -> dict[str, bytes]:
    """Every file but our own note of what was synthesized, which holds the folder's name."""
    files = [file for file in folder.rglob("*") if file.is_file() and file.name != ".synth-record.json"]
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in files}


@pytest.fixture(scope="module")
def by_app(project: Path, environ: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `main.py` writes."""
    folder = tmp_path_factory.mktemp("app") / "out"
    _run(project, environ | {"CDKTF_OUTDIR": str(folder)}, sys.executable, "main.py")
    return folder


@pytest.fixture(scope="module")
def by_cli(project: Path, environ: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `cdktf synth` writes, to a folder that holds a stack of an earlier choice of environments."""
    folder = tmp_path_factory.mktemp("cli") / "out"
    (folder / "stacks" / "tap-earlier-us-east-1").mkdir(parents=True)
    _run(project, environ, "./cdktf", "synth", "--output", str(folder))
    return folder


def test_cdktf_synth_writes_the_same_bytes_as_main(by_app: Path, by_cli: Path) -> None:
    expected, found = _written(by_app), _written(by_cli)
    assert {f"stacks/{stack}/cdk.tf.json" for stack in STACKS} < set(expected)
    assert [name for name in expected.keys() | found.keys() if expected.get(name) != found.get(name)] == []


def test_cdktf_synth_removes_stacks_that_are_no_longer_chosen(by_cli: Path) -> None:
    assert {path.name for path in (by_cli / "stacks").iterdir()} == set(STACKS)


def test_cdktf_list_names_every_stack(project: Path, environ: dict[str, str], by_cli: Path) -> None:
    listed = _run(project, environ, "./cdktf", "list", "--output", str(by_cli))
    table = listed.rpartition("Stack name")[2]
    assert [stack for stack in STACKS if stack not in table] == []
