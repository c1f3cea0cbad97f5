"""An AWS emulator of the tests' own: MiniStack, on a free port of this machine."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_START_SECONDS = 30
_STOP_SECONDS = 15
# Ends the emulator as soon as its own input is closed, which also happens when the tests are killed.
_UNTIL_CLOSED = '"$0" & cat >/dev/null; kill $!; wait $!'


@contextmanager
def running_emulator(home: Path) -> Iterator[str]:
    """The URL of an emulator that nobody else uses, ended on leaving; what it prints goes to `home`."""
    port = _free_port()
    url = f"http://127.0.0.1:{port}"
    programs = Path(sys.executable).parent
    # Only what is needed: variables of this machine would reach the functions.
    environ = {
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(home),
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "LAMBDA_EXECUTOR": "local",
        "SFTP_ENABLED": "0",
        "IOT_MTLS_ENABLED": "0",
    }
    log = home / "emulator.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            ["sh", "-c", _UNTIL_CLOSED, str(programs / "ministack")],
            env=environ,
            cwd=home,
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is for the tests: they still destroy what they have made
        )
    try:
        _wait_for(url, log)
        yield url
    finally:
        assert process.stdin is not None
        process.stdin.close()
        process.wait(_STOP_SECONDS)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _wait_for(url: str, log: Path) -> None:
    end = time.monotonic() + _START_SECONDS
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(f"{url}/_ministack/health", timeout=1):  # noqa: S310 - our own URL
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise AssertionError(f"the emulator didn't start in {_START_SECONDS} s: {log.read_text()[-2000:]}")
