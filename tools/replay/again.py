"""Replays a stretch of the stream: shards in parallel, the records of each in their order."""

import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from tools.replay.answer import FailedAgainError
from tools.replay.interrupt import STATUS
from tools.replay.ports import Processor, ServiceError
from tools.replay.progress import counted
from tools.replay.run import store
from tools.replay.stretch import Record, batches, until

_NO_LEDGER = (
    "refused: this stack has no ledger (deduplication.days is 0), so everything that the stream still has would be "
    "stored a second time. --dry-run counts it"
)


class Source(Protocol):
    """The stream. Every method raises ServiceError."""

    def shards(self) -> list[str]:
        """Every shard whose records are still there."""

    def records(self, shard: str, start: datetime) -> Iterator[Record]:
        """The records of a shard that arrived at `start` or later, up to the newest."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Stretch:
    """What arrived in the stream from `start` on and before `end`."""

    source: Source
    start: datetime
    end: datetime


@dataclass(slots=True)
class _Shard:
    """How far one shard is: its records that are stored (in a dry run: there), and what ended it early."""

    name: str
    records: int = 0
    problem: str = ""


def replay(
    stretch: Stretch,
    processor: Processor,
    *,
    deduplicates: bool,
    dry_run: bool,
    concurrency: int,
    stop: threading.Event,
) -> int:
    """Replay it, report the outcome, and return the exit status. Raises ServiceError if the shards can't be listed."""
    if not deduplicates and not dry_run:
        print(_NO_LEDGER, file=sys.stderr)
        return 2
    shards = [_Shard(name) for name in stretch.source.shards()]
    with ThreadPoolExecutor(max_workers=concurrency) as pool:
        for done in pool.map(lambda shard: _one(shard, stretch, processor, dry_run, stop), shards):
            verb = "there" if dry_run else "in the archive or in quarantine"
            text = f"{done.name}: {counted(done.records, 'record', 'records')} {verb}"
            print(f"{text}; FAILED: {done.problem}" if done.problem else text, file=sys.stderr)
    failed = sum(1 for shard in shards if shard.problem)
    total = counted(sum(shard.records for shard in shards), "record", "records")
    print(f"{total} {'would be replayed' if dry_run else 'replayed'}; {failed} of {len(shards)} shards stopped early.")
    if failed:
        return 1
    return STATUS if stop.is_set() else 0


def _one(shard: _Shard, stretch: Stretch, processor: Processor, dry_run: bool, stop: threading.Event) -> _Shard:
    found = until(stretch.source.records(shard.name, stretch.start), stretch.end)
    try:
        for batch in batches(shard.name, found):
            if stop.is_set():
                return shard
            try:
                if not dry_run and not store(processor, batch, stop):
                    return shard
            except FailedAgainError as error:
                shard.problem = f"{error} (the batch begins with {batch.sequences[0]})"
                return shard
            shard.records += len(batch.sequences)
    except ServiceError as error:
        shard.problem = str(error)
    return shard
