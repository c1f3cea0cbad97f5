"""What is being done and how long it takes: one line per step, kept up to date on a terminal."""

import shutil
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

_TITLE, _DETAIL = 40, 26  # columns
_REDRAW_SECONDS = 0.1
_PLAIN_SECONDS = 10.0  # without a terminal, how often a long step says that it lives
_CLEAR = "\r\x1b[K"


class Step:
    """A step under way; whoever does it sets `detail` to say how far it is."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.detail = ""


class Progress:
    """Writes steps to a stream."""

    def __init__(self, stream: TextIO = sys.stderr, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream
        self._clock = clock
        self._live = stream.isatty()

    @contextmanager
    def step(self, title: str) -> Iterator[Step]:
        """Shows a step until the block has ended, and then how long it took, or that it did not succeed."""
        step, started, ended = Step(title), self._clock(), threading.Event()
        shower = threading.Thread(target=self._show, args=(step, started, ended), daemon=True)
        shower.start()
        outcome = "stopped"
        try:
            yield step
            outcome = ""
        except Exception:
            outcome = "failed"
            raise
        finally:
            ended.set()
            shower.join()
            self._write(self._line(step, started, outcome), last=True)

    def _show(self, step: Step, started: float, ended: threading.Event) -> None:
        while not ended.wait(_REDRAW_SECONDS if self._live else _PLAIN_SECONDS):
            self._write(self._line(step, started, "..."), last=False)

    def _line(self, step: Step, started: float, outcome: str) -> str:
        took = f"{self._clock() - started:6.1f} s"
        return f"{step.title:{_TITLE}} {step.detail:{_DETAIL}} {took} {outcome}".rstrip()

    def _write(self, line: str, *, last: bool) -> None:
        if self._live:
            columns = shutil.get_terminal_size().columns - 1
            self._stream.write(_CLEAR + line[:columns] + ("\n" if last else ""))
        else:
            self._stream.write(f"{line}\n")
        self._stream.flush()
