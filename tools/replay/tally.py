"""The outcomes of the batches of a run."""

import threading
from typing import Protocol

from tools.replay.batch import Batch, Found


class Watcher(Protocol):
    """Gets every outcome; calls come one at a time, from any thread."""

    def done(self, found: Found, batch: Batch) -> None:
        """A batch was stored and removed (in a dry run: would be replayed)."""

    def failed(self, found: Found, reason: str) -> None:
        """A batch stays in the bucket."""

    def gone(self, found: Found) -> None:
        """A batch was removed by somebody else meanwhile."""


class Tally:
    """Counts, and notifies the watcher; `problem` is what ended the run early, if something did."""

    def __init__(self, watcher: Watcher) -> None:
        self._watcher = watcher
        self._lock = threading.Lock()
        self.batches = self.records = self.failures = self.absent = 0
        self.problem: str | None = None

    def done(self, found: Found, batch: Batch) -> None:
        """Count a batch that was stored."""
        with self._lock:
            self.batches += 1
            self.records += len(batch.sequences)
            self._watcher.done(found, batch)

    def failed(self, found: Found, reason: str) -> None:
        """Count a batch that stays."""
        with self._lock:
            self.failures += 1
            self._watcher.failed(found, reason)

    def gone(self, found: Found) -> None:
        """Count a batch that was no longer there."""
        with self._lock:
            self.absent += 1
            self._watcher.gone(found)

    def broke(self, problem: str) -> None:
        """Keep the first problem that isn't a batch's."""
        with self._lock:
            self.problem = self.problem or problem
