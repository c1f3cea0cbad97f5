"""Shows the outcome of each batch during a run."""

from tools.progress import Count
from tools.replay.batch import Batch, Found


class Told:
    """Passes outcomes to a `Count` of batches; a failure is always a line that stays."""

    def __init__(self, count: Count, *, dry_run: bool) -> None:
        self._count = count
        self._verb = "would replay" if dry_run else "stored"

    def done(self, found: Found, batch: Batch) -> None:
        """A batch was stored and removed, or would be replayed."""
        records = counted(len(batch.sequences), "record", "records")
        self._count.next(f"{self._verb} {records}: {found.key} ({batch.why})", lasting=False)

    def failed(self, found: Found, reason: str) -> None:
        """A batch stays in the bucket."""
        self._count.next(f"FAILED: {found.key}: {reason}", lasting=True)

    def gone(self, found: Found) -> None:
        """A batch was removed by somebody else meanwhile."""
        self._count.next(f"already removed: {found.key}", lasting=False)


def counted(count: int, one: str, many: str) -> str:
    """The number with its noun: `1 record`, `2 records`."""
    return f"{count} {one if count == 1 else many}"
