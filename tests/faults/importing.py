"""The real importer on the models, and S3's notifications to it.

From the S3 user guide, "Amazon S3 Event Notifications": each is delivered at least once, and in any order; keys are
URL-encoded. From the Lambda developer guide, "How Lambda handles errors and retries with asynchronous invocation": a
function that fails is invoked twice more, then the event goes to the dead-letter queue.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote_plus

from lambda_code.importer.handler import Importer
from lambda_code.importer.inbox import Inbox
from lambda_code.importer.settings import Settings
from lambda_code.shared.quarantine import Quarantine
from lambda_code.shared.stream import EventStream
from tests.faults.injection import CrashError, Faults, Invocation
from tests.faults.pipeline import World
from tests.faults.s3 import OWNER, S3Client

_ATTEMPTS = 3
SETTINGS = Settings(
    stack="tap-test", stream_name="events", inbox_bucket="inbox", failures_bucket="failures", account_id=OWNER
)


@dataclass
class Imports:
    """An inbox in front of a world; its calls share one list of faults."""

    world: World
    faults: Faults
    dead_letters: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        world = self.world
        world.produce_with(self.faults)
        s3 = S3Client(world.buckets, self.faults)
        stream = EventStream(world.kinesis, "events", sleep=world.clock.sleep)
        self._importer = Importer(SETTINGS, Inbox(s3, OWNER), stream, Quarantine(s3, "failures"), clock=world.clock)

    def drop(self, key: str, text: bytes) -> dict[str, Any]:
        """Put a file into the inbox; the notification about it."""
        version = self.world.buckets.put("inbox", f"incoming/{key}", text)
        found = {"key": quote_plus(f"incoming/{key}", safe="/"), "size": len(text), "versionId": version}
        return {"Records": [{"eventSource": "aws:s3", "s3": {"bucket": {"name": "inbox"}, "object": found}}]}

    def notify(self, notification: dict[str, Any]) -> None:
        """One delivery, with its retries."""
        for _ in range(_ATTEMPTS):
            try:
                return self._importer.import_files(notification, Invocation(self.world.clock, 900))
            except (Exception, CrashError):
                self.world.clock.now += 60
        return self.dead_letters.append(notification)

    def redrive(self) -> None:
        """Deliver again what is in the dead-letter queue, until nothing is left."""
        while self.dead_letters:
            self.notify(self.dead_letters.pop(0))
