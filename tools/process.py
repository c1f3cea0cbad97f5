"""Runs programs to their end, and stops them when the command that runs them is interrupted."""

import os
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from tools.interrupts import uninterrupted

Done = subprocess.CompletedProcess[str]
OnLine = Callable[[str], None]

_GRACE_SECONDS = 15


def run(
    command: Sequence[str],
    *,
    folder: Path,
    environ: Mapping[str, str],
    log: Path | None = None,
    on_line: OnLine | None = None,
) -> Done:
    """Runs it to its end and returns what it printed, stdout and stderr apart; `log` keeps both in their order.

    `on_line` gets each line of stdout as it comes. On any exception, Ctrl-C too, the program and what it has
    started are stopped first.
    """
    process: subprocess.Popen[str] | None = None
    out, err = list[str](), list[str]()
    with _kept(log) as keep, ThreadPoolExecutor(1) as reader:
        keep(f"\n== {folder.name}: {' '.join(command)}\n")
        try:
            with uninterrupted():
                process = _spawn(command, folder, environ)
            reader.submit(_read, process.stderr, keep, err.append)
            _read(process.stdout, keep, out.append, *([on_line] if on_line else []))
            status = process.wait()
        except BaseException:
            if process:
                _end(process)
            raise
    return Done(command, status, "".join(out), "".join(err))


@contextmanager
def _kept(log: Path | None) -> Iterator[OnLine]:
    """Writes lines to a file, or nowhere."""
    if log is None:
        yield lambda _: None
        return
    lock = threading.Lock()
    with log.open("a") as file:

        def keep(line: str) -> None:
            with lock:
                file.write(line)

        yield keep


def _read(stream: IO[str] | None, *takers: OnLine) -> None:
    for line in stream or ():
        for take in takers:
            take(line)


def _spawn(command: Sequence[str], folder: Path, environ: Mapping[str, str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command,
        cwd=folder,
        env=dict(environ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        start_new_session=True,  # so that Ctrl-C reaches it once, through us, and its children not at all
    )


def _end(process: subprocess.Popen[str]) -> None:
    """Interrupts it, so that Terraform releases its lock, then kills what is left of its process group."""
    # A full pipe must not keep it from ending.
    rest = threading.Thread(target=_read, args=(process.stdout,), daemon=True)
    rest.start()
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            process.wait(_GRACE_SECONDS)
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    rest.join()
