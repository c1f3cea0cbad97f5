"""Ctrl-C: once to end after what is under way, twice to leave at once. Neither loses or doubles anything."""

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
    """Set `stop` at the first interrupt, `leave` at the second: a batch that is not removed just comes again."""

    def interrupted(_signal: int, _frame: FrameType | None) -> None:
        # Written past the buffers: the signal may have come in the middle of a print.
        if stop.is_set():
            os.write(2, b"\nLeft at once; what was under way stays in the bucket and can be replayed.\n")
            leave(STATUS)
        else:
            os.write(2, b"\nStopping after the batches under way (up to 15 minutes); Ctrl-C again leaves at once.\n")
            stop.set()

    before = signal.signal(signal.SIGINT, interrupted)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
