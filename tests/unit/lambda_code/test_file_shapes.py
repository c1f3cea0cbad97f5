"""How JSON may stand in a file: on lines, over several, several on one, in arrays; and what is never an event."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest

from lambda_code.shared.events import MAX_EVENT_BYTES
from tests.unit.lambda_code.importing import EVENT, World

pytestmark = pytest.mark.usefixtures("unmeasured")

BIG = MAX_EVENT_BYTES + 1000
PRETTY = [json.dumps({"n": number, "list": [{"id": 1}, {"id": 2}]}, indent=2).encode() for number in (1, 2)]
FEATURES = b",\n".join(b'{"type": "Feature", "id": %d}' % number for number in range(3))
COLLECTION = b'{"type": "FeatureCollection", "features": [\n' + FEATURES + b"\n]}\n"


def imported(body: bytes, **more: Any) -> tuple[list[Any], list[tuple[int, str]]]:
    world = World(**more)
    world.put(body)
    ids = [event["id"] for event in world.events()]
    assert len(set(ids)) == len(ids), "each event has an id of its own"
    again = World(**more)
    again.put(body)
    assert [event["id"] for event in again.events()] == ids
    return [event["data"] for event in world.events()], world.reasons()


@pytest.mark.parametrize(
    ("body", "data"),
    [
        (b'{"a":1}{"a":2}{"a":3}', [{"a": 1}, {"a": 2}, {"a": 3}]),
        (b'{"a":1} \t{"a":2}\n{"a":3}', [{"a": 1}, {"a": 2}, {"a": 3}]),
        (b'{"a":1}\r{"a":2}\r', [{"a": 1}, {"a": 2}]),
        (b'{"a":1}\r\n\r\n{"a":2}\r\n', [{"a": 1}, {"a": 2}]),
        (b'[{"a":1}][{"a":2}]', [{"a": 1}, {"a": 2}]),
        (b'[{"a":1}]\n[{"a":2},{"a":3}]\n{"a":4}', [{"a": 1}, {"a": 2}, {"a": 3}, {"a": 4}]),
        (b'{"a":1}\n[{"a":2},{"a":3}]\n{"a":4}', [{"a": 1}, {"a": 2}, {"a": 3}, {"a": 4}]),
        (b'{"a":1}\n[\n{"a":2},\n{"a":3}\n]\n{"a":4}', [{"a": 1}, {"a": 2}, {"a": 3}, {"a": 4}]),
        (b'[\n{"a":1},\n\n{"a":2}\n]\n', [{"a": 1}, {"a": 2}]),
        (b'[\n  {"a":1}\n, {"a":2}]\n{"a":3}\n', [{"a": 1}, {"a": 2}, {"a": 3}]),
        (b'\x1e{"a":1}\n\x1e{"a":2}\n', [{"a": 1}, {"a": 2}]),
        (b'\x1e{"a":1}\x1e{"a":2}', [{"a": 1}, {"a": 2}]),
        (b'\x1e{\n"a":1\n}\n\x1e{\n"a":2\n}\n', [{"a": 1}, {"a": 2}]),
        (b'{\n"a":1}{"a":2}{\n"a":3\n}\n{"a":4}', [{"a": 1}, {"a": 2}, {"a": 3}, {"a": 4}]),
        (b" " * BIG + b'{"a":1}\n{"a":2}', [{"a": 1}, {"a": 2}]),
        (b"\n" * BIG + b'{"a":1}', [{"a": 1}]),
        (b'[{"a":1},' + b" " * BIG + b'{"a":2}]', [{"a": 1}, {"a": 2}]),
        (b"[]\n" + b'{"a":1}', [{"a": 1}]),
    ],
    ids=lambda value: str(value)[:40],
)
def test_values_may_stand_on_lines_together_or_over_several(body: bytes, data: list[Any]) -> None:
    found, reasons = imported(body)
    assert found == data
    assert reasons in ([], [(1, "not_an_event")] if body.startswith(b"[]") else [])


@pytest.mark.parametrize("between", [b"\n", b"", b"\r\n\r\n", b" "])
def test_objects_printed_over_several_lines_may_follow_each_other(between: bytes) -> None:
    found, reasons = imported(between.join([*PRETTY, b'{"n":3}']) + between)
    assert ([each["n"] for each in found], reasons) == ([1, 2, 3], [])


@pytest.mark.parametrize("document", [COLLECTION, b'{"items":[\n{"id":1},\n{"id":2}\n]}', b'{"a":\n{"id":1}\n}'])
def test_a_document_over_several_lines_is_one_event(document: bytes) -> None:
    found, reasons = imported(document)
    assert (found, reasons) == ([json.loads(document)], [])
    found, reasons = imported(b'{"n":1}\n' + document + b'\n{"n":2}\n')
    assert (found, reasons) == ([{"n": 1}, json.loads(document), {"n": 2}], [])


def test_a_cloud_event_may_be_printed_over_several_lines() -> None:
    world = World()
    world.put(json.dumps(EVENT, indent=2).encode())
    [event] = world.events()
    assert event.items() >= EVENT.items()


@pytest.mark.parametrize("count", [20_000, 100_000])
def test_a_document_that_is_larger_than_an_event_is_noted_once(count: int) -> None:
    document = b'{"items": [\n' + b",\n".join(b'{"id": %d}' % number for number in range(count)) + b"\n]}"
    assert imported(document) == ([], [(1, "too_large")])
    found, reasons = imported(b'{"n":1}\n' + document + b'{"n":2}\n{"n":3}')
    assert found == [{"n": 1}, {"n": 2}, {"n": 3}]
    assert reasons == [(2, "too_large")]


def test_a_document_that_is_cut_behind_events_gives_no_part_of_it() -> None:
    assert imported(b'{"n":1}\n{"items":[\n{"id":1},\n{"id":2}\n') == ([{"n": 1}], [(2, "json_cut")])


@pytest.mark.parametrize(
    ("body", "reasons"),
    [
        (b'{"items":[\n{"id":1},\n{"id":2}', [(1, "json_cut")]),
        (COLLECTION[:-4], [(1, "json_cut")]),
        (b'{"items":[\n{"id":1},\n{"id":2},\n{"id":3}\n{"id":4}\n]}', [(1, "not_json")]),
        (b'{"id":1},\n{"id":2}\n', [(1, "not_json"), (2, "")]),
    ],
)
def test_a_part_of_a_broken_document_is_never_an_event(body: bytes, reasons: list[tuple[int, str]]) -> None:
    found, noted = imported(body)
    if reasons[-1][1]:
        assert (found, noted) == ([], reasons)
    else:  # half of the lines are good ones: nothing tells it from lines of which one is bad
        assert (found, noted) == ([{"id": 2}], reasons[:1])


def test_a_document_that_breaks_after_good_lines_ends_the_reading() -> None:
    body = b'{"n":1}\n{"items":[\n{"id":1},\n{"id":2},\n{"id":3}\n{"id":4}\n]}\n{"n":2}'
    assert imported(body) == ([{"n": 1}], [(2, "not_json")])


@pytest.mark.parametrize(
    "cut",
    [b'{"n": ', b'{"n": "te', b'{"n": 1', b'{"n": {"m": [', b'{"n"', b"{", b'{"n": 1,', b'[{"n": 1}, '],
)
def test_a_line_that_is_cut_is_noted_and_those_around_it_are_events(cut: bytes) -> None:
    found, reasons = imported(b'{"n":1}\n' + cut + b'\n{"n":2}\n{"n":3}\n{"n":4}\n')
    assert (found, reasons) == ([{"n": number} for number in range(1, 5)], [(2, "not_json")])


@pytest.mark.parametrize("size", [1_000, BIG, 2 * BIG])
@pytest.mark.parametrize("packed", [False, True])
def test_the_size_of_an_event_counts_not_that_of_its_line(size: int, packed: bool) -> None:
    one = b'{"text": "%b"}'
    count = size // 100
    body = b"".join(one % (b"%090d" % number) for number in range(count))
    found, reasons = imported(gzip.compress(body) if packed else body)
    assert (len(found), reasons) == (count, [])
    found, reasons = imported(b"[" + body.replace(b"}{", b"},{") + b']\n{"n":1}')
    assert (len(found), reasons) == (count + 1, [])
    found, reasons = imported(b'{"n":0}\n[' + body.replace(b"}{", b"},{") + b']\n{"n":1}')
    assert (len(found), reasons) == (count + 2, [])


def test_among_values_on_a_line_one_that_is_too_large_costs_only_itself() -> None:
    large = b'{"text": "' + b"x" * BIG + b'"}'
    found, reasons = imported(b'{"n":1}' + large + b'{"n":2}' + large + b'\n{"n":3}')
    assert found == [{"n": 1}, {"n": 2}, {"n": 3}]
    assert reasons == [(1, "too_large"), (1, "too_large")]


def test_what_follows_a_value_on_its_line_is_noted() -> None:
    found, reasons = imported(b'{"n":0}\n{"n":1} x\n{"n":2}, {"n":3}\n{"n":4}{"n":5} 7\n{"n":6}\n{"n":7}')
    assert found == [{"n": 0}, {"n": 4}, {"n": 6}, {"n": 7}]
    assert reasons == [(2, "not_json"), (3, "not_json"), (4, "not_json")]


def test_lines_that_are_arrays_of_no_objects_are_noted_one_by_one() -> None:
    assert imported(b"[1,2]\n[3,4]") == ([], [(1, "not_an_event"), (2, "not_an_event")])
    assert imported(b'{"n":1}\n[{"n":2},3,[]]\n[]') == (
        [{"n": 1}, {"n": 2}],
        [(2, "not_an_event"), (2, "not_an_event"), (3, "not_an_event")],
    )


@pytest.mark.parametrize(
    "body", [b'{"a":1}\n\n{"a":2}', b'[{"a":1},7,{"a":2}]', b'{"a":1}\n{\n"a":2}', b'{"a":1}\n[\n{"a":2}]']
)
def test_an_id_is_made_of_bucket_key_version_and_line_as_ever(body: bytes) -> None:
    """Known ids: an import that is repeated after a deploy must add nothing."""
    world = World()
    world.put(body)
    first, *others = [event["id"] for event in world.events()]
    assert first == "b332edfe0010cef162225c3196fae77d10b79a4f691f892bc3955015dacf22b9"
    third = "3c5dc4fa69a7664ee19dc2463cac3abc8c8efb929d1da77a1e5d688c14990f39"
    assert others == [third] or b"\n[" in body or b"\n{\n" in body


@pytest.mark.parametrize("padding", [b"\n", b"\0" * 512, b"\r\n", b" \n\0"])
@pytest.mark.parametrize("end", [b"\n", b""])
def test_padding_between_and_after_members_of_gzip_is_no_content(padding: bytes, end: bytes) -> None:
    members = [gzip.compress(b'{"n":%d}' % number + end) for number in range(3)]
    assert imported(padding.join(members) + padding) == ([{"n": 0}, {"n": 1}, {"n": 2}], [])


def test_other_things_between_and_after_members_of_gzip_are_noted_once() -> None:
    members = [gzip.compress(b'{"n":%d}\n' % number) for number in range(3)]
    found, reasons = imported(b"junk".join(members) + b"more junk")
    assert found == [{"n": 0}, {"n": 1}, {"n": 2}]
    assert reasons == [(4, "gzip_trailing")]


def test_members_of_gzip_may_part_a_line_anywhere() -> None:
    text = b'{"n":1}\n{"n":2}\n'
    for at in range(len(text)):
        assert imported(gzip.compress(text[:at]) + gzip.compress(text[at:])) == ([{"n": 1}, {"n": 2}], [])
