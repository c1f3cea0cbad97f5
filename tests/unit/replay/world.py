"""A failures bucket in memory, and the real processor behind a fake Lambda."""

from __future__ import annotations

import base64
import gzip
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

from lambda_code.processor.archive import S3Archive
from lambda_code.processor.batch import Processor
from lambda_code.processor.handler import answer
from lambda_code.processor.ledger import DynamoLedger
from lambda_code.shared.quarantine import Quarantine
from tests.unit.lambda_code.fakes import FakeContext, FakeDynamo, FakeS3
from tools.replay.batch import Batch, Found
from tools.replay.ports import Answer
from tools.replay.run import Replay
from tools.replay.selection import Wanted, select
from tools.replay.tally import Tally

Made = TypeVar("Made")
SHARD = "shardId-000000000001"
MAPPING = "a1b2c3d4-5678-90ab-cdef-000000000000"


class KilledError(BaseException):
    """The program ends here."""


@dataclass
class Steps:
    """Every call of a run, counted; `then` is told the number before and after each of them."""

    then: Callable[[int, str], None] = lambda _number, _when: None
    number: int = 0

    def work(self, do: Callable[[], Made]) -> Made:
        self.number += 1
        number = self.number
        self.then(number, "before")
        made = do()
        self.then(number, "after")
        return made


@dataclass
class World:
    """What is deployed."""

    steps: Steps = field(default_factory=Steps)
    failed: dict[str, bytes] = field(default_factory=dict)
    store: FakeS3 = field(default_factory=FakeS3)
    table: FakeDynamo = field(default_factory=FakeDynamo)
    invoked: list[bytes] = field(default_factory=list)
    under_way: dict[str, int] = field(default_factory=dict)
    answers: list[Answer] = field(default_factory=list)  # given instead of the real ones, while there are some

    def __post_init__(self) -> None:
        ledger = DynamoLedger(self.table, "ledger", 35, sleep=lambda _seconds: None)
        self._processor = Processor(ledger, S3Archive(self.store, "archive"), Quarantine(self.store, "failures"))

    def keys(self) -> Iterator[str]:
        yield from self.steps.work(lambda: sorted(self.failed))

    def read(self, key: str) -> bytes | None:
        return self.steps.work(lambda: self.failed.get(key))

    def remove(self, key: str) -> None:
        self.steps.work(lambda: self.failed.pop(key, None))

    def invoke(self, payload: bytes) -> Answer:
        return self.steps.work(lambda: self._invoke(payload))

    def _invoke(self, payload: bytes) -> Answer:
        self.invoked.append(payload)
        if self.answers:
            return self.answers.pop(0)
        return Answer(json.dumps(answer(json.loads(payload), FakeContext(), self._processor, "tap-test")).encode())

    def ids(self) -> list[str]:
        """The ids in the archive, one for each line."""
        bodies = self.store.bodies("archive").values()
        return sorted(json.loads(line)["id"] for body in bodies for line in gzip.decompress(body).splitlines())


@dataclass
class Heard:
    """A watcher that remembers."""

    lines: list[str] = field(default_factory=list)

    def done(self, found: Found, batch: Batch) -> None:
        self.lines.append(f"done {found.key[-4:]} {len(batch.sequences)}")

    def failed(self, found: Found, reason: str) -> None:
        self.lines.append(f"failed {found.key[-4:]} {reason}")

    def gone(self, found: Found) -> None:
        self.lines.append(f"gone {found.key[-4:]}")


def replay(world: World, *, wanted: Wanted | None = None, **more: Any) -> tuple[Tally, list[str]]:
    """One run; what became of it, and what was said."""
    heard = Heard()
    tally = Tally(heard)
    stop = more.pop("stop", threading.Event())
    chosen = select(world.keys(), wanted or Wanted())
    Replay(failures=world, processor=world, tally=tally, stop=stop, **more).run(chosen.batches)
    return tally, heard.lines


def key(number: int, *, shard: str = SHARD, time: str = "2025-06-15T15.06.40") -> str:
    """The name of a failed batch."""
    return f"aws/lambda/{MAPPING}/{shard}/{time[:10].replace('-', '/')}/{time}-0000-{number:04}"


def payload(*numbers: int, shard: str = SHARD) -> dict[str, Any]:
    """An event of Lambda with the records of these numbers."""
    return {"Records": [_record(number, shard) for number in numbers]}


def document(content: Any, **more: Any) -> bytes:
    """An object of the mapping, with the payload as it is documented: text, escaped."""
    text = content if isinstance(content, str) else json.dumps(content)
    context = {"requestId": "r", "condition": "RetryAttemptsExhausted", "approximateInvokeCount": 11}
    return json.dumps({"requestContext": context, "version": "1.0", "payload": text, **more}).encode()


def _record(number: int, shard: str) -> dict[str, Any]:
    event = {"specversion": "1.0", "id": f"e{number:03}", "source": "/shop", "type": "order"}
    sequence = str(49_590_338_271_490_256_608_559_692_538_361_571_095_921_575_989_136_588_898 + number)
    data = base64.b64encode(json.dumps(event).encode()).decode()
    kinesis = {"sequenceNumber": sequence, "data": data, "approximateArrivalTimestamp": 1_750_000_000.25 + number}
    return {"eventID": f"{shard}:{sequence}", "kinesis": kinesis}
