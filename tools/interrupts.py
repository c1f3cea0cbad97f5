"""Ctrl-C, and what else asks a program to end, without leaving a process behind."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def take_signals() -> None:
    """Makes the first of the signals a KeyboardInterrupt; later ones can't disturb the tidying up that follows it."""
    for one in SIGNALS:
        signal.signal(one, _first)


def _first(_number: int, _frame: FrameType | None) -> None:
    for one in SIGNALS:
        # Not SIG_IGN, which programs started later would inherit.
        signal.signal(one, _later)
    raise KeyboardInterrupt


def _later(_number: int, _frame: FrameType | None) -> None:
    pass


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Puts the signals off to the end of the block: for starting a process and noting down that it runs."""
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
