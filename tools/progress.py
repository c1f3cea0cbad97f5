"""Progress: on a terminal one line that changes, elsewhere lines that stay. Drawn by rich."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from rich.console import Console
from rich.live import Live
from rich.text import Text

_TITLE, _DETAIL = 36, 24  # columns: with time and outcome a line fits into 80
_WIDE = 1000  # columns of what is no terminal: nothing is cut off there


def console_of(stream: TextIO) -> Console:
    """What writes to the stream as it is: a terminal, or anything else."""
    return Console(file=stream, width=None if stream.isatty() else _WIDE, highlight=False, soft_wrap=True)


class Step:
    """A step under way; whoever does it sets `detail` to say how far it is."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.detail = ""


class Progress:
    """Shows steps, one after the other."""

    def __init__(self, stream: TextIO = sys.stderr, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._console = console_of(stream)
        self._clock = clock

    @contextmanager
    def step(self, title: str) -> Iterator[Step]:
        """Shows a step until the block has ended, and then how long it took, or that it did not succeed."""
        step, started, outcome = Step(title), self._clock(), "..."

        def line() -> Text:
            took = f"{self._clock() - started:6.1f} s"
            text = f"{step.title:{_TITLE}} {step.detail:{_DETAIL}} {took} {outcome}".rstrip()
            return Text(text, no_wrap=True, overflow="ellipsis")

        try:
            with Live(get_renderable=line, console=self._console, refresh_per_second=10, transient=True):
                yield step
            outcome = ""
        except Exception:
            outcome = "failed"
            raise
        except BaseException:
            outcome = "stopped"
            raise
        finally:
            self._console.print(line())


class Count:
    """Counts towards a total: a line that changes on a terminal, and a line for each thing elsewhere."""

    def __init__(self, noun: str, total: int, stream: TextIO = sys.stderr) -> None:
        self._noun, self._total, self._done = noun, total, 0
        self._console = console_of(stream)
        self._live = Live(get_renderable=self._line, console=self._console, transient=True)

    def __enter__(self) -> "Count":
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def next(self, text: str, *, lasting: bool) -> None:
        """Counts one thing on; what `text` says of it stays to be read on a terminal only if it is `lasting`."""
        self._done += 1
        if lasting or not self._console.is_terminal:
            self._console.print(f"{self._done}/{self._total} {text}", markup=False)

    def _line(self) -> Text:
        return Text(f"{self._done}/{self._total} {self._noun}")
