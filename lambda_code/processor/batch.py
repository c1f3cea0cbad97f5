"""Claim, put, answer: why every event is in the archive exactly once, whatever crashes and is retried.

A ledger row belongs to the first record that claims its event, and never changes: it names that record (`sequence`),
the hash of the content and the event's `home`, the archive object that the event is in, or will be. Objects only grow:
one is created if it is not there, otherwise read, completed and replaced if nobody has replaced it meanwhile. So

1. *At most once.* A line is written only for the record that the row names, only into the home that the row names, and
   an object never holds one record twice. This holds at any moment, also while two invocations overlap.
2. *At least once.* A record is reported as processed only when the line of the row's record is in its home, or when the
   record itself is in quarantine. Any other record comes back, by a retry or by replay.

It does not matter which record writes the line. A copy of the event has the same content as the row's record, so where
the line is missing the copy writes it: into the row's home, under the row's number. Whoever comes later, the row's
record included, finds it there by that number and adds nothing. So any copy that reaches the processor is enough, even
if the record that claimed the event is lost. Copies differ only in marks (`taptime`, `taprequest`, `taptrace`)
and in how a value is written; the line has those of the record that wrote it, but always the row's `tapsequence`. A
copy whose line is put by the same batch waits for that put: it is at the place of the first record that needs it.

Neither does it matter whether a record comes back in the same batch. After a crash between claim and put, a bisected
second half finds rows that name the home of the whole batch, and completes that object, however far the first half has
got; after a crash between put and answer it finds its lines there and adds nothing. The same holds for batches that are
divided differently because a mapping starts again at an older position. A home is named after the first record of those
that claimed it together, so only claims that begin with the same record share one.

Nothing here needs more than one row at a time: each is claimed by itself, and what two rows say is never compared.

A row lives for `deduplication.days` from the first claim, and then the event is forgotten: a later copy is an event of
its own, with a row and a home of its own. If that home is the very object that has the event, it is found there by
source, id and content, as its number is another one. Settings make archived objects outlive the rows, so that no copy
that still finds a row restores an expired event.

A first attempt costs one conditional put per object. Only retries read; and copies, once per home and batch, unless
this process has seen their lines before (`seen.py`).
"""

import logging
from collections.abc import Callable
from functools import partial

import msgspec

from lambda_code.processor.plan import Home, Plan, Refused, homes_of, make_plan
from lambda_code.processor.ports import Archive, Ledger, Quarantine, Row, Stored
from lambda_code.processor.records import Arrived, Batch
from lambda_code.processor.work import work

_RESERVED_SHARE = 0.4  # of the time at the start: kept for putting what was claimed, and for the answer
_PUT_SECONDS = 6.0  # with less left no put is begun: what an attempt may take (see aws.STORE) ...
_PUT_SHARE = 0.1  # ... or with less than this share, so that a function with little time stores anything at all
WORKERS = 8
"""Claims or objects at a time; the SDK keeps 10 connections."""

_log = logging.getLogger(__name__)


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """The outcome of a batch; `failed_from` is the sequence number of the first record that must be retried.

    `stored` are lines added to the archive, `completed` those of them that copies brought.
    """

    stored: int
    stored_bytes: int
    completed: int
    duplicates: int
    quarantined: int
    failed_from: str | None


class Processor:
    """Stores batches."""

    def __init__(self, ledger: Ledger, archive: Archive, quarantine: Quarantine, *, workers: int = WORKERS) -> None:
        self._ledger = ledger
        self._archive = archive
        self._quarantine = quarantine
        self._workers = workers

    def process(self, batch: Batch, seconds_left: Callable[[], float]) -> Outcome:
        """Store in order, up to the first record that fails or for which there is no time."""
        given = seconds_left()
        plan = make_plan(batch, self._claim(batch, seconds_left, _RESERVED_SHARE * given))
        least = min(_PUT_SECONDS, _PUT_SHARE * given)

        def is_time() -> bool:
            return seconds_left() >= least

        putting = [(index, partial(self._put_away, batch.shard, refused)) for index, refused in plan.refused]
        until, put_away = work(putting, plan.until, is_time)
        until, stored = self._store(plan, until, is_time)
        return Outcome(
            stored=sum(len(each.added) for _, each in stored),
            stored_bytes=sum(each.size_bytes for _, each in stored),
            completed=sum(len(each.added.difference(home.own)) for home, each in stored),
            duplicates=sum(home.duplicates(until, each.added) for home, each in stored),
            quarantined=len(put_away),
            failed_from=batch.items[until].sequence if until < len(batch.items) else None,
        )

    def _claim(self, batch: Batch, seconds_left: Callable[[], float], reserved: float) -> dict[str, Row]:
        """The rows of as many events as there is time for; copies within the batch claim once."""
        wanted: dict[str, Row] = {}
        for item in batch.items:
            if isinstance(item, Arrived):
                wanted.setdefault(item.identity, item)
        claims, size = list(wanted.values()), self._ledger.size
        steps = [
            (start, partial(self._ledger.claim, claims[start : start + size])) for start in range(0, len(claims), size)
        ]
        _, found = work(steps, len(claims), lambda: seconds_left() >= reserved, workers=self._workers)
        return {row.identity: row for rows in found for row in rows}

    def _store(self, plan: Plan, until: int, is_time: Callable[[], bool]) -> tuple[int, list[tuple[Home, Stored]]]:
        """Complete every home, several at a time. Where one fails, the events behind it may be in theirs already."""

        def completing(key: str, home: Home) -> tuple[Home, Stored]:
            return home, self._archive.store(key, home.events, is_new=home.is_new)

        steps = [(home.place, partial(completing, key, home)) for key, home in homes_of(plan, until).items()]
        return work(sorted(steps, key=lambda step: step[0]), until, is_time, workers=self._workers)

    def _put_away(self, shard: str, refused: Refused) -> None:
        item = refused.item
        identity = item.identity if isinstance(item, Arrived) else None
        entry = {"reason": refused.reason, "shard": shard, "sequence": item.sequence, "event": identity}
        self._quarantine.put(
            f"events/{shard}-{item.sequence}.json", msgspec.json.encode({**entry, "data_base64": item.data})
        )
        _log.warning("quarantined", extra=entry)
