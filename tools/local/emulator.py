"""The emulator of `make local`: a process that keeps running after the command that started it has ended."""

import fcntl
import os
import shutil
import signal
import subprocess
import time
from dataclasses import replace
from pathlib import Path

from tools.emulator import program
from tools.interrupts import uninterrupted
from tools.local import record
from tools.local.errors import LocalError
from tools.local.record import Running

_STOP_SECONDS = 10.0


class Emulator:
    """The one emulator of a folder. Its process holds a lock while it runs, so that no other is mistaken for it."""

    def __init__(self, folder: Path) -> None:
        self._home = folder / "emulator"
        self._record = folder / "emulator.json"
        self._lock = folder / "emulator.lock"
        self.log = folder / "emulator.log"

    def running(self) -> Running | None:
        """The running emulator, or None."""
        return record.load(self._record) if self._is_alive() else None

    def start(self, port: int) -> Running:
        """Starts it, and returns when it answers; raises LocalError and EmulatorError."""
        self._home.mkdir(parents=True, exist_ok=True)
        with uninterrupted():
            process = self._spawn(port)
            running = Running(pid=process.pid, port=port)
            record.save(self._record, running)
        program.wait_until_healthy(process, running.url, self.log)
        return running

    def _spawn(self, port: int) -> subprocess.Popen[bytes]:
        lock = os.open(self._lock, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return program.start(port, home=self._home, log=self.log, keep_open=[lock])
        except BlockingIOError:
            raise LocalError(f"another process holds {self._lock}: stop it, then run the same command again") from None
        finally:
            os.close(lock)

    def note(self, *, regions: tuple[str, ...], complete: bool) -> Running:
        """Records what was deployed, and whether the deployment is complete; returns the whole record."""
        running = self.running()
        if running is None:
            raise LocalError(f"the emulator stopped unexpectedly: see {self.log}, then run `make local` again")
        running = replace(running, regions=regions, complete=complete)
        record.save(self._record, running)
        return running

    def stop(self) -> None:
        """Stops it and its workers and removes its files; does nothing when none is running."""
        running = self.running()
        if running is not None:
            _signal_group(running.pid, signal.SIGTERM)
            self._wait_until_dead()
            # Workers end with it; one that hangs is killed here.
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
