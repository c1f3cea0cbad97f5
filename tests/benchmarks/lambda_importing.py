"""What a line, an element and a record of a file cost the importer, against json.loads of them."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Iterator
from typing import Any

from lambda_code.importer.importer import Importer
from lambda_code.importer.inbox import Inbox
from lambda_code.importer.names import InboxRules
from lambda_code.importer.next_invocation import NextInvocation
from lambda_code.importer.settings import Settings
from lambda_code.shared.quarantine import Quarantine
from lambda_code.shared.stream import EventStream
from tests.benchmarks.lambda_cpu import Context, cpu_seconds, quiet
from tests.benchmarks.lambda_event import make_event
from tests.benchmarks.report import Target

_EVENTS = 5000
_PREFIX = "logs/"


class _Bucket:
    """Holds one file, and takes every note."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def get_object(self, **_: object) -> dict[str, Any]:
        size = len(self._body)
        return {"Body": io.BytesIO(self._body), "ContentLength": size, "ContentRange": f"bytes 0-{size - 1}/{size}"}

    def put_object(self, **_: object) -> dict[str, Any]:
        return {}


class _Stream:
    """Takes every record."""

    def put_records(self, *, Records: list[dict[str, Any]], **_: object) -> dict[str, Any]:  # noqa: N803
        return {"FailedRecordCount": 0, "Records": [{} for _ in Records]}


def importing(rounds: int) -> Iterator[Target]:
    """The same events as lines, packed lines, one line, an array, and the records of a document."""
    lines = [json.dumps(make_event(number), separators=(",", ":")).encode() for number in range(_EVENTS)]
    text, array = b"\n".join(lines), b"[" + b",".join(lines) + b"]"
    files = {
        "a line": ("a", text),
        "a line of gzip": ("a", gzip.compress(text)),
        "an object of many on a line": ("a", b"".join(lines)),
        "an element of an array": ("a", array),
        "a record of a document": (f"{_PREFIX}a", b'{"Records":' + array + b"}"),
    }
    with quiet():
        found = cpu_seconds(
            {name: lambda name=name: _import(*files[name]) for name in files}
            | {"floor": lambda: [json.loads(line) for line in lines]},
            rounds=rounds,
            repeats=1,
        )
    for name in files:
        yield Target(f"importer: {name}", found[name] / _EVENTS * 1e6, None, "µs")
    yield Target("importer: a line / json.loads", found["a line"] / found["floor"], None)


def _import(name: str, body: bytes) -> None:
    bucket: Any = _Bucket(body)
    settings = Settings(
        stack="tap-bench",
        stream_name="events",
        inbox_bucket="inbox",
        failures_bucket="failures",
        account_id="111111111111",
        inbox=InboxRules(records_paths={_PREFIX: "Records"}),
        function="importer",
    )
    stream, quarantine = EventStream(_Stream(), "events"), Quarantine(bucket, "failures")
    following = NextInvocation(lambda: bucket, "importer")
    importer = Importer(settings, Inbox(bucket, settings.account_id), stream, quarantine, following)
    about = {"bucket": {"name": "inbox"}, "object": {"key": f"incoming/{name}", "versionId": "1", "size": len(body)}}
    importer.import_files({"Records": [{"s3": about}]}, Context())
