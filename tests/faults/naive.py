"""A pipeline as one writes it first: it must fail the properties, or they prove nothing."""

from __future__ import annotations

import base64
import json
import time
import uuid
import zlib
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from lambda_code.shared.stream import Entry, EventStream
from tests.faults.injection import Invocation
from tests.faults.mapping import Event
from tests.faults.pipeline import World


class NaiveStream(EventStream):
    """Sends everything again after an error, and takes an answer for success."""

    def put(self, entries: Any, **_: Any) -> None:
        entries = list(entries)
        for _attempt in range(3):
            try:
                return self._send(entries)
            except (BotoCoreError, ClientError):
                continue
        return None

    def _send(self, entries: list[Entry]) -> None:
        records = [{"Data": entry.data, "PartitionKey": entry.partition_key} for entry in entries]
        self._client.put_records(StreamName=self._name, Records=records)


def make_naive(world: World) -> None:
    """Exchange producer and processor; the processor stores each batch under a new name and drops bad records."""

    def process(event: Event, _: Invocation) -> object:
        lines = [line for record in event["Records"] if (line := _line(record))]
        body = zlib.compress(b"".join(lines), wbits=31)
        day = time.strftime("%Y-%m-%d", time.gmtime(world.clock.now))
        world.s3.put_object(Bucket="archive", Key=f"events/{day}/{uuid.uuid4()}", Body=body, ContentType="x/y")
        return {"batchItemFailures": []}

    world.work = process
    world.receiver._stream = NaiveStream(world.kinesis, "events")


def _line(record: dict[str, Any]) -> bytes:
    try:
        event = json.loads(base64.b64decode(record["kinesis"]["data"]))
        return (
            json.dumps({**event, "id": event["id"], "tapsequence": record["kinesis"]["sequenceNumber"]}).encode()
            + b"\n"
        )
    except (ValueError, KeyError, TypeError):
        return b""
