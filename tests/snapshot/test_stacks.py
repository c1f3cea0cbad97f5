"""Every stack of every environment, whole: a change of what is deployed is a change of a file that is reviewed."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

from stacks.settings import select_environments
from tests.project import ENVIRONMENTS
from tests.snapshot.reading import reviewable, stack_names
from tests.synthesized import Stack

_NAMES = [name for environment in select_environments(ENVIRONMENTS, {}) for _, name in stack_names(environment)]


_SNAPSHOTS = "# serializer version: 1\n# name: test_gone\n  2\n# ---\n# name: test_it\n  1\n# ---\n"


class _Json(SingleFileSnapshotExtension):
    _write_mode = WriteMode.TEXT
    file_extension = "json"

    def serialize(self, data: Any, **_: Any) -> str:
        return json.dumps(data, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


@pytest.mark.parametrize("name", _NAMES)
def test_a_stack_is_written_as_it_was_reviewed(
    stacks: dict[str, Stack], name: str, snapshot: SnapshotAssertion
) -> None:
    assert reviewable(stacks[name]) == snapshot(extension_class=_Json)


def test_no_stack_is_left_out(stacks: dict[str, Stack]) -> None:
    assert sorted(stacks) == sorted(_NAMES)


def test_only_packages_are_left_out_of_what_is_reviewed(dev: Stack) -> None:
    reviewed, written = reviewable(dev), dev.json
    for id_, function in reviewed["resource"]["aws_lambda_function"].items():
        original = written["resource"]["aws_lambda_function"][id_]
        changed = {key for key, value in function.items() if value != original[key]}
        assert changed == {"filename", "source_code_hash"}
    key = reviewed["resource"]["aws_kms_key"]["key"]
    assert json.dumps(key["policy"]) == written["resource"]["aws_kms_key"]["key"]["policy"]


def _pytest(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Runs one test with one snapshot, and a snapshot without a test, in CI and under the rules of this folder."""
    (folder / "conftest.py").write_text((Path(__file__).parent / "conftest.py").read_text())
    (folder / "test_it.py").write_text("def test_it(snapshot): assert 1 == snapshot\n")
    (folder / "__snapshots__").mkdir()
    (folder / "__snapshots__" / "test_it.ambr").write_text(_SNAPSHOTS)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "syrupy", "-p", "no:cacheprovider", *options, str(folder)]
    ours = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_XDIST")}
    environ = {**ours, "CI": "true", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    return subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, check=False)


def test_ci_refuses_to_overwrite_snapshots(tmp_path: Path) -> None:
    done = _pytest(tmp_path, "--snapshot-update")
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "--snapshot-update: refused where CI is set; run `make snapshots`" in done.stderr
    assert (tmp_path / "__snapshots__" / "test_it.ambr").read_text() == _SNAPSHOTS


def test_a_snapshot_that_no_test_uses_fails(tmp_path: Path) -> None:
    done = _pytest(tmp_path)
    assert done.returncode == pytest.ExitCode.TESTS_FAILED
    assert "1 passed" in done.stdout
    assert "1 snapshot unused" in done.stdout
