"""Reads the stream's records as events, or as unstorable ones."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from lambda_code.shared import exact_json
from lambda_code.shared.attributes import MAX_IDENTITY_BYTES, identity
from lambda_code.shared.content import content_hash
from lambda_code.shared.events import MAX_RECORD_BYTES

_LINE_FEED, _CARRIAGE_RETURN = b"\n\r"  # as numbers, which are found in an eighth of the time
MAX_OBJECT_RECORDS = 500
MAX_OBJECT_CHARACTERS = 1024 * 1024
"""What the first records to claim a new object may be, and their base64: a batch that comes back record by record reads
and writes half its object for each, so what that costs grows with the batch, not with its square."""


class Arrived(msgspec.Struct, frozen=True):
    """An event as a record brought it.

    `data` is the record's base64, `home` the key of the object that the event's first claim names, `line` what the
    archive keeps, and `event` what it says, with numbers as decimals.
    """

    sequence: str
    data: str
    home: str
    identity: str
    line: bytes
    event: dict[str, Any]

    @property
    def content_hash(self) -> str:
        """The hash of what the event means, which costs as much as reading it: only a ledger needs it."""
        return content_hash(self.event)


class Poison(msgspec.Struct, frozen=True):
    """An unstorable record, and the code of the reason."""

    sequence: str
    data: str
    reason: str


class Batch(msgspec.Struct, frozen=True):
    """Records of one shard in their order; `home` is that of the first."""

    shard: str
    home: str
    items: list[Arrived | Poison]


def read_batch(records: Sequence[Mapping[str, Any]]) -> Batch:
    """Read the records of one invocation."""
    shard = str(records[0]["eventID"]).partition(":")[0]
    items: list[Arrived | Poison] = []
    home, count, size = "", 0, 0
    for record in records:
        kinesis = record["kinesis"]
        size += len(kinesis["data"])
        if not home or count == MAX_OBJECT_RECORDS or size > MAX_OBJECT_CHARACTERS:
            home, count, size = _home(shard, kinesis), 0, len(kinesis["data"])
        count += 1
        items.append(read_record(kinesis, home))
    return Batch(shard, _home(shard, records[0]["kinesis"]), items)


def _home(shard: str, kinesis: Mapping[str, Any]) -> str:
    """Named after its first record, by what a retry of that record repeats."""
    arrival = time.strftime("date=%Y-%m-%d/hour=%H", time.gmtime(kinesis["approximateArrivalTimestamp"]))
    return f"events/{arrival}/{shard}-{kinesis['sequenceNumber']}.ndjson.gz"


def read_record(kinesis: Mapping[str, Any], home: str) -> Arrived | Poison:
    """Read one record."""
    sequence, data = kinesis["sequenceNumber"], kinesis["data"]
    try:
        document = msgspec.convert(data, bytes)  # reads base64, in half the time of binascii
        event = exact_json.decode(document)
    except (ValueError, RecursionError):
        return Poison(sequence, data, "undecodable")
    if len(document) > MAX_RECORD_BYTES:
        return Poison(sequence, data, "too_large")
    name = identity_of(event)
    if name is None:
        return Poison(sequence, data, "not_an_event")
    return Arrived(sequence, data, home, name, _line(document, sequence), event)


def as_record(copy: Arrived, sequence: str) -> Arrived:
    """The event as if from the record with this number, except for the marks of how the copy arrived."""
    line = copy.line[: -len(_end(copy.sequence))] + _end(sequence)
    return msgspec.structs.replace(copy, sequence=sequence, line=line)


def identity_of(event: object) -> str | None:
    """The event's key in the ledger; None without a usable source and id."""
    if not isinstance(event, dict) or event.get("specversion") != "1.0":
        return None
    source, id = event.get("source"), event.get("id")
    if not isinstance(source, str) or not isinstance(id, str) or not source or not id or " " in source:
        return None
    name = identity(source, id)
    return name if len(name.encode()) <= MAX_IDENTITY_BYTES else None


def _line(document: bytes, sequence: str) -> bytes:
    """The event's own bytes, with the sequence number to sort by, on one line."""
    if _LINE_FEED in document or _CARRIAGE_RETURN in document:
        document = document.translate(None, b"\r\n")
    return document[: document.rindex(b"}")] + _end(sequence)


def _end(sequence: str) -> bytes:
    return f',"tapsequence":"{sequence}"}}'.encode()
