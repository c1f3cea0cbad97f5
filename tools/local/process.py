"""Programs that are run to their end, and that end when the command that runs them is interrupted."""

import os
import signal
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tools.local.interrupts import uninterrupted

OnLine = Callable[[str], None]

_GRACE_SECONDS = 15


@dataclass(frozen=True, slots=True)
class Ended:
    """A program that has ended: its status, and the lines that it printed."""

    status: int
    lines: list[str]


def run(
    command: Sequence[str], *, folder: Path, environ: Mapping[str, str], log: Path, on_line: OnLine | None = None
) -> Ended:
    """Runs it to its end. On any exception, Ctrl-C too, it and what it has started are ended first."""
    lines: list[str] = []
    process: subprocess.Popen[str] | None = None
    try:
        with log.open("a") as kept:
            kept.write(f"\n== {folder.name}: {' '.join(command)}\n")
            with uninterrupted():
                process = _spawn(command, folder, environ)
            for line in process.stdout or ():
                kept.write(line)
                lines.append(line)
                if on_line:
                    on_line(line)
            return Ended(process.wait(), lines)
    except BaseException:
        if process:
            _end(process)
        raise


def _spawn(command: Sequence[str], folder: Path, environ: Mapping[str, str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command,
        cwd=folder,
        env=dict(environ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,  # Ctrl-C reaches it through us, once, and what it has started not at all
    )


def _end(process: subprocess.Popen[str]) -> None:
    """Asks it to end, as Terraform then gives up its lock; afterwards nothing of its group is left."""
    # What it still prints must not keep it from ending.
    rest = threading.Thread(target=process.stdout.read if process.stdout else None, daemon=True)
    rest.start()
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            process.wait(_GRACE_SECONDS)
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    rest.join()
