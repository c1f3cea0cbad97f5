"""Ctrl-C: once to stop after the batches in progress, twice to stop at once. Neither loses or duplicates anything."""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

STATUS = 130
"""What a shell reports of a command that was interrupted."""


@contextmanager
def interruptible(stop: threading.Event, *, leave: Callable[[int], object] = os._exit) -> Iterator[None]:
    """Set `stop` at the first interrupt, `leave` at the second: a batch that is not removed is just replayed again."""

    def interrupted(_signal: int, _frame: FrameType | None) -> None:
        # Written past the buffers: the signal may have come in the middle of a print.
        if stop.is_set():
            os.write(2, b"\nStopped at once; batches in progress stay in the bucket and can be replayed.\n")
            leave(STATUS)
        else:
            os.write(2, b"\nStopping after the batches in progress (up to 15 minutes); Ctrl-C again stops at once.\n")
            stop.set()

    before = signal.signal(signal.SIGINT, interrupted)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
