"""A model of Lambda's event source mapping for Kinesis.

From the Lambda developer guide. "How Lambda processes records from stream and queue-based event sources": records are
read in order, each at least once; a batch ends at its size or at 6 MB; with a parallelization factor, records of one
partition key stay in one lane, in their order. "Configuring partial batch response with Kinesis Data Streams and
Lambda": the lowest sequence number reported is the checkpoint, from which everything comes again; an empty or absent
list is complete success; an empty, absent or misnamed identifier is complete failure; on an error the batch is
bisected. "Retain discarded batch records for a Kinesis Data Streams event source": splitting does not use up retries;
what has used them up, or is too old, goes to the destination, in S3 with the whole invocation as `payload`, under
`aws/lambda/<mapping>/<shard>/<date>/`. `TRIM_HORIZON` reads from the oldest record.

Undocumented, so drawn by lot: whether a partial success uses up a retry.
"""

from __future__ import annotations

import base64
import json
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from tests.faults.injection import Clock, CrashError
from tests.faults.kinesis import Record, Stream
from tests.faults.s3 import Buckets

Event = dict[str, Any]

PREFIX = "aws/lambda/"
_MAPPING = "a1b2c3d4-0000-0000-0000-000000000000"
_MAX_PAYLOAD_BYTES = 6_000_000
_ENVELOPE_BYTES = 600  # of a record in an event, beside its data


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What a mapping is told; the defaults are the pipeline's own."""

    batch_size: int = 500
    parallelization_factor: int = 1
    maximum_retry_attempts: int = 10_000
    maximum_record_age_seconds: int = 6 * 86_400
    bisect: bool = True


PIPELINE = Settings()


@dataclass
class Batch:
    """Records of one shard and lane, and how often they have been retried."""

    records: list[Record]
    retries: int = 0


@dataclass
class Lane:
    """What one invocation at a time works on."""

    waiting: list[Record] = field(default_factory=list)
    again: list[Batch] = field(default_factory=list)
    is_busy: bool = False


@dataclass
class Mapping:
    """Invokes a function with what is in a stream; `invocations` counts."""

    stream: Stream
    function: Callable[[Event], object]
    failures: Buckets
    clock: Clock
    settings: Settings = PIPELINE
    rng: Random = field(default_factory=lambda: Random(0))
    invocations: int = 0
    discarded: int = 0

    def __post_init__(self) -> None:
        self.start_over()

    def start_over(self) -> None:
        """What a mapping does that is created anew: read from TRIM_HORIZON."""
        lanes = range(self.settings.parallelization_factor)
        self._read = [0] * self.stream.count
        self._lanes = [[Lane() for _ in lanes] for _ in range(self.stream.count)]

    def drain(self) -> None:
        """Work until nothing is left."""
        places = [(shard, lane) for shard, lanes in enumerate(self._lanes) for lane in range(len(lanes))]
        while sum(self.poll(*place) for place in places):
            self.clock.now += 0.2

    def poll_any(self) -> bool:
        """Work on a lane drawn by lot."""
        shard = self.rng.randrange(self.stream.count)
        return self.poll(shard, self.rng.randrange(len(self._lanes[shard])))

    def poll(self, shard: int, number: int) -> bool:
        """Invoke the function once for this lane, if there is something; whether there was."""
        self._distribute(shard)
        lane = self._lanes[shard][number]
        if lane.is_busy or not (lane.again or lane.waiting):
            return False
        batch = lane.again.pop(0) if lane.again else self._next(lane)
        batch = self._without_the_old(batch)
        lane.is_busy = True
        try:
            if batch.records:
                self._settle(lane, batch, self._invoke(batch.records))
        finally:
            lane.is_busy = False
        return True

    def _distribute(self, shard: int) -> None:
        records = self.stream.shards[shard]
        lanes = self._lanes[shard]
        for record in records[self._read[shard] :]:
            lanes[zlib.crc32(record.partition_key.encode()) % len(lanes)].waiting.append(record)
        self._read[shard] = len(records)

    def _next(self, lane: Lane) -> Batch:
        size = count = 0
        for record in lane.waiting[: self.settings.batch_size]:
            size += len(record.data) * 4 // 3 + _ENVELOPE_BYTES
            if count and size > _MAX_PAYLOAD_BYTES:
                break
            count += 1
        batch, lane.waiting = Batch(lane.waiting[:count]), lane.waiting[count:]
        return batch

    def _without_the_old(self, batch: Batch) -> Batch:
        oldest = self.clock.now - self.settings.maximum_record_age_seconds
        old = [record for record in batch.records if record.arrival < oldest]
        if not old:
            return batch
        self._discard(old, "RecordAgeExceeded")
        return Batch(batch.records[len(old) :], batch.retries)

    def _invoke(self, records: list[Record]) -> int | None:
        """How many records are done, or None where the function fails."""
        self.invocations += 1
        try:
            answer = self.function({"Records": [as_event(record) for record in records]})
        except (Exception, CrashError):
            return None
        return done(answer, [record.sequence for record in records])

    def _settle(self, lane: Lane, batch: Batch, done: int | None) -> None:
        records = batch.records
        if done == len(records):
            return
        if done is None and self.settings.bisect and len(records) > 1:
            middle = len(records) // 2
            lane.again[:0] = [Batch(records[:middle], batch.retries), Batch(records[middle:], batch.retries)]
            return
        retries = batch.retries + (1 if not done else self.rng.randrange(2))
        rest = records[done or 0 :]
        if retries > self.settings.maximum_retry_attempts:
            self._discard(rest, "RetryAttemptsExhausted")
        else:
            lane.again.insert(0, Batch(rest, retries))

    def _discard(self, records: list[Record], condition: str) -> None:
        self.discarded += 1
        payload = {"Records": [as_event(record) for record in records]}
        day = time.strftime("%Y/%m/%d/%Y-%m-%dT%H.%M.%S", time.gmtime(self.clock.now))
        key = f"{PREFIX}{_MAPPING}/{records[0].shard}/{day}-{self.discarded:08x}-0000-4000-8000-000000000000"
        first, last = records[0].sequence, records[-1].sequence
        info = {"shardId": records[0].shard, "startSequenceNumber": first, "endSequenceNumber": last}
        body = {
            "requestContext": {"condition": condition},
            "version": "1.0",
            "KinesisBatchInfo": {**info, "batchSize": len(records)},
            "payload": json.dumps(payload),
        }
        self.failures.put("failures", key, json.dumps(body).encode())


def as_event(record: Record) -> Event:
    """The record as the function sees it."""
    return {
        "kinesis": {
            "kinesisSchemaVersion": "1.0",
            "partitionKey": record.partition_key,
            "sequenceNumber": record.sequence,
            "data": base64.b64encode(record.data).decode(),
            "approximateArrivalTimestamp": record.arrival,
        },
        "eventSource": "aws:kinesis",
        "eventID": f"{record.shard}:{record.sequence}",
        "eventName": "aws:kinesis:record",
        "awsRegion": "us-east-1",
    }


def done(answer: object, sequences: list[str]) -> int | None:
    """How many records an answer says are done, or None where it is complete failure."""
    if not answer:
        return len(sequences)
    if not isinstance(answer, dict) or not isinstance(answer.get("batchItemFailures") or [], list):
        return None
    failures = answer.get("batchItemFailures") or []
    named = [str(failure.get("itemIdentifier")) for failure in failures if isinstance(failure, dict)]
    if len(named) < len(failures) or any(name not in sequences for name in named):
        return None
    return min((sequences.index(name) for name in named), default=len(sequences))
