"""What a record costs the processor, and what deduplication adds."""

from __future__ import annotations

import binascii
import gzip
import json
from collections.abc import Iterator
from typing import Any

from lambda_code.processor.archive import S3Archive
from lambda_code.processor.batch import Processor
from lambda_code.processor.handler import answer
from lambda_code.processor.ledger import MAX_CLAIMS, DynamoLedger, NoLedger
from lambda_code.processor.ports import Ledger
from lambda_code.processor.records import Arrived, read_record
from lambda_code.shared import aws
from lambda_code.shared.quarantine import Quarantine
from tests.benchmarks.lambda_cpu import Context, cpu_seconds, unsent
from tests.benchmarks.lambda_event import make_event
from tests.benchmarks.report import Target

RECORDS = 500
_SHARD = "shardId-000000000000"
FIRST = 49_590_338_271_490_256_608_559_692_538_361_571_095_921_575_989_136_588_898
INSERTED = json.dumps({"Responses": [{"TableName": "ledger"}] * MAX_CLAIMS}).encode()
"""DynamoDB's answer to a call that claims new events."""
_MAX_RECORD_US = 5
_MAX_CLAIM_US = 40


class Bucket:
    """Takes every object."""

    def put_object(self, **_: object) -> dict[str, Any]:
        return {}


def processing(rounds: int) -> Iterator[Target]:
    """A batch without deduplication, gzip included and the put left out, against json.loads and gzip of its bytes."""
    batch = {"Records": [make_record(number) for number in range(RECORDS)]}
    found = cpu_seconds(
        {
            "ours": lambda: answer(batch, Context(), processor_of(NoLedger()), "tap-bench"),
            "floor": lambda: _floor(batch),
        },
        rounds=rounds,
        repeats=3,
    )
    yield Target("processor: a record of 500, before deduplication", _us(found["ours"]), _MAX_RECORD_US, "µs")
    yield Target("processor: a record / json.loads and gzip", found["ours"] / found["floor"], None)


def deduplicating(rounds: int) -> Iterator[Target]:
    """What claiming adds, with everything that the SDK does for it but sending."""
    batch = {"Records": [make_record(number) for number in range(RECORDS)]}
    client = unsent("dynamodb", aws.STORE, INSERTED)
    with_ledger, without = DynamoLedger(client, "ledger", 35), NoLedger()
    items = [read_record(record["kinesis"], "home") for record in batch["Records"]]
    assert all(isinstance(item, Arrived) for item in items)
    found = cpu_seconds(
        {
            "with": lambda: answer(batch, Context(), processor_of(with_ledger), "tap-bench"),
            "without": lambda: answer(batch, Context(), processor_of(without), "tap-bench"),
        },
        rounds=rounds,
        repeats=1,
    )
    yield Target("processor: deduplicating a record", _us(found["with"] - found["without"]), _MAX_CLAIM_US, "µs")


def processor_of(ledger: Ledger) -> Processor:
    """One that has not seen the batch yet."""
    bucket: Any = Bucket()
    return Processor(ledger, S3Archive(bucket, "archive"), Quarantine(bucket, "failures"))


def _floor(batch: dict[str, Any]) -> bytes:
    documents = [binascii.a2b_base64(record["kinesis"]["data"]) for record in batch["Records"]]
    for document in documents:
        json.loads(document)
    return gzip.compress(b"\n".join(documents), 6)


def _us(seconds: float) -> float:
    return seconds / RECORDS * 1e6


def make_record(number: int) -> dict[str, Any]:
    event = {
        **make_event(number),
        "datacontenttype": "application/json",
        "taptime": "2026-01-31T10:00:00.123Z",
        "taprequest": "JKJaXmPLvHcESHA=",
    }
    sequence = str(FIRST + number)
    data = binascii.b2a_base64(json.dumps(event, separators=(",", ":")).encode(), newline=False).decode()
    kinesis = {"sequenceNumber": sequence, "data": data, "approximateArrivalTimestamp": 1_769_853_600.5}
    return {"eventID": f"{_SHARD}:{sequence}", "kinesis": kinesis}
