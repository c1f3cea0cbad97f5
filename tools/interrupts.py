"""Handles Ctrl-C and the other signals that ask a program to end, so that no process is left behind."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def take_signals() -> None:
    """Turns the first signal into a KeyboardInterrupt; later ones don't disturb the cleanup that follows."""
    for one in SIGNALS:
        signal.signal(one, _first)


def _first(_number: int, _frame: FrameType | None) -> None:
    for one in SIGNALS:
        # Not SIG_IGN: programs started later would inherit it.
        signal.signal(one, _later)
    raise KeyboardInterrupt


def _later(_number: int, _frame: FrameType | None) -> None:
    pass


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Defers signals to the end of the block: for starting a process and recording that it runs."""
    if threading.current_thread() is not threading.main_thread():
        yield  # signals reach the main thread only
        return
    came: list[int] = []
    before = {one: signal.signal(one, lambda number, _: came.append(number)) for one in SIGNALS}
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
        if came:
            signal.raise_signal(came[0])
