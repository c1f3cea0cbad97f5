"""Starting the emulator, and waiting until it answers."""

import importlib.util
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path

from tools.emulator.serve import UNTIL_STDIN_CLOSES
from tools.errors import ToolError

_START_SECONDS = 30.0


class EmulatorError(ToolError):
    """The emulator doesn't start."""


def free_port() -> int:
    """A free port of this machine."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def is_listened_to(port: int) -> bool:
    """Tell whether a process listens on a port of this machine."""
    with socket.socket() as caller:
        return caller.connect_ex(("127.0.0.1", port)) == 0


def url_of(port: int) -> str:
    """Where an emulator on this port of this machine answers."""
    return f"http://127.0.0.1:{port}"


def command() -> list[str]:
    """The command that starts the emulator with this Python; raises EmulatorError if it isn't installed."""
    if importlib.util.find_spec("ministack") is None:
        raise EmulatorError(f"ministack is not installed for {sys.executable}: run `make local`, which installs it")
    # -P keeps the folder of the script off the path.
    return [sys.executable, "-P", str(Path(__file__).with_name("serve.py"))]


def environ_of(home: Path, port: int) -> dict[str, str]:
    """Its variables, and no others: those of this machine would reach the functions."""
    return {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(home),
        "TMPDIR": str(home),  # holds the functions' code, not all of which it removes
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "LAMBDA_EXECUTOR": "local",
        "SFTP_ENABLED": "0",
        "IOT_MTLS_ENABLED": "0",
    }


def start(
    port: int,
    *,
    home: Path,
    log: Path,
    variables: Mapping[str, str] | None = None,
    until_closed: bool = False,
    keep_open: Sequence[int] = (),
) -> subprocess.Popen[bytes]:
    """Starts it in `home`, with everything that it prints in `log`; it may not answer yet. Raises EmulatorError.

    It leads a session of its own, with the workers that it starts: Ctrl-C in a terminal doesn't reach it. With
    `until_closed` it ends when its stdin is closed. It inherits the file descriptors `keep_open`.
    """
    with log.open("wb") as output:
        return subprocess.Popen(
            [*command(), *([UNTIL_STDIN_CLOSES] if until_closed else [])],
            env={**environ_of(home, port), **(variables or {})},
            cwd=home,
            stdin=subprocess.PIPE if until_closed else subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            pass_fds=keep_open,
            start_new_session=True,
        )


def wait_until_healthy(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    """Returns when the emulator answers; raises EmulatorError with the end of its log when it doesn't."""
    end = time.monotonic() + _START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/_ministack/health", timeout=1):  # noqa: S310 - our own URL
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    raise EmulatorError(f"the emulator did not start; the end of {log}:\n{log.read_text(errors='replace')[-2000:]}")
