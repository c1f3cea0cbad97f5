"""Replaying: shards in parallel, the batches of one shard one after the other, oldest first."""

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby

from tools.replay.answer import FailedAgainError, count_stored
from tools.replay.batch import Batch, Found, NotABatchError, read
from tools.replay.ports import Failures, Processor, ServiceError
from tools.replay.tally import Tally


@dataclass(frozen=True, kw_only=True, slots=True)
class Replay:
    """Everything that a run needs; once `stop` is set, no more batches are started. In a dry run nothing is written."""

    failures: Failures
    processor: Processor
    tally: Tally
    dry_run: bool = False
    concurrency: int = 4
    stop: threading.Event = field(default_factory=threading.Event)

    def run(self, batches: Sequence[Found]) -> None:
        """Replay the batches; return when the last one that was started has ended."""
        by_shard = groupby(sorted(batches, key=_place), key=lambda found: found.shard)
        shards = [list(of_shard) for _, of_shard in by_shard]
        with ThreadPoolExecutor(max_workers=self.concurrency) as pool:
            for work in as_completed([pool.submit(self._shard, shard) for shard in shards]):
                work.result()

    def _shard(self, batches: Sequence[Found]) -> None:
        try:
            for found, batch in self._contents(batches):
                if self.stop.is_set():
                    return
                self._one(found, batch)
        except ServiceError as error:
            self.tally.broke(str(error))
            self.stop.set()
        except BaseException:
            self.stop.set()  # the other shards end after the batch that they are at
            raise

    def _contents(self, batches: Sequence[Found]) -> Iterator[tuple[Found, Batch]]:
        """In order: by the time in their names, in seconds, and within a second by sequence number."""
        for _, same_second in groupby(batches, key=lambda found: found.given_up):
            yield from sorted(self._readable(same_second), key=lambda each: int(each[1].sequences[0]))

    def _readable(self, batches: Iterator[Found]) -> Iterator[tuple[Found, Batch]]:
        for found in batches:
            document = None if self.stop.is_set() else self.failures.read(found.key)
            if self.stop.is_set():
                return
            if document is None:
                self.tally.gone(found)
                continue
            try:
                yield found, read(document)
            except NotABatchError as error:
                self.tally.failed(found, str(error))

    def _one(self, found: Found, batch: Batch) -> None:
        if not self.dry_run:
            try:
                if not store(self.processor, batch, self.stop):
                    return
            except FailedAgainError as error:
                self.tally.failed(found, str(error))
                return
            self.failures.remove(found.key)
        self.tally.done(found, batch)


def store(processor: Processor, batch: Batch, stop: threading.Event) -> bool:
    """Hand on what is left of the batch as long as that gets further; whether all of it was stored.

    One invocation may not have the time for all, where the events are in many objects. Raises FailedAgainError, and
    ServiceError.
    """
    rest = batch
    while rest.sequences and not stop.is_set():
        answer = processor.invoke(rest.payload)
        stored = count_stored(rest, answer.payload, answer.function_error)
        if not stored:
            done, total = len(batch.sequences) - len(rest.sequences), len(batch.sequences)
            raise FailedAgainError(f"{done} of {total} records stored; its log says why the next one failed")
        rest = rest.without_first(stored)
    return not rest.sequences


def _place(found: Found) -> tuple[str, datetime, str]:
    return found.shard, found.given_up, found.key
