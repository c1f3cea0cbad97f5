"""Failed batches, as a mapping's S3 destination keeps them.

Source: AWS Lambda developer guide, "Retain discarded batch records for a Kinesis Data Streams event source",
https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

PREFIX = "aws/lambda/"
"""Where the mapping writes; it can't be chosen."""
MAX_PAYLOAD_BYTES = 6 * 1024 * 1024
"""Largest payload of a synchronous invocation (Lambda quotas)."""

_KEY = re.compile(
    PREFIX + r"[^/]+/(?P<shard>[^/]+)/\d{4}/\d\d/\d\d/(?P<time>\d{4}-\d\d-\d\dT\d\d\.\d\d\.\d\d)-[0-9a-fA-F-]+"
)


class NotABatchError(Exception):
    """An object's content is not a failed batch that can be replayed; the text says why."""


@dataclass(frozen=True, slots=True)
class Found:
    """A failed batch by its object's name: the shard it came from, and when Lambda discarded it (UTC)."""

    key: str
    shard: str
    given_up: datetime


@dataclass(frozen=True, slots=True)
class Batch:
    """The content of a failed batch: what the processor was invoked with, and why Lambda discarded it."""

    payload: bytes
    sequences: tuple[str, ...]
    why: str

    def without_first(self, count: int) -> "Batch":
        """The rest of it, as a mapping would retry it after a partial success."""
        event = json.loads(self.payload)
        event["Records"] = event["Records"][count:]
        return Batch(json.dumps(event, separators=(",", ":")).encode(), self.sequences[count:], self.why)


def found(key: str) -> Found | None:
    """Read an object's name; None if it isn't that of a failed batch."""
    match = _KEY.fullmatch(key)
    if match is None:
        return None
    try:
        given_up = datetime.strptime(match["time"], "%Y-%m-%dT%H.%M.%S").replace(tzinfo=UTC)
    except ValueError:
        return None
    return Found(key, match["shard"], given_up)


def read(document: bytes) -> Batch:
    """Read an object's content. Raises NotABatchError."""
    try:
        record = json.loads(document)
        payload = record["payload"]
        # Documented as a string of escaped JSON; emulators write the object itself.
        text = payload if isinstance(payload, str) else json.dumps(payload, separators=(",", ":"))
        sequences = tuple(_sequences(json.loads(text)["Records"]))
        why = str(record.get("requestContext", {}).get("condition", "unknown"))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise NotABatchError("it contains no batch of Kinesis records") from None
    if not sequences:
        raise NotABatchError("its batch is empty")
    if len(text.encode()) > MAX_PAYLOAD_BYTES:
        raise NotABatchError(f"its payload is larger than the {MAX_PAYLOAD_BYTES} bytes that an invocation accepts")
    return Batch(text.encode(), sequences, why)


def _sequences(records: Iterable[dict[str, Any]]) -> Iterable[str]:
    for record in records:
        sequence = record["kinesis"]["sequenceNumber"]
        if not isinstance(sequence, str) or not sequence.isdigit():
            raise NotABatchError("a record has no sequence number")
        yield sequence
