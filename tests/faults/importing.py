"""The real importer on the models, and S3's notifications to it.

From the S3 user guide, "Amazon S3 Event Notifications": each is delivered at least once, and in any order; keys are
URL-encoded. From the Lambda developer guide, "How Lambda handles errors and retries with asynchronous invocation": a
function that fails is invoked twice more, then the event goes to the dead-letter queue; and even where it doesn't fail,
it may get the same event several times, because the queue itself is eventually consistent.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote_plus

from lambda_code.importer.importer import Importer
from lambda_code.importer.inbox import Inbox
from lambda_code.importer.names import InboxRules
from lambda_code.importer.next_invocation import NextInvocation
from lambda_code.importer.settings import Settings
from lambda_code.shared.quarantine import Quarantine
from lambda_code.shared.stream import EventStream
from tests.faults.injection import CrashError, Faults, Invocation
from tests.faults.pipeline import World
from tests.faults.s3 import OWNER, S3Client

_ATTEMPTS = 3
SETTINGS = Settings(
    stack="tap-test",
    stream_name="events",
    inbox_bucket="inbox",
    failures_bucket="failures",
    account_id=OWNER,
    inbox=InboxRules(),
    function="importer",
)


@dataclass
class LambdaClient:
    """Queues events for the importer."""

    queue: list[dict[str, Any]]
    faults: Faults

    def invoke(self, *, FunctionName: str, InvocationType: str, Payload: bytes) -> object:  # noqa: N803
        assert (FunctionName, InvocationType) == ("importer", "Event")
        return self.faults.call("lambda", lambda: self.queue.append(json.loads(Payload)))


@dataclass
class Imports:
    """An inbox in front of a world; its calls share one list of faults.

    `seconds` is the time of an invocation; `copies` how often each hand-over is delivered.
    """

    world: World
    faults: Faults
    dead_letters: list[dict[str, Any]] = field(default_factory=list)
    seconds: float = 900
    copies: int = 1
    queue: list[dict[str, Any]] = field(default_factory=list)
    handed_on: int = 0

    def __post_init__(self) -> None:
        world = self.world
        world.produce_with(self.faults)
        s3 = S3Client(world.buckets, self.faults)
        stream = EventStream(world.kinesis, "events", sleep=world.clock.sleep)
        following = NextInvocation(lambda: LambdaClient(self.queue, self.faults), "importer")
        quarantine = Quarantine(s3, "failures")
        self.importer = Importer(SETTINGS, Inbox(s3, OWNER), stream, quarantine, following, clock=world.clock)

    def drop(self, key: str, text: bytes) -> dict[str, Any]:
        """Put a file into the inbox; the notification about it."""
        version = self.world.buckets.put("inbox", f"incoming/{key}", text)
        found = {"key": quote_plus(f"incoming/{key}", safe="/"), "size": len(text), "versionId": version}
        return {"Records": [{"eventSource": "aws:s3", "s3": {"bucket": {"name": "inbox"}, "object": found}}]}

    def notify(self, notification: dict[str, Any]) -> None:
        """One delivery, with its retries, and everything that is handed on."""
        self._deliver(notification)
        while self.queue:
            handed_on = self.queue.pop(0)
            self.handed_on += 1
            assert self.handed_on < 1000, "an import is handed on without end"
            for _ in range(self.copies if self.handed_on < 20 else 1):
                self._deliver(handed_on)

    def _deliver(self, event: dict[str, Any]) -> None:
        for _ in range(_ATTEMPTS):
            try:
                return self.importer.import_files(event, Invocation(self.world.clock, self.seconds))
            except (Exception, CrashError):
                self.world.clock.now += 60
        return self.dead_letters.append(event)

    def redrive(self) -> None:
        """Deliver again what is in the dead-letter queue, until nothing is left."""
        while self.dead_letters:
            self.notify(self.dead_letters.pop(0))
