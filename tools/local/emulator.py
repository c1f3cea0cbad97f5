"""The AWS emulator (MiniStack) as a process of its own, which goes on when the command that started it has ended."""

import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from tools.local import record
from tools.local.errors import LocalError
from tools.local.interrupts import uninterrupted
from tools.local.record import Running

_START_SECONDS = 30.0
_STOP_SECONDS = 10.0


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def program() -> Path:
    """The emulator, as it is installed beside the interpreter that runs this."""
    return Path(sys.executable).parent / "ministack"


def program_environ(home: Path, port: int) -> dict[str, str]:
    """Its variables, and no others: those of this machine would reach the functions."""
    return {
        "PATH": f"{program().parent}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(home),
        "TMPDIR": str(home),  # the functions' code: it doesn't clean up all of it
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "LAMBDA_EXECUTOR": "local",
        "SFTP_ENABLED": "0",
        "IOT_MTLS_ENABLED": "0",
    }


def is_listened_to(port: int) -> bool:
    """Tell whether anybody listens on a port of this machine."""
    with socket.socket() as caller:
        return caller.connect_ex(("127.0.0.1", port)) == 0


def wait_until_healthy(url: str, *, log: Path, has_ended: Callable[[], bool]) -> None:
    """Returns when the emulator answers; raises LocalError with the end of its log when it doesn't."""
    end = time.monotonic() + _START_SECONDS
    while time.monotonic() < end and not has_ended():
        try:
            with urllib.request.urlopen(f"{url}/_ministack/health", timeout=1):  # noqa: S310 - our own URL
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    raise LocalError(f"the emulator did not start; the end of {log}:\n{log.read_text(errors='replace')[-2000:]}")


class Emulator:
    """The one emulator of a folder. Its process holds a lock as long as it lives, so that no other is taken for it."""

    def __init__(self, folder: Path) -> None:
        self._home = folder / "emulator"
        self._record = folder / "emulator.json"
        self._lock = folder / "emulator.lock"
        self.log = folder / "emulator.log"

    def running(self) -> Running | None:
        """The emulator that runs; None where there is none."""
        return record.load(self._record) if self._is_alive() else None

    def start(self, port: int) -> Running:
        """Starts it, and returns when it answers; raises LocalError."""
        if not program().exists():
            raise LocalError(f"{program()} is missing: run make local, which installs it")
        self._home.mkdir(parents=True, exist_ok=True)
        with uninterrupted():
            process = self._spawn(port)
            running = Running(pid=process.pid, port=port)
            record.save(self._record, running)
        wait_until_healthy(running.url, log=self.log, has_ended=lambda: process.poll() is not None)
        return running

    def _spawn(self, port: int) -> subprocess.Popen[bytes]:
        lock = os.open(self._lock, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            with self.log.open("wb") as output:
                return subprocess.Popen(
                    [program()],
                    env=program_environ(self._home, port),
                    cwd=self._home,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    pass_fds=[lock],
                    start_new_session=True,  # a group of its own, with the workers that it starts
                )
        except BlockingIOError:
            raise LocalError(f"another process holds {self._lock}: end it, then run the same command again") from None
        finally:
            os.close(lock)

    def note(self, *, regions: tuple[str, ...], complete: bool) -> Running:
        """Notes down what was deployed, and whether all of it was; returns all that is noted."""
        running = self.running()
        if running is None:
            raise LocalError(f"the emulator has ended by itself: see {self.log}, then run make local again")
        running = replace(running, regions=regions, complete=complete)
        record.save(self._record, running)
        return running

    def stop(self) -> None:
        """Ends it and its workers, and forgets it; nothing happens where none runs."""
        running = self.running()
        if running is not None:
            _signal_group(running.pid, signal.SIGTERM)
            self._wait_until_dead()
            # Workers end with it; one that hangs is ended here.
            _signal_group(running.pid, signal.SIGKILL)
            self._wait_until_dead()
        self._record.unlink(missing_ok=True)
        shutil.rmtree(self._home, ignore_errors=True)

    def _is_alive(self) -> bool:
        try:
            lock = os.open(self._lock, os.O_RDWR)
        except FileNotFoundError:
            return False
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(lock)
        return False

    def _wait_until_dead(self) -> None:
        end = time.monotonic() + _STOP_SECONDS
        while self._is_alive() and time.monotonic() < end:
            time.sleep(0.02)


def _signal_group(pid: int, number: signal.Signals) -> None:
    try:
        os.killpg(pid, number)
    except (ProcessLookupError, PermissionError):
        return
