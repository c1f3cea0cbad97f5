"""An AWS emulator of the tests' own: MiniStack, on a free port of this machine."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.integration.tls_front import running_front

_START_SECONDS = 30
_STOP_SECONDS = 15
# Ends the emulator as soon as its own input is closed, which also happens when the tests are killed.
_UNTIL_CLOSED = '"$0" & cat >/dev/null; kill $!; wait $!'


@contextmanager
def running_emulator(home: Path, *, enforce_iam: bool = False) -> Iterator[str]:
    """The URL of an emulator that nobody else uses, ended on leaving; what it prints goes to `home`.

    With `enforce_iam` functions may do what their roles allow and nothing else, under the policies of what they call.
    """
    port = _free_port()
    url = f"http://127.0.0.1:{port}"
    if not enforce_iam:
        with _running(home, url, {}):
            yield url
        return
    # Our policies refuse what comes without TLS, and the emulator speaks HTTP.
    with running_front(port) as front, _running(home, url, {"AUTH": "true", "AWS_ENDPOINT_URL": front}):
        yield front


@contextmanager
def _running(home: Path, url: str, variables: Mapping[str, str]) -> Iterator[None]:
    programs = Path(sys.executable).parent
    # Only what is needed: variables of this machine would reach the functions.
    environ = {
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(home),
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": url.rpartition(":")[2],
        "LAMBDA_EXECUTOR": "local",
        "SFTP_ENABLED": "0",
        "IOT_MTLS_ENABLED": "0",
        **variables,
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
        yield
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
