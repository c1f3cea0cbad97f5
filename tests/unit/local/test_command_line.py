import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from botocore.exceptions import EndpointConnectionError

from tests.project import ROOT
from tests.unit.local.fakes import write_program
from tools.local import command_line
from tools.local.commands import Commands
from tools.local.errors import LocalError


@pytest.fixture(autouse=True)
def own_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No emulator of this machine is looked at, and the variables that are taken away come back."""
    monkeypatch.setattr(command_line, "ROOT", tmp_path)
    monkeypatch.setattr(os, "environ", dict(os.environ))


def test_each_command_gets_its_arguments(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[object, ...]] = []

    def note(name: str) -> Callable[..., int]:
        def command(_: Commands, *given: object) -> int:
            asked.append((name, *given))
            return 0

        return command

    for name in ("up", "down", "send", "logs", "status"):
        monkeypatch.setattr(Commands, name, note(name))
    for line in ("up", "up --regions us-east-1,eu-west-1", "down", "send --data 1 --region x", "logs", "status"):
        assert command_line.main(line.split()) == 0
    assert asked == [
        ("up", ()),
        ("up", ("us-east-1", "eu-west-1")),
        ("down",),
        ("send", "1", "x"),
        ("logs",),
        ("status",),
    ]


@pytest.mark.parametrize(
    ("error", "status", "text"),
    [
        (LocalError("do this"), 1, "do this"),
        (EndpointConnectionError(endpoint_url="http://127.0.0.1:1"), 1, "The emulator failed"),
        (KeyboardInterrupt(), 130, "Interrupted; everything that this command started has been stopped."),
    ],
)
def test_what_goes_wrong_is_said_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    error: BaseException,
    status: int,
    text: str,
) -> None:
    def fail(_: Commands) -> int:
        raise error

    monkeypatch.setattr(Commands, "down", fail)
    assert command_line.main(["down"]) == status
    assert text in capsys.readouterr().err


def test_regions_that_are_not_there_are_refused_with_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert command_line.main(["up", "--regions", "moon-1"]) == 2
    assert 'REGIONS: got "moon-1"' in capsys.readouterr().err


@pytest.mark.slow
def test_ctrl_c_ends_the_command_and_what_it_runs(tmp_path: Path) -> None:
    marker = tmp_path / "started"
    write_program(
        tmp_path / "terraform", f"import pathlib, time\npathlib.Path({str(marker)!r}).touch()\ntime.sleep(60)"
    )
    (tmp_path / "copy").mkdir()
    for name in ("tools", "stacks", "modules", "tests/environments"):
        (tmp_path / "copy" / Path(name).name).symlink_to(ROOT / name)
    code = (
        "import runpy, sys; from tools.local import command_line; from pathlib import Path; "
        "command_line.ROOT = Path.cwd(); sys.argv = ['local', 'up']; "
        "runpy.run_module('tools.local', run_name='__main__')"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=tmp_path / "copy",
        env={**os.environ, "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"},
        stderr=subprocess.PIPE,
        text=True,
    )
    end = time.monotonic() + 20
    while not marker.exists() and time.monotonic() < end:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "Interrupted; everything that this command started has been stopped." in said
    assert "Traceback" not in said
    running = subprocess.run(["ps", "-eo", "args="], capture_output=True, text=True, check=True).stdout
    assert str(tmp_path / "terraform") not in running
