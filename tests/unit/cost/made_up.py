"""Made-up events, and a processor in memory that stores them."""

import base64
import json
import random
import uuid
from typing import Any

from lambda_code.processor.archive import S3Archive
from lambda_code.processor.batch import Processor
from lambda_code.processor.handler import answer
from lambda_code.processor.ledger import DynamoLedger
from lambda_code.shared.quarantine import Quarantine
from tests.unit.lambda_code.fakes import FakeContext, FakeDynamo, FakeS3

_FIRST = 49_590_338_271_490_256_608_559_692_538_361_571_095_921_575_989_136_588_898
TRACE = {"x_amzn_trace_id": "Root=1-67891233-abcdef012345678912345678;Sampled=1"}


def made_up_event(number: int, size: int) -> dict[str, Any]:
    """An order of so many bytes: names repeat, numbers and ids don't."""
    chance = random.Random(number)
    event: dict[str, Any] = {
        "specversion": "1.0",
        "id": str(uuid.UUID(int=chance.getrandbits(128))),
        "source": "/shop/orders",
        "type": "com.example.order.created",
        "time": f"2026-11-28T10:{number // 60 % 60:02}:{number % 60:02}Z",
        "data": {"order": chance.randrange(10**9), "items": []},
    }
    while len(json.dumps(event)) < size:
        event["data"]["items"].append({"sku": f"{chance.getrandbits(32):08x}", "count": chance.randrange(9)})
    return event


class Processing:
    """A processor and what it stands on."""

    def __init__(self) -> None:
        self.s3, self.dynamo = FakeS3(), FakeDynamo()
        ledger = DynamoLedger(self.dynamo, "ledger", 35)
        self._processor = Processor(ledger, S3Archive(self.s3, "archive"), Quarantine(self.s3, "failures"))
        self._next = _FIRST

    def store(self, events: int) -> None:
        """Process a batch of the first so many events; again, they are copies."""
        records = [self._record(made_up_event(number, 200)) for number in range(events)]
        answered = answer({"Records": records}, FakeContext(), self._processor, "tap-prod-us-east-1")
        assert answered == {"batchItemFailures": []}

    def _record(self, event: dict[str, Any]) -> dict[str, Any]:
        self._next += 1
        kinesis = {
            "sequenceNumber": str(self._next),
            "data": base64.b64encode(json.dumps(event).encode()).decode(),
            "approximateArrivalTimestamp": 1_750_000_000.5,
        }
        return {"eventID": f"shardId-000000000000:{self._next}", "kinesis": kinesis}
