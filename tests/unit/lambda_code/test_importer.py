"""What becomes of a file that is put into the inbox."""

from __future__ import annotations

import gzip
import json
import random
from typing import Any

import pytest

from lambda_code.shared.errors import UnavailableError
from lambda_code.shared.events import MAX_EVENT_BYTES
from tests.unit.lambda_code.fakes import FakeContext, client_error, lost_answer
from tests.unit.lambda_code.importing import EVENT, KEY, World, ndjson, notification, read, unpack


def test_lines_of_events_are_put_as_they_are() -> None:
    world = World()
    world.put(ndjson(EVENT, {**EVENT, "id": "2"}))
    first, second = world.events()
    assert first.items() >= EVENT.items()
    assert (second["id"], second["taprequest"]) == ("2", FakeContext.aws_request_id)
    assert world.notes() == []


def test_lines_of_plain_objects_are_named_by_file_version_and_line() -> None:
    world = World()
    for _ in range(2):
        world.put(ndjson({"n": 1}, {"n": 1}))
    world.put(ndjson({"n": 1}), version="v2")
    ids = [event["id"] for event in world.events()]
    assert ids[:2] == ids[2:4]
    assert len(set(ids)) == 3
    assert {(event["type"], event["source"]) for event in world.events()} == {("tap.raw", "/tap-test/inbox")}


def test_an_event_without_an_id_is_named_like_a_plain_object() -> None:
    world = World()
    world.put(ndjson({name: value for name, value in EVENT.items() if name != "id"}))
    [event] = world.events()
    assert len(event["id"]) == 64
    assert event["data"] == {"n": 1}


def test_an_array_is_taken_element_by_element() -> None:
    world = World()
    world.put(json.dumps([EVENT, {"text": 'a "quoted] \\ comma, {'}, {"list": [1, [2]]}], indent=2).encode())
    assert [event.get("data") for event in world.events()] == [
        {"n": 1},
        {"text": 'a "quoted] \\ comma, {'},
        {"list": [1, [2]]},
    ]
    assert world.notes() == []


@pytest.mark.parametrize("key", ["incoming/a.ndjson.gz", "incoming/a.ndjson"])
def test_gzip_is_known_by_its_content_not_by_its_name(key: str) -> None:
    world = World()
    world.put(gzip.compress(ndjson(EVENT)) + gzip.compress(ndjson({**EVENT, "id": "2"})) + b"\0" * 7, key)
    assert [event["id"] for event in world.events()] == ["1", "2"]


@pytest.mark.parametrize("key", ["incoming/a b+c%20ü.ndjson", "incoming//..\\x.ndjson", "incoming/line\nend"])
def test_odd_keys_are_found(key: str) -> None:
    world = World()
    world.put(ndjson(EVENT), key)
    assert len(world.events()) == 1


def test_line_ends_blank_lines_and_a_byte_order_mark_do_not_matter() -> None:
    world = World()
    lines = [json.dumps({"n": number}).encode() for number in range(3)]
    world.put(b"\xef\xbb\xbf" + lines[0] + b"\r\n\n  \n" + lines[1] + b"\n" + lines[2])
    assert [event["data"] for event in world.events()] == [{"n": 0}, {"n": 1}, {"n": 2}]
    assert world.notes() == []


def test_bad_lines_are_noted_with_number_and_reason_and_the_good_ones_go_on() -> None:
    world = World()
    large = b'{"a": "' + b"x" * MAX_EVENT_BYTES + b'"}\n'
    world.put(ndjson(EVENT) + b"\xff\n" + b"{\n" + b"[]\n" + large + ndjson({**EVENT, "id": ""}) + ndjson({"n": 1}))
    assert len(world.events()) == 2
    assert world.reasons() == [
        (2, "not_json"),
        (3, "not_json"),
        (4, "not_an_event"),
        (5, "too_large"),
        (6, "not_an_event"),
    ]
    note = world.notes()[0]
    assert (note["bucket"], note["key"], note["version"], note["data_base64"]) == ("inbox", KEY, "v1", "/w==")
    assert world.notes()[3]["data_base64"] is None


def test_many_bad_lines_are_noted_in_few_objects_that_a_repetition_overwrites() -> None:
    world = World()
    for _ in range(2):
        world.put((b'{"n": 1}\nbad\n') * 5_000)
    assert len(world.notes()) == 5_000
    assert len(world.s3.bodies("failures")) == 10, "one for each thousand lines"


@pytest.mark.parametrize(
    ("body", "reasons"),
    [
        (b"", [(0, "empty")]),
        (b" \n\n", [(0, "empty")]),
        (gzip.compress(b""), [(0, "empty")]),
        (b"[]", [(0, "empty")]),
        (b'[{"n": 1},]', [(2, "not_json")]),
        (b'[{"n": 1}', [(1, "array_cut")]),
        (b'[{"n": 1}] 2', [(2, "array_trailing")]),
        (gzip.compress(ndjson({"n": 1}))[:-4], [(2, "gzip_cut")]),
        (gzip.compress(ndjson({"n": 1})) + b"rest", [(2, "gzip_trailing")]),
        (gzip.compress(b" " * 60_000_000, 9), [(1, "gzip_ratio")]),
    ],
    ids=lambda value: str(value)[:12],
)
def test_a_file_that_cannot_be_read_whole_is_noted(body: bytes, reasons: list[tuple[int, str]]) -> None:
    world = World()
    world.put(body)
    assert world.reasons() == reasons


def test_a_file_that_is_gone_is_noted() -> None:
    world = World()
    world.notify(notification())
    assert world.reasons() == [(1, "gone")]


@pytest.mark.parametrize("error", [client_error("SlowDown"), client_error("AccessDenied"), lost_answer()])
def test_a_file_that_cannot_be_read_now_comes_again(error: Exception) -> None:
    world = World()
    world.s3.before = [error]
    with pytest.raises(UnavailableError):
        world.put(ndjson(EVENT))
    world.put(ndjson(EVENT))
    assert len(world.events()) == 1


def test_a_stream_that_is_down_makes_the_notification_come_again() -> None:
    world = World()
    world.kinesis.before = [client_error("KMSThrottlingException")] * 1000
    with pytest.raises(UnavailableError):
        world.put(ndjson(EVENT))


def test_a_quarantine_that_is_down_makes_the_notification_come_again() -> None:
    world = World()
    world.s3.before = [None, client_error("SlowDown")]
    with pytest.raises(UnavailableError):
        world.put(b"bad")


def test_the_bucket_of_another_account_is_not_read() -> None:
    world = World(account="222222222222")
    with pytest.raises(UnavailableError):
        world.put(ndjson(EVENT))


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"Records": []},
        {"Records": "x"},
        {"Records": [None]},
        {"Records": [{"s3": {}}]},
        {"Records": [{"s3": {"bucket": {"name": "inbox"}, "object": {"key": "incoming/%FF"}}}]},
        notification(bucket="foreign"),
        notification("archive/a.ndjson"),
    ],
)
def test_a_notification_that_is_none_of_ours_is_put_away(event: dict[str, Any]) -> None:
    world = World()
    world.notify(event)
    [key] = world.s3.bodies("failures")
    assert key == f"quarantine/notifications/{FakeContext.aws_request_id}.json"
    [entry] = world.notes()
    assert (entry["reason"], entry["notification"]) == ("not_ours", event)
    assert world.s3.reads == 0


def test_the_test_notification_and_folders_are_ignored() -> None:
    world = World()
    world.notify({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "inbox"})
    world.notify(notification("incoming/folder/", size=0))
    assert (world.s3.reads, world.s3.objects) == (0, {})


def test_nothing_is_ever_written_to_the_inbox() -> None:
    world = World()
    world.put(b"bad\n" + ndjson(EVENT))
    assert list(world.s3.bodies("inbox")) == [KEY]


@pytest.mark.parametrize("seed", range(5))
def test_however_the_text_comes_in_pieces_the_units_are_the_same(seed: int) -> None:
    pick = random.Random(seed)
    values = [{"t": '\\"[{,}]' * pick.randint(0, 3), "l": [[], {"a": [1]}]} for _ in range(20)]
    for text in (json.dumps(values).encode(), ndjson(*values)):
        cuts = sorted(pick.sample(range(len(text)), 60))
        pieces = [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]
        assert [json.loads(raw or b"") for _, _, raw, _ in read(pieces)] == values


def test_where_a_text_begins_does_not_depend_on_the_pieces() -> None:
    for text in (b"\xef\xbb\xbf [1]", b" \n\n[1]"):
        assert read(bytes([letter]) for letter in text) == [(1, 0, b"1", "not_an_event")]
    packed = gzip.compress(b"[1]")
    assert read(unpack(packed[at : at + 5] for at in range(0, len(packed), 5))) == [(1, 0, b"1", "not_an_event")]


def test_a_text_that_is_longer_than_any_event_is_passed_over() -> None:
    long = b'{"a": "' + b"x" * 3 * MAX_EVENT_BYTES + b'"}'
    pieces = [long[at : at + 1000] for at in range(0, len(long), 1000)]
    expected = [(1, 0, None, "too_large"), (2, 0, b"{}", "")]
    assert read([*pieces, b"\n{}"]) == expected
    assert read([b"[", *pieces, b",{}]"]) == expected


def test_after_an_array_only_blanks_may_follow_in_whatever_pieces() -> None:
    assert read([b"[{}]" + b" " * 5000, b"\n"]) == [(1, 0, b"{}", "")]
    assert read([b"[{},{}]" + b" " * 5000, b"2"])[2:] == [(3, 0, b"2", "array_trailing")]


def test_gzip_is_unpacked_in_whatever_pieces() -> None:
    packed = gzip.compress(b"a" * 1_000_000)
    pieces = list(unpack(packed[at : at + 10] for at in range(0, len(packed), 10)))
    assert b"".join(pieces) == b"a" * 1_000_000
    assert max(map(len, pieces)) <= 256 * 1024
