"""A model of Kinesis Data Streams, as far as a producer and the event source mapping see it.

From the API reference, "PutRecords" and "PutRecordsResultEntry": up to 500 records and 5 MiB a call, partition keys
included; an MD5 hash of the partition key selects the shard; each record is taken or refused by itself, with
`ProvisionedThroughputExceededException` or `InternalFailure`; one that is refused does not stop those after it, so
there is no order within a call beyond what was taken. From "Kinesis Data Streams terminology and concepts": sequence
numbers grow within a shard. An error of the whole call leaves open whether it was carried out.
"""
# ruff: noqa: N803 - AWS writes its parameters so

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any, NamedTuple

from tests.faults.injection import Clock, Faults, client_error, lost_answer

FIRST = 49_590_338_271_490_256_608_559_692_538_361_571_095_921_575_989_136_588_898
_REFUSALS = ("ProvisionedThroughputExceededException", "InternalFailure")


class Record(NamedTuple):
    """A record in a shard; `arrival` is the server's time."""

    shard: str
    sequence: str
    partition_key: str
    data: bytes
    arrival: float


@dataclass
class Stream:
    """Shards that divide the range of MD5 evenly; a record once taken stays."""

    clock: Clock
    count: int = 1
    shards: list[list[Record]] = field(default_factory=list)
    taken: int = 0

    def __post_init__(self) -> None:
        self.shards = [[] for _ in range(self.count)]

    def shard_of(self, partition_key: str) -> int:
        hashed = int.from_bytes(hashlib.md5(partition_key.encode()).digest(), "big")  # noqa: S324 - so does Kinesis
        return hashed * self.count >> 128

    def put(self, partition_key: str, data: bytes) -> Record:
        number = self.shard_of(partition_key)
        self.taken += 1
        sequence = str(FIRST + 100 * self.taken + number)
        record = Record(f"shardId-{number:012}", sequence, partition_key, data, self.clock.now)
        self.shards[number].append(record)
        return record

    def records(self) -> list[Record]:
        return [record for shard in self.shards for record in shard]


@dataclass
class KinesisClient:
    """What the SDK gives a producer; with chances for refused entries and for calls that are carried out late."""

    stream: Stream
    faults: Faults
    rng: Random = field(default_factory=lambda: Random(0))
    refused: float = 0.0
    late: float = 0.0
    calls: list[int] = field(default_factory=list)
    _late: list[list[dict[str, Any]]] = field(default_factory=list)

    def put_records(self, *, StreamName: str, Records: list[dict[str, Any]]) -> Mapping[str, Any]:
        assert StreamName == "events"
        check_limits(Records)
        self.calls.append(len(Records))
        self.arrive_late(0.2)
        if self.late and self.rng.random() < self.late:
            self._late.append(Records)
            raise lost_answer()
        return self.faults.call("kinesis", lambda: self._put(Records))

    def arrive_late(self, chance: float) -> None:
        """Carry out what a sender has already given up."""
        if self._late and self.rng.random() < chance:
            self._put(self._late.pop(0))

    def _put(self, records: list[dict[str, Any]]) -> dict[str, Any]:
        results = [self._take(record) for record in records]
        return {"FailedRecordCount": sum("ErrorCode" in result for result in results), "Records": results}

    def _take(self, record: dict[str, Any]) -> dict[str, str]:
        if self.refused and self.rng.random() < self.refused:
            return {"ErrorCode": self.rng.choice(_REFUSALS), "ErrorMessage": "ordered by a test"}
        taken = self.stream.put(record["PartitionKey"], record["Data"])
        return {"SequenceNumber": taken.sequence, "ShardId": taken.shard}


def check_limits(records: list[dict[str, Any]]) -> None:
    """Raise as Kinesis does for a call that is too large."""
    sizes = [len(record["Data"]) + len(record["PartitionKey"].encode()) for record in records]
    keys = all(1 <= len(record["PartitionKey"]) <= 256 for record in records)
    if not 1 <= len(records) <= 500 or sum(sizes) > 5 * 2**20 or max(sizes) > 2**20 or not keys:
        raise client_error("ValidationException")
