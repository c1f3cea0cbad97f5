"""The Kinesis stream, seen by a producer."""
# ruff: noqa: N803 - AWS writes its parameters so

import logging
import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from lambda_code.shared.errors import UnavailableError

MAX_RECORDS = 500
"""Records that one PutRecords call may contain (Kinesis API reference)."""
MAX_BYTES = 5 * 1024 * 1024
"""Bytes that one PutRecords call may contain, partition keys included (Kinesis API reference)."""

_FIRST_PAUSE_SECONDS = 0.05
_LONGEST_PAUSE_SECONDS = 2.0
_CALL_SECONDS = 3.5  # the longest call (see aws.PRODUCER); none is started with less time

_log = logging.getLogger(__name__)


class KinesisClient(Protocol):
    """The part of the SDK's Kinesis client that is used."""

    def put_records(self, *, StreamName: str, Records: list[dict[str, Any]]) -> Mapping[str, Any]:
        """Put up to MAX_RECORDS records; each can be rejected on its own."""


class Entry(NamedTuple):
    """A record to be put."""

    partition_key: str
    data: bytes


class EventStream:
    """Puts records until Kinesis has accepted every one of them."""

    def __init__(self, client: KinesisClient, name: str, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self._client = client
        self._name = name
        self._sleep = sleep

    def put(self, entries: Iterable[Entry], *, seconds_left: Callable[[], float]) -> None:
        """Return when all are in the stream, or raise UnavailableError when the time left is too short to go on.

        Rejected records follow later, after those of the same call that were accepted. So the order of a partition key
        is kept from one `put` to the next, and within one as long as no record is rejected.
        """
        for chunk in full_chunks(entries):
            self._put_chunk(chunk, seconds_left)

    def _put_chunk(self, pending: list[Entry], seconds_left: Callable[[], float]) -> None:
        pause = _FIRST_PAUSE_SECONDS
        while pending := self._put_once(pending):
            wait = random.uniform(0, pause)  # noqa: S311 - jitter, not a secret
            if seconds_left() < wait + _CALL_SECONDS:
                raise UnavailableError(f"{len(pending)} records were not accepted")
            self._sleep(wait)
            pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)

    def _put_once(self, entries: list[Entry]) -> list[Entry]:
        """Make one call and return the rejected records; all of them if the answer is lost."""
        records = [{"Data": entry.data, "PartitionKey": entry.partition_key} for entry in entries]
        try:
            answer = self._client.put_records(StreamName=self._name, Records=records)
        except (BotoCoreError, ClientError) as error:
            _log.warning("the stream did not answer", extra={"error": str(error)})
            return entries
        results = zip(entries, answer["Records"], strict=True)
        refused = [entry for entry, result in results if result.get("ErrorCode")]
        if refused:
            _log.info("the stream rejected records", extra={"refused": len(refused), "sent": len(entries)})
        return refused


def full_chunks(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    """The entries, as many at a time as one call may contain."""
    chunk: list[Entry] = []
    size = 0
    for entry in entries:
        cost = len(entry.data) + len(entry.partition_key.encode())
        if chunk and (len(chunk) == MAX_RECORDS or size + cost > MAX_BYTES):
            yield chunk
            chunk, size = [], 0
        chunk.append(entry)
        size += cost
    if chunk:
        yield chunk
