"""A stretch of the stream, read again as the mapping would have handed it to the processor."""

import base64
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from tools.replay.batch import Batch

MAX_RECORDS = 500
MAX_BYTES = 4 * 1024 * 1024
"""Records of one invocation: as many as a mapping hands on by default, and less than its payload may hold."""

Record = Mapping[str, Any]
"""A record of the stream, as GetRecords gives it (Kinesis API reference, `Record`)."""


_SKEW = timedelta(minutes=1)  # times of arrival need not increase from record to record (Kinesis API reference)


def until(records: Iterable[Record], end: datetime) -> Iterator[Record]:
    """The records that arrived before `end`."""
    for record in records:
        arrived = record["ApproximateArrivalTimestamp"]
        if arrived >= end + _SKEW:
            return
        if arrived < end:
            yield record


def batches(shard: str, records: Iterable[Record]) -> Iterator[Batch]:
    """The records of one shard as payloads for the processor."""
    some: list[dict[str, Any]] = []
    size = 0
    for record in records:
        item = _item(shard, record)
        length = len(item["kinesis"]["data"])
        if some and (len(some) == MAX_RECORDS or size + length > MAX_BYTES):
            yield _batch(some)
            some, size = [], 0
        some.append(item)
        size += length
    if some:
        yield _batch(some)


def _batch(items: list[dict[str, Any]]) -> Batch:
    payload = json.dumps({"Records": items}, separators=(",", ":")).encode()
    return Batch(payload, tuple(item["kinesis"]["sequenceNumber"] for item in items), "read from the stream")


def _item(shard: str, record: Record) -> dict[str, Any]:
    """As Lambda hands it on (Lambda developer guide, "Process Amazon Kinesis Data Streams records with Lambda")."""
    return {
        "eventSource": "aws:kinesis",
        "eventVersion": "1.0",
        "eventName": "aws:kinesis:record",
        "eventID": f"{shard}:{record['SequenceNumber']}",
        "kinesis": {
            "kinesisSchemaVersion": "1.0",
            "partitionKey": record["PartitionKey"],
            "sequenceNumber": record["SequenceNumber"],
            "data": base64.b64encode(record["Data"]).decode(),
            "approximateArrivalTimestamp": record["ApproximateArrivalTimestamp"].timestamp(),
        },
    }
