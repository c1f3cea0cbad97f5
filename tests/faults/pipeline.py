"""The real functions, put together on the models."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from typing import Any

from lambda_code.processor.archive import S3Archive
from lambda_code.processor.batch import Processor
from lambda_code.processor.handler import answer
from lambda_code.processor.ledger import DynamoLedger
from lambda_code.processor.ports import Ledger
from lambda_code.receiver.handler import PATIENCE_SECONDS, Receiver
from lambda_code.receiver.settings import Settings
from lambda_code.receiver.signing_keys import SigningKeys
from lambda_code.shared.quarantine import Quarantine
from lambda_code.shared.stream import EventStream
from tests.faults import mapping
from tests.faults.dynamodb import DynamoClient, Table
from tests.faults.injection import Clock, CrashError, Faults, Invocation, NoFaults
from tests.faults.kinesis import KinesisClient, Stream
from tests.faults.s3 import Buckets, S3Client

RECEIVER = Settings(
    stack="tap-test",
    environment="test",
    version="0.1.0",
    region="us-east-1",
    stream_name="events",
    signing_secret_arn=None,
)
DAYS = 35


@dataclass
class World:
    """A region: `producing` and `consuming` are the faults of either side."""

    shards: int = 1
    clock: Clock = field(default_factory=Clock)
    rng: Random = field(default_factory=lambda: Random(0))
    settings: mapping.Settings = mapping.PIPELINE
    processor_seconds: float = 60.0
    receiver_seconds: float = 10.0
    keys: SigningKeys | None = None
    running: Invocation | None = None
    is_nested: bool = False

    def __post_init__(self) -> None:
        self.buckets = Buckets()
        self.table = Table()
        self.stream = Stream(self.clock, self.shards)
        calm = NoFaults(self.clock)
        self.kinesis = KinesisClient(self.stream, calm, self.rng)
        self.dynamodb = DynamoClient(self.table, calm, self.rng)
        self.s3 = S3Client(self.buckets, calm)
        self.mapping = mapping.Mapping(self.stream, self.process, self.buckets, self.clock, self.settings, self.rng)
        entries = EventStream(
            self.kinesis, "events", patience_seconds=PATIENCE_SECONDS, sleep=self.clock.sleep, clock=self.clock
        )
        self.receiver = Receiver(RECEIVER, entries, self.keys, clock=self.clock)
        self.ledger: Ledger = DynamoLedger(self.dynamodb, "ledger", DAYS, clock=self.clock, sleep=self.clock.sleep)
        self.processor = self.new_process()
        self.work: Callable[[mapping.Event, Invocation], object] = self._work

    def new_process(self) -> Processor:
        """A processor with nothing in memory; it takes one step at a time, so that every run can be repeated."""
        archive, quarantine = S3Archive(self.s3, "archive"), Quarantine(self.s3, "failures")
        return Processor(self.ledger, archive, quarantine, workers=1)

    def produce_with(self, faults: Faults) -> None:
        self.kinesis.faults = faults

    def consume_with(self, faults: Faults) -> None:
        self.dynamodb.faults = self.s3.faults = faults

    def post(self, request: dict[str, Any]) -> dict[str, Any] | None:
        """The receiver's answer, or None where it dies before it answers."""
        context = Invocation(self.clock, self.receiver_seconds)
        try:
            made = self.receiver.answer(request, context)
            context.watch()
        except CrashError:
            return None
        return made

    def process(self, event: mapping.Event) -> object:
        """One invocation of the processor; ends it when its time is up.

        One within another runs in a process of its own, as Lambda has it; one that crashes takes its process with it.
        """
        outer, self.running = self.running, Invocation(self.clock, self.processor_seconds)
        warm = self.processor
        self.processor = self.new_process() if outer else warm
        try:
            made = self.work(event, self.running)
            self.running.watch()
        except CrashError:
            warm = warm if outer else self.new_process()
            raise
        finally:
            self.running, self.processor = outer, warm
        return made

    def watch(self) -> None:
        """End the running invocation where its time is up."""
        if self.running:
            self.running.watch()

    def _work(self, event: mapping.Event, context: Invocation) -> object:
        return answer(event, context, self.processor, "tap-test")

    def replay_once(self) -> int:
        """Hand every failed batch to the processor as it was, remove what succeeded; how many are left."""
        for key, body in self.buckets.bodies("failures", mapping.PREFIX).items():
            payload = json.loads(json.loads(body)["payload"])
            sequences = [record["kinesis"]["sequenceNumber"] for record in payload["Records"]]
            with suppress(Exception, CrashError):
                if mapping.done(self.process(payload), sequences) == len(sequences):
                    self.buckets.delete("failures", key)
        return len(self.buckets.bodies("failures", mapping.PREFIX))

    def replay(self) -> None:
        """Replay until nothing is left."""
        for _ in range(2_000):
            if not self.replay_once():
                return
            self.clock.now += 1
        raise AssertionError("replay does not end")


def request(body: bytes | str, media_type: str, number: int = 0, **headers: str) -> dict[str, Any]:
    """A request as API Gateway passes it on."""
    return {
        "routeKey": "POST /process",
        "requestContext": {"requestId": f"request-{number}"},
        "headers": {"content-type": media_type, **headers},
        "body": body if isinstance(body, str) else body.decode(),
        "isBase64Encoded": False,
    }
