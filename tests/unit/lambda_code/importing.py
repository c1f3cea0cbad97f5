"""An importer in memory, and the files that are given to it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote_plus

from lambda_code.importer.buffer import Buffer
from lambda_code.importer.importer import Importer
from lambda_code.importer.inbox import Inbox
from lambda_code.importer.names import InboxRules
from lambda_code.importer.next_invocation import NextInvocation
from lambda_code.importer.reader import Reader, State
from lambda_code.importer.settings import Settings
from lambda_code.importer.text import Mark, Text
from lambda_code.shared.quarantine import Quarantine
from lambda_code.shared.stream import EventStream
from tests.unit.lambda_code.fakes import ClockContext, FakeClock, FakeKinesis, FakeLambda, FakeS3

KEY = "incoming/a.ndjson"
EVENT: dict[str, Any] = {"specversion": "1.0", "id": "1", "source": "/shop", "type": "order", "data": {"n": 1}}


class World:
    """An importer and what it stands on."""

    def __init__(
        self,
        *,
        account: str = "111111111111",
        s3: FakeS3 | None = None,
        kinesis: FakeKinesis | None = None,
        rules: InboxRules | None = None,
    ) -> None:
        self.clock = FakeClock()
        self.lambdas = FakeLambda()
        self.s3 = s3 or FakeS3()
        self.kinesis = kinesis or FakeKinesis()
        settings = Settings(
            stack="tap-test",
            stream_name="tap-events-test",
            inbox_bucket="inbox",
            failures_bucket="failures",
            account_id=account,
            inbox=rules or InboxRules(),
            function="importer",
        )
        stream = EventStream(self.kinesis, "tap-events-test", sleep=self.clock.sleep)
        inbox, quarantine = Inbox(self.s3, account), Quarantine(self.s3, "failures")
        following = NextInvocation(lambda: self.lambdas, "importer")
        self.importer = Importer(settings, inbox, stream, quarantine, following, clock=self.clock)

    def put(self, body: bytes, key: str = KEY, *, version: str = "v1", seconds: float = 60) -> None:
        """Put a file into the inbox, and notify."""
        self.s3.objects["inbox", key] = body
        self.notify(notification(key, version=version), seconds=seconds)

    def notify(self, event: object, *, seconds: float = 60) -> None:
        """Invoke the importer, and go on for as long as it hands on."""
        self.invoke(event, seconds=seconds)
        self.run_on(seconds=seconds)

    def invoke(self, event: object, *, seconds: float = 60) -> None:
        self.importer.import_files(event, ClockContext(self.clock, seconds))

    def run_on(self, *, seconds: float = 60) -> None:
        while self.lambdas.queue:
            self.invoke(self.lambdas.queue.pop(0), seconds=seconds)

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


def read(pieces: Iterable[bytes], *path: str) -> list[tuple[int, int, bytes | None, str]]:
    """Number, part, text and reason of every item; raises UnreadableError."""
    items = Reader(Buffer(piece for piece in pieces if piece), State(), path).items()
    return [(item.number, item.part, item.raw, item.reason) for item in items if item]


def unpack(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """The text of a file that is given in these blocks."""
    return Text(lambda _: iter(blocks), Mark(), 0).pieces()
