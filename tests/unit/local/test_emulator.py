import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.local.fakes import emulator_program
from tools.emulator import program
from tools.emulator.program import EmulatorError, free_port, is_listened_to
from tools.local import emulator as module
from tools.local.emulator import Emulator
from tools.local.errors import LocalError

pytestmark = pytest.mark.slow


@pytest.fixture
def emulator(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Emulator]:
    """One whose program is a stand-in; ended after the test."""
    stand_in = emulator_program(tmp_path)
    monkeypatch.setattr(program, "command", lambda: [str(stand_in)])
    emulator = Emulator(tmp_path)
    yield emulator
    emulator.stop()


def _group(pid: int) -> list[str]:
    """Processes of the group that aren't dead."""
    found = subprocess.run(["ps", "-eo", "pgid=,stat=,args="], capture_output=True, text=True, check=True).stdout
    rows = [line.split(maxsplit=2) for line in found.splitlines()]
    return [args for pgid, state, args in rows if int(pgid) == pid and "Z" not in state]


def test_it_runs_on_for_commands_that_come_later(emulator: Emulator, tmp_path: Path) -> None:
    running = emulator.start(free_port())
    assert Emulator(tmp_path).running() == running
    assert is_listened_to(running.port)
    assert os.getsid(running.pid) == running.pid != os.getsid(0)


def test_stopping_it_ends_its_workers_and_leaves_neither_record_nor_files(emulator: Emulator, tmp_path: Path) -> None:
    running = emulator.start(free_port())
    assert len(_group(running.pid)) == 2
    emulator.stop()
    assert _group(running.pid) == []
    assert not is_listened_to(running.port)
    assert emulator.running() is None
    assert not (tmp_path / "emulator.json").exists()
    assert not (tmp_path / "emulator").exists()


def test_one_that_does_not_listen_to_reason_is_killed(
    emulator: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    emulator_program(tmp_path, before="signal.signal(signal.SIGTERM, signal.SIG_IGN)")
    monkeypatch.setattr(module, "_STOP_SECONDS", 0.2)
    running = emulator.start(free_port())
    emulator.stop()
    assert _group(running.pid) == []


def test_a_record_of_a_process_that_has_died_is_no_running_emulator(emulator: Emulator) -> None:
    running = emulator.start(free_port())
    os.killpg(running.pid, signal.SIGKILL)
    os.waitpid(running.pid, 0)
    assert emulator.running() is None


def test_whatever_has_the_process_id_of_a_dead_emulator_is_left_alone(emulator: Emulator, tmp_path: Path) -> None:
    other = subprocess.Popen(["sleep", "60"], start_new_session=True)
    (tmp_path / "emulator.json").write_text(f'{{"pid": {other.pid}, "port": 1, "regions": [], "complete": true}}')
    try:
        assert emulator.running() is None
        emulator.stop()
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


def test_what_was_deployed_is_noted_down(emulator: Emulator, tmp_path: Path) -> None:
    running = emulator.start(free_port())
    assert (running.regions, running.complete) == ((), False)
    emulator.note(regions=("us-east-1", "eu-west-1"), complete=True)
    found = Emulator(tmp_path).running()
    assert found is not None
    assert (found.regions, found.complete) == (("us-east-1", "eu-west-1"), True)


def test_a_second_one_in_the_same_folder_is_refused(emulator: Emulator, tmp_path: Path) -> None:
    emulator.start(free_port())
    with pytest.raises(LocalError, match="another process holds"):
        Emulator(tmp_path).start(free_port())


def test_one_that_ends_at_once_is_an_error_with_its_last_words(emulator: Emulator, tmp_path: Path) -> None:
    emulator_program(tmp_path, before="sys.exit('the port is taken')")
    with pytest.raises(EmulatorError, match="the port is taken"):
        emulator.start(free_port())


def test_one_that_is_gone_cannot_be_noted_about(emulator: Emulator) -> None:
    with pytest.raises(LocalError, match="stopped unexpectedly"):
        emulator.note(regions=(), complete=True)
