"""The Kinesis stream, seen by a producer."""
# ruff: noqa: N803 - AWS writes its parameters so

import logging
import math
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

    def __init__(
        self,
        client: KinesisClient,
        name: str,
        *,
        patience_seconds: float = math.inf,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`patience_seconds`: for how long calls are repeated, at least once, that the stream takes nothing of."""
        self._client = client
        self._name = name
        self._patience = patience_seconds
        self._sleep = sleep
        self._clock = clock

    def put(self, entries: Iterable[Entry], *, seconds_left: Callable[[], float]) -> None:
        """Return when all are in the stream, or raise UnavailableError when patience or the time left is too short.

        Rejected records follow later, after those of the same call that were accepted. So the order of a partition key
        is kept from one `put` to the next, and within one as long as no record is rejected.
        """
        for chunk in full_chunks(entries):
            self._put_chunk(chunk, seconds_left)

    def _put_chunk(self, pending: list[Entry], seconds_left: Callable[[], float]) -> None:
        pause = _FIRST_PAUSE_SECONDS
        until, repeated = self._clock() + self._patience, False
        while refused := self._put_once(pending):
            if len(refused) < len(pending):
                until = self._clock() + self._patience
            wait = random.uniform(0, pause)  # noqa: S311 - jitter, not a secret
            impatient = repeated and self._clock() + wait > until
            pending, repeated = refused, True
            if impatient or seconds_left() < wait + _CALL_SECONDS:
                raise UnavailableError(f"{len(pending)} records were not accepted")
            self._sleep(wait)
            pause = min(2 * pause, _LONGEST_PAUSE_SECONDS, self._patience / 2)

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
