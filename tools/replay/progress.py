"""Saying what becomes of each batch, while a run goes on."""

from tools.progress import Count
from tools.replay.batch import Batch, Found


class Told:
    """Tells a `Count` of batches; what failed is always a line that stays."""

    def __init__(self, count: Count, *, dry_run: bool) -> None:
        self._count = count
        self._verb = "would replay" if dry_run else "stored"

    def done(self, found: Found, batch: Batch) -> None:
        """A batch was stored and removed, or would be replayed."""
        records = counted(len(batch.sequences), "record", "records")
        self._count.next(f"{self._verb} {records}: {found.key} ({batch.why})", lasting=False)

    def failed(self, found: Found, reason: str) -> None:
        """A batch stays where it is."""
        self._count.next(f"FAILED: {found.key}: {reason}", lasting=True)

    def gone(self, found: Found) -> None:
        """A batch was removed by somebody else meanwhile."""
        self._count.next(f"already gone: {found.key}", lasting=False)


def counted(count: int, one: str, many: str) -> str:
    """The number with its noun: `1 record`, `2 records`."""
    return f"{count} {one if count == 1 else many}"
