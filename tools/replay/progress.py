"""Showing how far a run is: one line that changes on a terminal, a line for each batch elsewhere."""

from typing import TextIO

from tools.replay.batch import Batch, Found


class Progress:
    """Writes to `out`; what failed is always a line of its own."""

    def __init__(self, out: TextIO, *, total: int, dry_run: bool) -> None:
        self._out = out
        self._updating = out.isatty()
        self._total = total
        self._verb = "would replay" if dry_run else "stored"
        self._count = 0
        self._width = 0

    def done(self, found: Found, batch: Batch) -> None:
        """A batch was stored and removed, or would be handed on."""
        self._next(
            f"{self._verb} {counted(len(batch.sequences), 'record', 'records')}",
            f"{found.key} ({batch.why})",
            lasting=False,
        )

    def failed(self, found: Found, reason: str) -> None:
        """A batch stays where it is."""
        self._next("FAILED", f"{found.key}: {reason}", lasting=True)

    def gone(self, found: Found) -> None:
        """A batch was removed by somebody else meanwhile."""
        self._next("already gone", found.key, lasting=False)

    def close(self) -> None:
        """Take the changing line away."""
        self._rewrite("")

    def _next(self, what: str, about: str, *, lasting: bool) -> None:
        self._count += 1
        place = f"{self._count}/{self._total}"
        if not self._updating or lasting:
            self._rewrite("")
            print(f"{place} {what}: {about}", file=self._out, flush=True)
        if self._updating:
            self._rewrite(f"{place} batches")

    def _rewrite(self, text: str) -> None:
        if self._updating:
            print(f"\r{text:<{self._width}}\r{text}", end="", file=self._out, flush=True)
            self._width = len(text)


def counted(count: int, one: str, many: str) -> str:
    """The number with its noun: `1 record`, `2 records`."""
    return f"{count} {one if count == 1 else many}"
