"""Claim, put, answer: why every event is in the archive exactly once, whatever crashes and is retried.

A ledger row belongs to the first record that claims its event, and never changes: it names that record (`sequence`),
the hash of the content and the event's `home`, the archive object that the event is in, or will be. Objects only grow:
one is created if it is not there, otherwise read, completed and replaced if nobody has replaced it meanwhile. So

1. *At most once.* A line is written only for the record that the row names, only into the home that the row names, and
   an object never holds one record twice. This holds at any moment, also while two invocations overlap.
2. *At least once.* A record is answered as done only when its line is in its home, or when its event belongs to another
   record (a duplicate), or when it is in quarantine. Any other record comes back, by a retry or by replay, and so does
   the one that a duplicate relies on; its claim succeeds again, because the row names it.

It does not matter whether it comes back in the same batch. After a crash between claim and put, a bisected second half
finds rows that name the home of the whole batch, and completes that object, however far the first half has got; after a
crash between put and answer it finds its lines there and adds nothing. The same holds for batches that are cut in
another way because a mapping starts over from an older position. A home is named after the first record of the batch
that claimed, so only batches that begin with the same record share one, and an object stays as small as a batch.

A first attempt costs one conditional put per object; only retries read.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import TypeVar

import msgspec

from lambda_code.processor.ports import Archive, Claim, Ledger, Quarantine, Stored
from lambda_code.processor.records import Arrived, Batch, Poison
from lambda_code.shared.content import is_same_content
from lambda_code.shared.errors import UnavailableError

_RESERVED_SHARE = 0.4  # of the time at the start: kept for putting what was claimed, and for the answer
_PUT_SECONDS = 5.0  # with less left no put is begun: what an attempt may take (see aws.STORE) ...
_PUT_SHARE = 0.1  # ... or with less than this share, so that a function with little time stores anything at all

_log = logging.getLogger(__name__)
_Made = TypeVar("_Made")


class Refused(msgspec.Struct, frozen=True):
    """What goes to quarantine."""

    item: Arrived | Poison
    reason: str


class Plan(msgspec.Struct):
    """What to do with the items before `until`, each with its place in the batch."""

    until: int
    kept: list[tuple[int, str, Arrived]]
    refused: list[tuple[int, Refused]]
    duplicates: list[int]


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a batch; `failed_from` is the sequence number of the first record that must come again."""

    stored: int
    stored_bytes: int
    duplicates: int
    quarantined: int
    failed_from: str | None


class Processor:
    """Stores batches."""

    def __init__(self, ledger: Ledger, archive: Archive, quarantine: Quarantine) -> None:
        self._ledger = ledger
        self._archive = archive
        self._quarantine = quarantine

    def process(self, batch: Batch, seconds_left: Callable[[], float]) -> Outcome:
        """Store in order, up to the first record that fails or for which there is no time."""
        given = seconds_left()
        plan = make_plan(batch, self._claim(batch, seconds_left, _RESERVED_SHARE * given))
        least = min(_PUT_SECONDS, _PUT_SHARE * given)

        def is_time() -> bool:
            return seconds_left() >= least

        putting = ((index, partial(self._put_away, batch.shard, refused)) for index, refused in plan.refused)
        until, put_away = _work(putting, plan.until, is_time)
        until, stored = _work(self._storing(plan, until), until, is_time)
        return Outcome(
            stored=sum(each.events for each in stored),
            stored_bytes=sum(each.size_bytes for each in stored),
            duplicates=sum(index < until for index in plan.duplicates),
            quarantined=len(put_away),
            failed_from=batch.items[until].sequence if until < len(batch.items) else None,
        )

    def _claim(self, batch: Batch, seconds_left: Callable[[], float], reserved: float) -> dict[str, Claim]:
        """The rows of as many events as there is time for; copies within the batch claim once."""
        wanted: dict[str, Claim] = {}
        for item in batch.items:
            if isinstance(item, Arrived):
                wanted.setdefault(item.identity, Claim(item.identity, item.sequence, item.content_hash, batch.home))
        rows: dict[str, Claim] = {}
        try:
            for some in self._ledger.claims(list(wanted.values())):
                rows.update((row.identity, row) for row in some)
                if seconds_left() < reserved:
                    break
        except UnavailableError as error:
            _log.warning("the ledger is unavailable", extra={"reason": str(error)})
        return rows

    def _storing(self, plan: Plan, until: int) -> Iterable[tuple[int, Callable[[], Stored]]]:
        """One put for each home, at the place of its first event: one in all, unless the batch is cut in a new way.

        Then homes may alternate from event to event, as lanes that are now read as one do. Where a put fails, later
        events may be in their homes already; they come again with the rest, and add nothing.
        """
        homes: dict[str, tuple[int, dict[str, bytes]]] = {}
        for place, home, item in plan.kept:
            if place < until:
                homes.setdefault(home, (place, {}))[1][item.sequence] = item.line
        for home, (place, lines) in homes.items():
            yield place, partial(self._archive.store, home, lines)

    def _put_away(self, shard: str, refused: Refused) -> None:
        item = refused.item
        identity = item.identity if isinstance(item, Arrived) else None
        entry = {"reason": refused.reason, "shard": shard, "sequence": item.sequence, "event": identity}
        self._quarantine.put(
            f"events/{shard}-{item.sequence}.json", msgspec.json.encode({**entry, "data_base64": item.data})
        )
        _log.warning("quarantined", extra=entry)


def make_plan(batch: Batch, rows: Mapping[str, Claim]) -> Plan:
    """Decide about each item by the row that holds for its event; end before the first one that has no row."""
    plan = Plan(len(batch.items), [], [], [])
    for index, item in enumerate(batch.items):
        if isinstance(item, Poison):
            plan.refused.append((index, Refused(item, item.reason)))
            continue
        row = rows.get(item.identity)
        if row is None:
            plan.until = index
            break
        if row.sequence == item.sequence:
            plan.kept.append((index, row.home, item))
        elif is_same_content(row.content_hash, item.content_hash, item.data):
            plan.duplicates.append(index)
        else:
            plan.refused.append((index, Refused(item, "id_conflict")))
    return plan


def _work(
    steps: Iterable[tuple[int, Callable[[], _Made]]], end: int, is_time: Callable[[], bool]
) -> tuple[int, list[_Made]]:
    """Take steps; give the place of the first that fails or has no time (else `end`), and what the others made."""
    made: list[_Made] = []
    for place, step in steps:
        if not is_time():
            _log.warning("there is no time for more")
            return place, made
        try:
            made.append(step())
        except UnavailableError as error:
            _log.warning("a store is unavailable", extra={"reason": str(error)})
            return place, made
    return end, made
