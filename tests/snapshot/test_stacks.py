"""One stack of each kind, whole: a change of what is deployed is a change of a file that is reviewed.

One is enough: test_parity.py shows that regions and environments have the same shape, and how they may differ.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.project import ROOT, clean_environ
from tests.snapshot.golden import check
from tests.snapshot.reading import KINDS, render, reviewable
from tests.synthesized import Stack

_FOLDER = Path(__file__).parent / "stacks"
_OF = {
    "pipeline": "tap-prod-us-east-1",
    "state": "tap-prod-state",
    "edge": "tap-edged-edge",
    "delivery": "tap-edged-delivery",
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_stack_is_written_as_it_was_reviewed(every_stack: dict[str, Stack], update: bool, kind: str) -> None:
    check(_FOLDER / f"{kind}.json", render(reviewable(every_stack[_OF[kind]])) + "\n", update=update)


def test_there_is_a_snapshot_for_each_kind_of_stack_and_nothing_else() -> None:
    assert {path.name for path in _FOLDER.iterdir()} == {f"{kind}.json" for kind in KINDS}


def test_only_packages_and_notes_are_left_out_of_what_is_reviewed(dev: Stack) -> None:
    reviewed, written = reviewable(dev), dev.json
    assert written.keys() - reviewed.keys() == {"//"}
    for id_, function in reviewed["resource"]["aws_lambda_function"].items():
        original = written["resource"]["aws_lambda_function"][id_]
        assert original.keys() - function.keys() == {"//"}
        changed = {key for key, value in function.items() if value != original[key]}
        assert changed == {"filename", "source_code_hash"}
    key = reviewed["resource"]["aws_kms_key"]["key"]
    assert json.dumps(key["policy"]) == written["resource"]["aws_kms_key"]["key"]["policy"]


def test_what_is_rendered_is_the_same_json(dev: Stack) -> None:
    assert json.loads(render(dev.json)) == dev.json
    long = ["x" * 60, "y" * 60]
    assert render({"b": long, "a": {}}) == f'{{\n "a": {{}},\n "b": [\n  "{long[0]}",\n  "{long[1]}"\n ]\n}}'


# `make snapshots` itself, with a golden file of its own.

_TEST = """
from pathlib import Path
from tests.snapshot.golden import check

def test_writing(update: bool):
    check(Path(__file__).with_name("golden.txt"), "new\\n", update=update)

def test_other():
    raise AssertionError("has nothing to write")
"""


def _pytest(folder: Path, *options: str, **variables: str) -> subprocess.CompletedProcess[str]:
    (folder / "golden.txt").write_text("old\n")
    (folder / "test_golden.py").write_text(_TEST)
    (folder / "test_elsewhere.py").write_text("raise AssertionError('is not even imported')")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.snapshot.rewriting", "-p", "no:cacheprovider"]
    environ = {name: value for name, value in clean_environ().items() if name != "CI"}
    environ |= {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": str(ROOT)} | variables
    return subprocess.run([*command, *options], cwd=folder, env=environ, capture_output=True, text=True, check=False)


def test_make_snapshots_runs_what_can_write_and_says_what_it_rewrote(tmp_path: Path) -> None:
    done = _pytest(tmp_path, "--update-snapshots")
    assert done.returncode == pytest.ExitCode.OK, done.stdout
    assert "1 passed, 1 deselected" in done.stdout
    assert "Rewritten (review the difference before you commit):\n  golden.txt\n" in done.stdout
    assert (tmp_path / "golden.txt").read_text() == "new\n"


def test_a_golden_file_that_differs_fails_with_the_difference(tmp_path: Path) -> None:
    done = _pytest(tmp_path, "test_golden.py::test_writing")
    assert done.returncode == pytest.ExitCode.TESTS_FAILED
    assert "golden.txt differs; if it should, run `make snapshots` and review:" in done.stdout
    assert "\n-old\n+new\n" in done.stdout
    assert (tmp_path / "golden.txt").read_text() == "old\n"


def test_ci_refuses_to_rewrite(tmp_path: Path) -> None:
    done = _pytest(tmp_path, "--update-snapshots", CI="true")
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "--update-snapshots: refused where CI is set; run `make snapshots`" in done.stderr
    assert (tmp_path / "golden.txt").read_text() == "old\n"
