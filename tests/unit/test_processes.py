"""How a run is divided among processes: see `pytest_collection_modifyitems` in tests/conftest.py."""

import subprocess
import sys
from pathlib import Path

_TESTS = """
import os
import pytest

@pytest.mark.xdist_group("one")
@pytest.mark.parametrize("number", range(20))
def test(number):
    with open("processes.txt", "a") as file:
        print(os.environ["PYTEST_XDIST_WORKER"], file=file)
"""


def test_tests_of_one_group_run_in_one_process(tmp_path: Path) -> None:
    """Some versions of pytest and xdist lose groups and say nothing; what is dear would be made in each process."""
    (tmp_path / "test_groups.py").write_text(_TESTS)
    command = [sys.executable, "-m", "pytest", "--numprocesses=2", "--dist=loadgroup", "test_groups.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    processes = (tmp_path / "processes.txt").read_text().split()
    assert len(processes) == 20
    assert len(set(processes)) == 1
