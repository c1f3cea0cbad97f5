"""What must hold when everything has been sent, processed and replayed.

`exactly_once`: every event whose sender was told 202 is in the archive exactly once, as it was sent. Of events whose
sender was never told 202 (its request was answered with 503, or the answer got lost) each is there at most once.
Nothing else is there: nothing that was refused, nothing that nobody sent.

`only_poison_is_quarantined`: in quarantine is what can never be stored, each record once, and nothing else.

`in_order`: for one partition key, events of a request that was sent after the answer 202 to another one have higher
sequence numbers (`tapsequence`) than the events of that other one. Within a request order holds as far as Kinesis takes
every entry the first time; it does not for entries that it refuses, which follow later. Not promised either: order
against a request that was answered with 503, or whose sender gave up waiting while it was still being carried out.

`in_stream_order`: every object holds records of one shard, in the order of the stream.

`as_rows_say`: every line is in the object and under the sequence number that its ledger row names.
"""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import msgspec

from tests.faults.clients import Books
from tests.faults.dynamodb import Table
from tests.faults.pipeline import World
from tests.faults.s3 import Buckets


class BrokenError(AssertionError):
    """A property does not hold; the name of the property comes first."""


class Line(msgspec.Struct):
    """An event in the archive."""

    source: str
    id: str
    data: Any
    tapsequence: str

    @property
    def identity(self) -> str:
        return f"{self.source} {self.id}"


_decode = msgspec.json.Decoder(Line).decode


def objects(buckets: Buckets) -> Iterator[tuple[str, list[Line]]]:
    """Every object of the archive, read."""
    for key, body in buckets.bodies("archive").items():
        yield key, [_decode(line) for line in gzip.decompress(body).splitlines()]


def archived(buckets: Buckets) -> list[Line]:
    """Every event of the archive."""
    return [line for _, lines in objects(buckets) for line in lines]


def quarantined(buckets: Buckets) -> list[dict[str, Any]]:
    """Every record in quarantine."""
    return [json.loads(body) for body in buckets.bodies("failures", "quarantine/events/").values()]


def check(world: World, books: Books, poison: set[str] = frozenset(), *, order: bool = True) -> None:  # type: ignore[assignment]
    """Check all; `poison` are the sequence numbers of what can never be stored."""
    buckets = world.buckets
    exactly_once(buckets, books)
    only_poison_is_quarantined(buckets, poison)
    in_stream_order(buckets)
    as_rows_say(buckets, world.table)
    if order:
        in_order(buckets, books)


def exactly_once(buckets: Buckets, books: Books) -> None:
    found = Counter(line.identity for line in archived(buckets))
    lost = books.accepted - found.keys()
    doubled = {identity for identity, count in found.items() if count > 1}
    strange = found.keys() - books.accepted - books.uncertain
    if lost or doubled or strange:
        some = sorted(lost | doubled | strange)[:3]
        raise BrokenError(f"exactly_once: {len(lost)} lost, {len(doubled)} doubled, {len(strange)} strange: {some}")
    altered = [line.identity for line in archived(buckets) if line.data != books.data[line.identity]]
    if altered:
        raise BrokenError(f"exactly_once: altered: {altered[:3]}")


def only_poison_is_quarantined(buckets: Buckets, poison: set[str]) -> None:
    found = Counter(entry["sequence"] for entry in quarantined(buckets))
    if set(found) != poison or any(count > 1 for count in found.values()):
        raise BrokenError(f"only_poison_is_quarantined: {len(found)} records, expected {len(poison)}")


def in_order(buckets: Buckets, books: Books) -> None:
    sequences = {line.identity: int(line.tapsequence) for line in archived(buckets)}
    for key, requests in books.order.items():
        latest = 0
        for identities in requests:
            of_these = [sequences[identity] for identity in identities]
            if min(of_these) <= latest:
                raise BrokenError(f"in_order: {key}: {identities[0]} is before what was accepted earlier")
            latest = max(of_these)


def in_stream_order(buckets: Buckets) -> None:
    for key, lines in objects(buckets):
        sequences = [int(line.tapsequence) for line in lines]
        if sequences != sorted(set(sequences)):
            raise BrokenError(f"in_stream_order: {key}")


def as_rows_say(buckets: Buckets, table: Table) -> None:
    for key, lines in objects(buckets):
        for line in lines:
            row = table.rows[line.identity]
            if (row["object_key"]["S"], row["sequence_number"]["S"]) != (key, line.tapsequence):
                raise BrokenError(f"as_rows_say: {line.identity} is in {key} as {line.tapsequence}")
