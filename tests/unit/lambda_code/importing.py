"""An importer in memory, and the files that are given to it."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote_plus

from lambda_code.importer.handler import Importer
from lambda_code.importer.inbox import Inbox
from lambda_code.importer.settings import Settings
from lambda_code.shared.quarantine import Quarantine
from lambda_code.shared.stream import EventStream
from tests.unit.lambda_code.fakes import ClockContext, FakeClock, FakeKinesis, FakeS3

KEY = "incoming/a.ndjson"
EVENT: dict[str, Any] = {"specversion": "1.0", "id": "1", "source": "/shop", "type": "order", "data": {"n": 1}}


class World:
    """An importer and what it stands on."""

    def __init__(self, *, account: str = "111111111111", s3: FakeS3 | None = None) -> None:
        self.clock = FakeClock()
        self.s3 = s3 or FakeS3()
        self.kinesis = FakeKinesis()
        settings = Settings(
            stack="tap-test",
            stream_name="tap-events-test",
            inbox_bucket="inbox",
            failures_bucket="failures",
            account_id=account,
        )
        stream = EventStream(self.kinesis, "tap-events-test", sleep=self.clock.sleep)
        inbox, quarantine = Inbox(self.s3, account), Quarantine(self.s3, "failures")
        self.importer = Importer(settings, inbox, stream, quarantine, clock=self.clock)

    def put(self, body: bytes, key: str = KEY, *, version: str = "v1") -> None:
        """Put a file into the inbox, and notify."""
        self.s3.objects["inbox", key] = body
        self.notify(notification(key, version=version))

    def notify(self, event: object, *, seconds: float = 60) -> None:
        self.importer.import_files(event, ClockContext(self.clock, seconds))

    def events(self) -> list[dict[str, Any]]:
        return [json.loads(data) for _, data in self.kinesis.taken]

    def notes(self) -> list[dict[str, Any]]:
        bodies = self.s3.bodies("failures", "quarantine/").values()
        return [json.loads(line) for body in bodies for line in body.splitlines()]

    def reasons(self) -> list[tuple[int, str]]:
        return [(note["line"], note["reason"]) for note in self.notes()]


def notification(
    key: str = KEY, *, bucket: str = "inbox", version: str = "v1", size: int | None = None
) -> dict[str, Any]:
    about = {"key": quote_plus(key, safe="/"), "versionId": version}
    s3 = {"bucket": {"name": bucket}, "object": about if size is None else {**about, "size": size}}
    return {"Records": [{"eventSource": "aws:s3", "s3": s3}]}


def ndjson(*values: object) -> bytes:
    return b"".join(json.dumps(value).encode() + b"\n" for value in values)
