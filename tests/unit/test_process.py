import subprocess
import sys
import time
from pathlib import Path

import pytest

from tools import process

_WITH_A_CHILD = """
import subprocess, sys, time
child = subprocess.Popen(["sleep", "60"])
print(child.pid, flush=True)
time.sleep(60)
"""


def _is_alive(pid: int) -> bool:
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return bool(state.strip()) and "Z" not in state


def test_what_a_program_prints_is_told_line_by_line_and_kept(tmp_path: Path) -> None:
    told: list[str] = []
    command = ["sh", "-c", "echo one; echo two; exit 3"]
    done = process.run(command, folder=tmp_path, environ={}, log=tmp_path / "log", on_line=told.append)
    assert (done.returncode, done.stdout, done.stderr) == (3, "one\ntwo\n", "")
    assert told == ["one\n", "two\n"]
    assert (tmp_path / "log").read_text().endswith("one\ntwo\n")


def test_what_it_complains_of_is_kept_apart_from_what_is_read_as_data(tmp_path: Path) -> None:
    told: list[str] = []
    command = ["sh", "-c", "echo Warning >&2; echo '{}'"]
    done = process.run(command, folder=tmp_path, environ={}, log=tmp_path / "log", on_line=told.append)
    assert (done.stdout, done.stderr, told) == ("{}\n", "Warning\n", ["{}\n"])
    kept = (tmp_path / "log").read_text().splitlines()
    assert {"Warning", "{}"} <= set(kept)


def test_much_is_read_from_both_at_once(tmp_path: Path) -> None:
    """More than a pipe holds: reading one to its end before the other would wait forever."""
    program = "import sys\nfor _ in range(4000): print('o' * 99); print('e' * 99, file=sys.stderr)"
    done = process.run([sys.executable, "-c", program], folder=tmp_path, environ={})
    assert (len(done.stdout), len(done.stderr)) == (400_000, 400_000)


def test_a_program_that_is_interrupted_is_ended_with_all_that_it_has_started(tmp_path: Path) -> None:
    pids: list[int] = []

    def interrupt(line: str) -> None:
        pids.append(int(line))
        raise KeyboardInterrupt

    command = [sys.executable, "-c", _WITH_A_CHILD]
    with pytest.raises(KeyboardInterrupt):
        process.run(command, folder=tmp_path, environ={}, log=tmp_path / "log", on_line=interrupt)
    time.sleep(0.05)
    assert not _is_alive(pids[0])


def test_a_program_that_does_not_want_to_end_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "_GRACE_SECONDS", 0.1)
    pids: list[int] = []

    def interrupt(line: str) -> None:
        pids.append(int(line))
        raise KeyboardInterrupt

    command = ["sh", "-c", "trap '' INT; echo $$; while :; do sleep 1; done"]
    with pytest.raises(KeyboardInterrupt):
        process.run(
            command, folder=tmp_path, environ={"PATH": "/usr/bin:/bin"}, log=tmp_path / "log", on_line=interrupt
        )
    assert not _is_alive(pids[0])
