"""Whatever comes in, it is taken, refused or put away: no 5xx, no exception, no loss, and nothing altered on the way.

Where the variable CI is set, hypothesis makes the same examples in every run.
"""

from __future__ import annotations

import base64
import gzip
import io
import json
import string
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from lambda_code.processor.records import Arrived, read_record
from lambda_code.shared.events import MARKS, MAX_EVENT_BYTES
from tests.unit.lambda_code import importing, receiving
from tests.unit.lambda_code.fakes import FakeS3
from tests.unit.lambda_code.receiving import BATCH, EVENT, SECRET, STRUCTURED, gateway_event, signed

pytestmark = pytest.mark.usefixtures("unmeasured")

_SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]
_QUICK = settings(suppress_health_check=_SLOW)

# Texts as JSON may hold them, and also such as no UTF-8 holds.
_TEXT = st.text(st.characters(codec="utf-8"), max_size=20)
_ANY_TEXT = st.one_of(_TEXT, st.text(max_size=20), st.text(st.characters(categories=["Cs"]), max_size=2))
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | _TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXT, inner, max_size=4),
    max_leaves=12,
)

_VISIBLE = st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"])
_NOT_EMPTY = ("subject", "time", "datacontenttype", "dataschema", "partitionkey", "traceparent")
_EXTENSION = st.text(string.ascii_lowercase + string.digits, min_size=1, max_size=20).filter(
    lambda name: name not in {*EVENT, *MARKS, *_NOT_EMPTY}
)
_EVENTS = st.builds(
    lambda required, optional, extensions, data: {**extensions, **optional, **required, **data},
    st.fixed_dictionaries(
        {
            "specversion": st.just("1.0"),
            "id": st.text(_VISIBLE, min_size=1, max_size=40),
            "source": st.text(_VISIBLE.filter(lambda sign: sign != " "), min_size=1, max_size=40),
            "type": st.text(_VISIBLE, min_size=1, max_size=40),
        }
    ),
    st.fixed_dictionaries(
        {},
        optional={
            "subject": st.text(_VISIBLE, min_size=1, max_size=40),
            "time": st.sampled_from(["2025-06-15T15:06:40Z", "1985-04-12T23:20:50.52Z", "2025-01-01T00:00:00-08:00"]),
            "datacontenttype": st.sampled_from(["application/json", "text/plain; charset=x"]),
            "dataschema": st.text(_VISIBLE, min_size=1, max_size=40),
            "partitionkey": st.text(_VISIBLE, min_size=1, max_size=400),
        },
    ),
    st.dictionaries(
        _EXTENSION, st.booleans() | st.integers(-(2**31), 2**31 - 1) | st.text(_VISIBLE, max_size=40), max_size=4
    ),
    st.fixed_dictionaries({"data": _JSON})
    | st.builds(lambda data: {"data_base64": base64.b64encode(data).decode()}, st.binary(max_size=60))
    | st.just({}),
)

_HEADER_NAMES = st.sampled_from(
    [
        *("content-type", "Content-Encoding", "idempotency-key", "x-amzn-trace-id"),
        *("ce-specversion", "ce-id", "ce-source", "ce-type", "ce-time", "ce-data", "ce-datacontenttype", "ce-"),
        *("webhook-id", "webhook-timestamp", "webhook-signature"),
    ]
)
_HEADER_VALUES = st.sampled_from(
    [
        *("application/json", STRUCTURED, BATCH, "text/plain", "image/png", "application/json; charset=utf-8"),
        *("1.0", "1", "%", "%FF", '"', '"x\\"', "\\", ";", ";;charset=", "identity", "v1,", "v1, v1,", "1750000000"),
    ]
)
_HEADERS = st.dictionaries(_HEADER_NAMES | _ANY_TEXT, _HEADER_VALUES | _ANY_TEXT, max_size=8)


def _damaged(body: bytes, at: int, other: bytes) -> bytes:
    at %= len(body) + 1
    return body[:at] + other + body[at + len(other) :]


_VALID_BODIES = st.builds(
    lambda value: json.dumps(value).encode(), st.one_of(_EVENTS, st.lists(_EVENTS, max_size=3), _JSON)
)
_BODIES = st.one_of(
    st.binary(max_size=200),
    _VALID_BODIES,
    st.builds(_damaged, _VALID_BODIES, st.integers(0, 1000), st.binary(min_size=1, max_size=3)),
)
_ROUTES = st.sampled_from(["POST /process"] * 8 + ["GET /health", "PUT /process", "OPTIONS /process", "$default"])


def receiver(secret: str | None) -> receiving.World:
    return receiving.World(secrets={"AWSCURRENT": secret} if secret else None)


@_QUICK
@given(_ROUTES, _HEADERS, _BODIES, st.booleans(), st.sampled_from([None, SECRET]))
def test_no_request_makes_a_fault_and_202_means_that_it_is_there(
    route: str, headers: dict[str, str], body: bytes, is_signed: bool, secret: str | None
) -> None:
    world = receiver(secret)
    if is_signed:
        own = {name.replace("_", "-"): text for name, text in signed(body, world.clock).items()}
        headers = {"content-type": "application/json", **headers, **own}
    answer = world.send(gateway_event(route, headers, body))
    assert answer.status in (200, 202, 400, 401, 404, 405, 413, 415, 422)
    assert (answer.status == 202) == ("ids" in answer.body)
    assert [event["id"] for event in world.events()] == answer.body.get("ids", [])


@_QUICK
@given(
    st.fixed_dictionaries({}, optional={"headers": st.none() | _HEADERS, "body": st.none() | _ANY_TEXT}), st.booleans()
)
def test_a_request_may_lack_headers_and_body_and_hold_what_is_no_text(parts: dict[str, Any], is_base64: bool) -> None:
    event = {**gateway_event("POST /process", {}, b""), **parts, "isBase64Encoded": is_base64}
    world = receiver(None)
    answer = world.send(event)
    assert answer.status in (202, 400, 413, 415, 422)
    assert [event["id"] for event in world.events()] == answer.body.get("ids", [])


@_QUICK
@given(_EVENTS, st.sampled_from([None, 2]), st.booleans())
def test_an_accepted_event_is_in_the_record_as_it_was_but_for_our_marks(
    event: dict[str, Any], indent: int | None, as_text: bool
) -> None:
    world = receiver(None)
    text = json.dumps(event, indent=indent, ensure_ascii=as_text)
    headers = {"content-type": STRUCTURED}
    assert world.send(gateway_event("POST /process", headers, text.encode(), as_text=as_text)).status == 202
    [(_, record)] = world.kinesis.taken
    found = json.loads(record)
    marks = found.keys() & MARKS
    assert {name: value for name, value in found.items() if name not in marks} == event
    assert marks == {"taptime", "taprequest"}
    assert b"\n" not in record
    read = read_record({"sequenceNumber": "7", "data": base64.b64encode(record).decode()}, "home")
    assert isinstance(read, Arrived)
    assert json.loads(read.line) == {**found, "tapsequence": "7"}


@_QUICK
@given(st.lists(_EVENTS, min_size=1, max_size=5, unique_by=lambda event: (event["source"], event["id"])))
def test_a_file_a_batch_and_single_requests_make_the_same_records(events: list[dict[str, Any]]) -> None:
    batch, single, file, array = receiver(None), receiver(None), importing.World(), importing.World()
    assert batch.post(events, BATCH).status == 202
    assert [single.post(event, STRUCTURED).status for event in events] == [202] * len(events)
    file.put(importing.ndjson(*events))
    array.put(json.dumps(events).encode())
    kept = [[{**event, "taprequest": ""} for event in world.events()] for world in (batch, single, file, array)]
    assert kept[0] == kept[1] == kept[2] == kept[3]
    keys = [[key for key, _ in world.kinesis.taken] for world in (batch, single, file, array)]
    assert keys[0] == keys[1] == keys[2] == keys[3]


class PiecewiseS3(FakeS3):
    """S3 that gives at most so many bytes at once."""

    step = 1 << 30

    def get_object(self, *, Bucket: str, Key: str, **which: str) -> dict[str, Any]:  # noqa: N803
        found = dict(super().get_object(Bucket=Bucket, Key=Key, **which))
        body: io.BytesIO = found["Body"]
        return {**found, "Body": Piecewise(body, self.step)}


class Piecewise:
    def __init__(self, body: io.BytesIO, step: int) -> None:
        self._body = body
        self._step = step

    def read(self, size: int) -> bytes:
        return self._body.read(min(size, self._step))


def importer(step: int) -> importing.World:
    s3 = PiecewiseS3()
    s3.step = step
    return importing.World(s3=s3)


_LINES = st.one_of(
    _EVENTS.map(lambda event: json.dumps(event).encode()),
    _JSON.map(lambda value: json.dumps(value).encode()),
    st.binary(max_size=30).map(lambda text: text.replace(b"\n", b"")),
    st.sampled_from(
        [b"", b" ", b"\r", b'{"n": 1}', b'{"n": 1}\r', b"\xef\xbb\xbf{}", b"\0", b"x" * (MAX_EVENT_BYTES + 1)]
    ),
)
_STEPS = st.sampled_from([1, 2, 3, 7, 100, 1 << 30])


def is_begun(line: bytes) -> bool:
    """Whether it may be the beginning of a value over several lines."""
    try:
        json.loads(line)
    except ValueError:
        return line.strip(b" \t\r\x1e").startswith((b"{", b"["))
    return False


def unread(world: importing.World) -> bool:
    """Whether a note says that the file could not be read to its end."""
    return any("detail" in note for note in world.notes())


@_QUICK
@given(st.lists(_LINES, max_size=12), st.sampled_from([b"\n", b"\r\n"]), st.booleans(), _STEPS)
def test_every_line_that_is_not_blank_is_in_the_stream_or_in_quarantine(
    lines: list[bytes], end: bytes, packed: bool, step: int
) -> None:
    # What the first line says of the others, and values over several lines, other tests are about.
    text = end.join([b"{}", *(line for line in lines if not is_begun(line))])
    if len(text) > MAX_EVENT_BYTES:
        step = max(step, 1000)
    world = importer(step)
    world.put(gzip.compress(text, 1) if packed else text)
    filled = [number for number, line in enumerate(text.split(b"\n"), 1) if line.strip(b" \t\r\x1e")]
    noted = [number for number, _ in world.reasons()]
    assert set(noted) <= {*filled, len(filled) + 1}
    assert not unread(world)
    assert len(world.events()) + len(noted) >= len(filled)


_PACKED = st.builds(gzip.compress, _VALID_BODIES)
_FILES = st.one_of(
    st.binary(max_size=300),
    st.builds(gzip.compress, st.binary(max_size=300)),
    st.builds(
        _damaged, st.builds(gzip.compress, _VALID_BODIES), st.integers(0, 1000), st.binary(min_size=1, max_size=3)
    ),
    st.builds(lambda *parts: b"".join(parts), st.builds(gzip.compress, _VALID_BODIES), st.binary(max_size=20)),
    st.builds(lambda text: b"[" + text, st.text('[]{},"\\ 1\n', max_size=30).map(str.encode)),
    _BODIES,
)


@_QUICK
@given(_FILES, _STEPS)
@example(b"[]\n{}\n", 1)
def test_no_file_makes_a_fault_and_none_vanishes_without_a_word(body: bytes, step: int) -> None:
    world = importer(step)
    world.put(body)
    assert world.events() or world.notes()
    assert all(note["key"] == importing.KEY and note["version"] == "v1" for note in world.notes())


@_QUICK
@given(_FILES)
def test_the_same_file_makes_the_same_records_and_notes_in_whatever_pieces(body: bytes) -> None:
    made = []
    for step in (1, 5, 1 << 30, 1 << 30):
        world = importer(step)
        world.put(body)
        made.append((world.kinesis.taken, world.s3.bodies("failures")))
    assert made[2] == made[3]
    # zlib finds damage a piece at a time: how far the text before it is read depends on the pieces, which are S3's
    # own in Lambda and the same every time.
    if not any(b"gzip_damaged" in note for _, notes in made for note in notes.values()):
        assert made[0] == made[1] == made[2]


_NOTIFICATIONS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | _ANY_TEXT | st.sampled_from(["inbox", importing.KEY]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(["Records", "s3", "bucket", "name", "object", "key", "versionId", "size", "Event"]), inner
        )
    ),
    max_leaves=12,
)


@_QUICK
@given(_NOTIFICATIONS | st.builds(lambda s3: {"Records": [{"s3": s3}]}, _NOTIFICATIONS))
def test_no_notification_makes_a_fault_and_none_vanishes_without_a_word(event: object) -> None:
    world = importing.World()
    world.notify(event)
    assert world.notes() or (isinstance(event, dict) and event.get("Event") == "s3:TestEvent")


@_QUICK
@given(st.one_of(_ANY_TEXT, st.sampled_from(["+", "%", "%2", "%00", "..", "//", "/"])), st.integers(0, 3))
def test_no_key_makes_a_fault(key: str, size: int) -> None:
    world = importing.World()
    about = {"key": "incoming/" + key, "versionId": "v1", "size": size}
    world.notify({"Records": [{"s3": {"bucket": {"name": "inbox"}, "object": about}}]})
    is_folder = not size and (not key or key.endswith(("/", "%2F")))
    assert bool(world.notes()) != is_folder
