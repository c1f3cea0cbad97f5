"""Records of the stream, read into events or into what can never be stored."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from lambda_code.shared import exact_json
from lambda_code.shared.attributes import MAX_IDENTITY_BYTES, identity
from lambda_code.shared.content import content_hash
from lambda_code.shared.events import MAX_RECORD_BYTES


class Arrived(msgspec.Struct, frozen=True):
    """An event as a record brought it; `data` is the record's base64, `line` what the archive keeps."""

    sequence: str
    data: str
    identity: str
    content_hash: str
    line: bytes


class Poison(msgspec.Struct, frozen=True):
    """A record that can never be stored, and the code of the reason."""

    sequence: str
    data: str
    reason: str


class Batch(msgspec.Struct, frozen=True):
    """Records of one shard in their order; `home` is the key of the object that an event's first claim names."""

    shard: str
    home: str
    items: list[Arrived | Poison]


def read_batch(records: Sequence[Mapping[str, Any]]) -> Batch:
    """Read the records of one invocation; the home is made only of what a retry of the same records repeats."""
    first = records[0]
    shard = str(first["eventID"]).partition(":")[0]
    arrival = time.strftime("date=%Y-%m-%d/hour=%H", time.gmtime(first["kinesis"]["approximateArrivalTimestamp"]))
    home = f"events/{arrival}/{shard}-{first['kinesis']['sequenceNumber']}.ndjson.gz"
    return Batch(shard, home, [read_record(record["kinesis"]) for record in records])


def read_record(kinesis: Mapping[str, Any]) -> Arrived | Poison:
    """Read one record."""
    sequence, data = kinesis["sequenceNumber"], kinesis["data"]
    try:
        document = msgspec.convert(data, bytes)  # reads base64, in half the time of binascii
        event = exact_json.decode(document)
    except (ValueError, RecursionError):
        return Poison(sequence, data, "undecodable")
    if len(document) > MAX_RECORD_BYTES:
        return Poison(sequence, data, "too_large")
    name = _identity(event)
    if name is None:
        return Poison(sequence, data, "not_an_event")
    return Arrived(sequence, data, name, content_hash(event), _line(document, sequence))


def _identity(event: object) -> str | None:
    """What names the event in the ledger; None where it has no source and id that can."""
    if not isinstance(event, dict) or event.get("specversion") != "1.0":
        return None
    source, id = event.get("source"), event.get("id")
    if not isinstance(source, str) or not isinstance(id, str) or not source or not id or " " in source:
        return None
    name = identity(source, id)
    return name if len(name.encode()) <= MAX_IDENTITY_BYTES else None


def _line(document: bytes, sequence: str) -> bytes:
    """The event's own bytes, with the sequence number to sort by, on one line."""
    if b"\n" in document or b"\r" in document:
        document = document.translate(None, b"\r\n")
    return b'%b,"tapsequence":"%b"}' % (document.rstrip()[:-1], sequence.encode())
