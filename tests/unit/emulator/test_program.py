import importlib.util
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tools.emulator import program
from tools.emulator.program import EmulatorError

pytestmark = pytest.mark.slow


def test_no_variable_of_this_machine_reaches_the_functions(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    environ = program.environ_of(tmp_path, 4566)
    assert "AWS_PROFILE" not in environ
    assert environ["GATEWAY_PORT"] == "4566"
    assert environ["BIND_HOST"] == "127.0.0.1"


def test_an_emulator_that_is_not_installed_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(EmulatorError, match="run `make local`, which installs it"):
        program.command()


def test_an_emulator_of_tests_ends_with_whoever_started_it(tmp_path: Path) -> None:
    """Killed, so that it can't tidy up: its end of the pipe closes all the same."""
    port = program.free_port()
    starter = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys, time; from pathlib import Path; from tools.emulator import program\n"
            "port, home = int(sys.argv[1]), Path(sys.argv[2])\n"
            "process = program.start(port, home=home, log=home / 'log', until_closed=True)\n"
            "program.wait_until_healthy(process, program.url_of(port), home / 'log')\n"
            "print(process.pid, flush=True); time.sleep(60)",
            str(port),
            str(tmp_path),
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert starter.stdout is not None
    assert starter.stdout.readline().strip().isdecimal()
    assert program.is_listened_to(port)
    starter.send_signal(signal.SIGKILL)
    starter.communicate()
    for _ in range(200):
        if not program.is_listened_to(port):
            return
        signal.sigtimedwait([], 0.05)
    raise AssertionError("it still listens after 10 s")
