"""Every kind of bad request, its status and the code of its problem; no answer repeats what came."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Iterable
from typing import Any

import pytest

from lambda_code.processor.records import Arrived, read_record
from tests.unit.lambda_code.fakes import FakeContext, client_error, lost_answer
from tests.unit.lambda_code.receiving import (
    BATCH,
    EVENT,
    SECRET,
    STRUCTURED,
    Answer,
    World,
    caught,
    gateway_event,
    signed,
)

JSON = "application/json"
CANARY = "canary7f3a"
TRACE = "Root=1-67891233-abcdef012345678912345678"
KIB = 1024

NOT_JSON = {
    "no body": b"",
    "blank": b" \r\n\t ",
    "not JSON": b"canary7f3a",
    "truncated": b'{"canary7f3a": [1, 2',
    "truncated text": b'{"canary7f3a": "x',
    "trailing bytes": b'{"canary7f3a": 1} x',
    "a trailing NUL": b'{"canary7f3a": 1}\0',
    "two documents": b'{"canary7f3a": 1}{"a": 2}',
    "two lines": b'{"canary7f3a": 1}\n{"a": 2}',
    "a trailing comma": b'{"canary7f3a": 1,}',
    "a comment": b'{"canary7f3a": 1} // x',
    "single quotes": b"{'canary7f3a': 1}",
    "NaN": b'{"canary7f3a": NaN}',
    "Infinity": b'{"canary7f3a": Infinity}',
    "-Infinity": b'{"canary7f3a": -Infinity}',
    "1e999": b'{"canary7f3a": 1e999}',
    "an integer of 5,000 digits": b'{"canary7f3a": ' + b"9" * 5000 + b"}",
    "a leading zero": b'{"canary7f3a": 01}',
    "a key twice": b'{"canary7f3a": 1, "canary7f3a": 2}',
    "a key twice, once escaped": b'{"a": 1, "\\u0061": 2}',
    "a key twice, deep": b'{"canary7f3a": [{"b": {"c": 1, "c": 1}}]}',
    "a lone high surrogate": b'{"canary7f3a": "\\ud800"}',
    "a lone low surrogate": b'{"canary7f3a": "\\udc00"}',
    "a lone surrogate as a key": b'{"\\ud800": 1}',
    "an encoded surrogate": b'{"canary7f3a": "\xed\xa0\x80"}',
    "a byte order mark": b'\xef\xbb\xbf{"canary7f3a": 1}',
    "100,000 nested arrays": b"[" * 100_000 + b"]" * 100_000,
    "100,000 open arrays": b"[" * 100_000,
    "100,000 nested objects": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "129 levels": b'{"a":' * 129 + b"1" + b"}" * 129,
    "invalid UTF-8": b'{"canary7f3a": "\xff"}',
    "an overlong letter": b'{"canary7f3a": "\xc0\xaf"}',
    "UTF-16": '{"canary7f3a": 1}'.encode("utf-16"),
    "UTF-16 without a mark": '{"canary7f3a": 1}'.encode("utf-16-le"),
    "UTF-32": '{"canary7f3a": 1}'.encode("utf-32"),
    "a control character in a text": b'{"canary7f3a": "\x01"}',
    "gzip that is called JSON": gzip.compress(b"{}"),
}


def refused(answer: Answer, status: int, code: str) -> None:
    """Hold the answer against RFC 9457 and our own promises."""
    assert (answer.status, answer.body["type"]) == (status, f"urn:tap:problem:{code}")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.body.keys() - {"pointer", "attribute"} == {"type", "title", "status", "detail", "request_id"}
    assert answer.body["status"] == answer.status
    assert answer.body["title"]
    assert answer.body["detail"]
    assert CANARY not in answer.text + str(answer.headers)


@pytest.mark.parametrize("content_type", [JSON, STRUCTURED, BATCH])
@pytest.mark.parametrize("body", NOT_JSON.values(), ids=NOT_JSON.keys())
def test_what_is_not_json_is_a_bad_request(body: bytes, content_type: str) -> None:
    world = World()
    refused(world.post(body, content_type), 400, "not_json")
    assert world.kinesis.taken == []


@pytest.mark.parametrize("body", [body for body in NOT_JSON.values() if body], ids=list(NOT_JSON)[1:])
def test_the_data_of_a_binary_event_is_held_to_the_same(body: bytes) -> None:
    headers = {"ce_specversion": "1.0", "ce_id": "1", "ce_source": "/s", "ce_type": "t"}
    refused(World().post(body, JSON, **headers), 400, "not_json")


@pytest.mark.parametrize(
    ("number", "status"),
    [
        *((text, 202) for text in ("1.7976931348623157e308", "-1.7976931348623158E+308", "0.1e309", "10e307")),
        *((text, 202) for text in ("5e-324", "1e-400", "-0.0", "0e999", "9" * 309, "1" + "0" * 400)),
        *((text, 400) for text in ("1.7976931348623159e308", "-1e309", "10.0e308", "9" * 309 + ".0", "1" * 310 + "e0")),
    ],
    ids=lambda value: str(value)[:24],
)
def test_a_number_ends_where_a_double_ends(number: str, status: int) -> None:
    world = World()
    assert world.post(f'{{"n": {number}}}'.encode()).status == status
    assert [f'"n": {number}'.encode() in record for _, record in world.kinesis.taken] == [True] * (status == 202)


@pytest.mark.parametrize("body", ["*", "e30", "e30==", "e30=e30=", "e3 0=", "e30=\n", "ü", "\ud800", "e30=" + CANARY])
def test_what_is_not_base64_where_the_gateway_says_so_is_a_bad_request(body: str) -> None:
    event = {**gateway_event("POST /process", {"content-type": JSON}, b""), "body": body}
    refused(World().send(event), 400, "bad_encoding")


@pytest.mark.parametrize(
    "headers",
    [{"webhook-id": "\ud800"}, {"webhook-signature": "v1,\udfff"}, {"idempotency-key": "a\ud800"}, {"ce-\ud800": "x"}],
)
@pytest.mark.parametrize("secrets", [{}, {"AWSCURRENT": SECRET}])
def test_a_text_that_is_no_unicode_is_a_bad_request(headers: dict[str, str], secrets: dict[str, str | None]) -> None:
    world = World(secrets=secrets)
    text = {name.replace("_", "-"): value for name, value in signed(b"{}", world.clock).items()}
    refused(world.send(gateway_event("POST /process", {**text, **headers}, b"{}")), 400, "bad_encoding")
    body_as_text = {**gateway_event("POST /process", {}, b"", as_text=True), "body": '{"a": "\ud800"}'}
    refused(world.send(body_as_text), 400, "bad_encoding")


@pytest.mark.parametrize(
    ("content_type", "headers", "code"),
    [
        (None, {}, "unsupported_media_type"),
        ("", {}, "unsupported_media_type"),
        (";", {}, "unsupported_media_type"),
        ("text/plain", {}, "unsupported_media_type"),
        ("text/json", {}, "unsupported_media_type"),
        ("application/xml", {}, "unsupported_media_type"),
        ("application/x-www-form-urlencoded", {}, "unsupported_media_type"),
        ("multipart/form-data; boundary=x", {}, "unsupported_media_type"),
        ("application/json, application/json", {}, "unsupported_media_type"),
        ("application/jsonx", {}, "unsupported_media_type"),
        *((f"application/cloudevents+{name}", {}, "unsupported_media_type") for name in ("xml", "avro", "protobuf")),
        ("application/cloudevents", {}, "unsupported_media_type"),
        ("application/cloudevents-batch+protobuf", {}, "unsupported_media_type"),
        ("application/cloudevents+xml", {"ce_specversion": "1.0"}, "unsupported_media_type"),
        ("application/x-ndjson", {}, "unsupported_media_type"),
        ("application/json; charset=utf-16", {}, "unsupported_charset"),
        ('application/json; charset="iso-8859-1"', {}, "unsupported_charset"),
        (f"{STRUCTURED}; charset=latin1", {}, "unsupported_charset"),
        (f"{BATCH}; charset=utf-7", {}, "unsupported_charset"),
        ("application/json; x=y; CharSet = 'utf-16'", {}, "unsupported_charset"),
        (JSON, {"content_encoding": "gzip"}, "unsupported_encoding"),
        (JSON, {"Content_Encoding": "br"}, "unsupported_encoding"),
        (JSON, {"content_encoding": "gzip, identity"}, "unsupported_encoding"),
    ],
)
def test_what_is_of_another_kind_is_not_supported(content_type: str | None, headers: dict[str, str], code: str) -> None:
    refused(World().post(gzip.compress(b"{}"), content_type, **headers), 415, code)


@pytest.mark.parametrize("content_type", ["text/plain", "application/cloudevents+avro"])
def test_who_sends_another_type_is_told_which_are_taken(content_type: str) -> None:
    answer = World().post(b"{}", content_type)
    for taken in (JSON, STRUCTURED, BATCH):
        assert taken in answer.body["detail"]
        assert taken in answer.headers["accept"]


def test_who_compresses_is_told_that_nothing_else_is_taken() -> None:
    assert World().post(b"{}", JSON, content_encoding="gzip").headers["accept-encoding"] == "identity"


@pytest.mark.parametrize(
    "content_type",
    [
        *(JSON, "APPLICATION/JSON", "application/json;charset=UTF-8", 'application/json; charset="utf-8"; x=y'),
        *(f"{JSON} ", f"{JSON};", f"{JSON}; charset=utf8", f"{JSON}; charset=us-ascii", f"{JSON}; charset=ASCII"),
        *(f"{JSON} ; Charset = UTF-8 ", f"{JSON};charset='utf-8'", f"{JSON}; charset=", f"{JSON}; charset"),
        *(f'{JSON}; profile="a; charset=utf-16"', f"{JSON}; x-charset=utf-16", f"{JSON};;charset=utf_8"),
    ],
)
def test_the_media_type_is_read_as_http_means_it(content_type: str) -> None:
    for encoding in ("identity", "Identity", ""):
        assert World().post({"n": 1}, content_type, content_encoding=encoding).status == 202
    structured = content_type.lower().replace("json", "cloudevents+json", 1)
    assert World().post(EVENT, structured).status == 202


@pytest.mark.parametrize("value", [[], [1], "canary7f3a", 1, 1.5, True, None])
@pytest.mark.parametrize("content_type", [JSON, STRUCTURED])
def test_json_that_is_no_object_is_no_event(value: object, content_type: str) -> None:
    refused(World().post(value, content_type), 422, "not_an_event")


@pytest.mark.parametrize(
    ("value", "pointer"),
    [({}, None), ("canary7f3a", None), (EVENT, None), ([1], "/0"), ([[EVENT]], "/0"), ([EVENT, None], "/1")],
)
def test_json_that_is_no_list_of_objects_is_no_batch(value: object, pointer: str | None) -> None:
    answer = World().post(value, BATCH)
    refused(answer, 422, "not_an_event")
    assert answer.body.get("pointer") == pointer


NAMES = ("id", "source", "type", "subject", "partitionkey")
TEXTS = (*NAMES, "dataschema", "datacontenttype", "canary7f3a")

NOT_1_0: tuple[object, ...] = ("", "0.3", "1", "1.0.0", "1.1", "2.0", 1.0, 1, "1.0\n", [], " 1.0")
CONTROLS = ("\n", "\r", "\t", "\0", "\x1f", "\x7f", "\x80", "\x9f")
NO_NAMES: tuple[object, ...] = (1, 1.5, True, [], ["canary7f3a"], {})
NO_TIMES: tuple[object, ...] = (
    *("canary7f3a", "2025-01-01", "2025-01-01T00:00:00", "2025-13-01T00:00:00Z", "2025-02-30T00:00:00Z"),
    *("2025-01-01T00:00:00Z\n", "1735689600", "0000-00-00T00:00:00Z", 1, True),
    # RFC 3339, section 5.6: a T between date and time, a colon in the offset, seconds always.
    *("2018-04-05 17:31:00Z", "2018-04-05T17:31:00+0000", "2018-04-05T17:31:00+00", "2018-04-05T17:31Z"),
    *("2018-04-05T17:31:00,5Z", "2018-04-05T17:31:00.Z", "2018-04-05_17:31:00Z", "2018-W14-4T17:31:00Z"),
    *("2018-04-05T24:00:00Z", "2018-04-05T17:60:00Z", "2018-04-05T17:31:61Z", "2018-04-05T17:31:00+24:00"),
    # Section 5.7: a leap second is the last one of a month in UTC.
    *("2018-04-05T17:31:60Z", "2016-12-30T23:59:60Z", "2016-12-31T23:59:60+01:00", "2016-12-31T23:58:60Z"),
    *("9999-12-31T23:59:60-10:00", "2018-04-05 17:31:60Z"),
)
NO_ATTRIBUTES = ("", "Canary7f3a", "a_b", "a-b", "a.b", "a b", "ü", "a\n", "a" * 65, "a\0")
NO_EXTENSIONS: tuple[object, ...] = (1.5, 2**31, -(2**31) - 1, [], {}, ["x"], 10**30)
NO_BASE64: tuple[object, ...] = ("%", "AA", "AA==\n", "A", "=", 1, True, [], {}, "ü", "_-8=", "A A=")


def each(name: str, values: Iterable[object], **more: object) -> list[dict[str, Any]]:
    """One change for every value."""
    return [{name: value, **more} for value in values]


BAD_ATTRIBUTES: list[dict[str, Any]] = [
    *(change for name in ("specversion", "id", "source", "type") for change in each(name, (None, ...))),
    *each("specversion", NOT_1_0),
    *(change for name in (*TEXTS[:-1], "time", "traceparent") for change in each(name, ("",))),
    *(change for name in NAMES for change in each(name, NO_NAMES)),
    *each("id", ("x" * 2048, "ü" * 1024)),
    *each("source", ("x" * 2048, "ü" * 1024)),
    {"source": "x" * 1024, "id": "y" * 1024},
    *(change for name in TEXTS for change in each(name, (f"canary7f3a{bad}" for bad in CONTROLS))),
    *each("source", ("/a canary7f3a",)),
    *each("time", NO_TIMES),
    *({name: "x"} for name in NO_ATTRIBUTES),
    *each("canary7f3a", NO_EXTENSIONS),
    *each("data_base64", ("AA==",)),
    *each("data_base64", ("AA==",), data=None),
    *each("data_base64", NO_BASE64, data=...),
]


def changed(change: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in {**EVENT, **change}.items() if value is not ...}


@pytest.mark.parametrize("change", BAD_ATTRIBUTES, ids=lambda change: str(change)[:40])
def test_an_attribute_that_breaks_a_rule_makes_no_event(change: dict[str, Any]) -> None:
    refused(World().post(changed(change), STRUCTURED), 422, "not_an_event")
    refused(World().post([changed(change)], BATCH), 422, "not_an_event")


@pytest.mark.parametrize(
    "change",
    [
        {"source": "/", "id": "x" * 2046},
        {"source": "/", "id": "ü" * 1023},
        {"source": "x" * 2046},
        {"source": "x" * 1023, "id": "y" * 1024},
        *(change for name in (*NAMES[2:], *TEXTS[5:7], "extension") for change in each(name, ("x" * 300, "x" * 9000))),
        *each("extension", (True, False, 0, 2**31 - 1, -(2**31), "")),
        *each("tracestate", ("", "vendor=1")),
        {"a" * 64: "x"},
        {"0": "x"},
        *each("id", ("a.b:c|d?e#f%2F", "partition:0/offset:564", "../a", "a\\b", "/", " ", "a b ", "..", "\u200b")),
        {"source": "urn:x:ü"},
        *each("time", ("2025-01-01T00:00:00.123456789+14:00", "2025-01-01t00:00:00z", "2025-01-01T00:00:00-00:00")),
        *each("time", ("0001-01-01T00:00:00Z", "2025-01-01T00:00:00." + "1" * 30 + "Z")),
        *each("time", ("1998-12-31T23:59:60Z", "1990-12-31T15:59:60-08:00", "2016-12-31T23:59:60.5z")),
        *each("data", (None, "", [1, None], ...)),
        *each("data_base64", ("", "//8="), data=...),
    ],
    ids=lambda change: str(change)[:40],
)
def test_an_attribute_at_its_limit_is_kept(change: dict[str, Any]) -> None:
    world = World()
    assert world.post(changed(change), STRUCTURED).status == 202
    [event] = world.events()
    assert {name: value for name, value in event.items() if not name.startswith("tap")} == changed(change)


@pytest.mark.parametrize(
    "headers",
    [
        {"ce_id": ""},
        {"ce_id": "a%0Ab"},
        {"ce_id": "canary7f3a%FF"},
        {"ce_id": "%ED%A0%80"},
        {"ce_source": "a canary7f3a"},
        {"ce_source": '"a canary7f3a"'},
        {"ce_source": "x" * 2048},
        {"ce_subject": ""},
        {"ce_subject": "%C0%A0"},
        {"ce_traceparent": ""},
        {"ce_specversion": "0.3"},
        {"ce_time": "canary7f3a"},
        {"ce_a_b": "x"},
        {"ce_": "x"},
    ],
)
def test_a_binary_event_is_held_to_the_same_rules(headers: dict[str, str]) -> None:
    good = {"ce_specversion": "1.0", "ce_id": "1", "ce_source": "/s", "ce_type": "t"}
    refused(World().post({"n": 1}, JSON, **{**good, **headers}), 422, "not_an_event")


@pytest.mark.parametrize("key", ["x" * 2048, "a\x7fb"])
def test_an_idempotency_key_is_held_to_the_rules_of_an_id(key: str) -> None:
    refused(World().post({"n": 1}, idempotency_key=key), 422, "not_an_event")


def test_the_same_source_and_id_for_other_content_in_a_batch_are_refused_and_others_are_not() -> None:
    world = World()
    answer = world.post([EVENT, {**EVENT, "id": "2"}, {**EVENT, "type": "other"}], BATCH)
    refused(answer, 422, "not_an_event")
    assert (answer.body["pointer"], answer.body["attribute"]) == ("/2", "id")
    assert world.kinesis.taken == []
    assert world.post([EVENT, {**EVENT, "source": "/other"}, {**EVENT, "id": "2"}], BATCH).status == 202


def test_one_bad_event_keeps_the_whole_batch_out() -> None:
    world = World()
    events = [{**EVENT, "id": str(number)} for number in range(100)]
    refused(world.post([*events, {**EVENT, "id": ""}], BATCH), 422, "not_an_event")
    assert world.kinesis.taken == []


@pytest.mark.parametrize(
    ("change", "attribute"),
    [
        *(({name: None}, name) for name in ("specversion", "id", "source", "type")),
        *(({name: ""}, name) for name in (*TEXTS[:-1], "time", "traceparent")),
        ({"source": "/" * 2047, "id": "1"}, "source"),
        ({"source": "/s", "id": "1" * 2047}, "id"),
        ({"source": "ü" * 700, "id": "1" * 1000}, "source"),
        ({"source": "s" * 1000, "id": "ü" * 700}, "id"),
        ({"time": "2018-04-05 17:31:00Z"}, "time"),
        ({"data_base64": "%", "data": ...}, "data_base64"),
        ({"data_base64": "AA=="}, "data"),
        ({"canary7f3a": 1.5}, None),
        ({"Canary7f3a": "x"}, None),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_refusal_names_the_element_of_the_batch_and_the_attribute(
    change: dict[str, Any], attribute: str | None
) -> None:
    events = [{**EVENT, "id": str(number)} for number in range(12)]
    events[7] = changed({"id": "7", **change})
    answer = World().post(events, BATCH)
    refused(answer, 422, "not_an_event")
    assert (answer.body["pointer"], answer.body.get("attribute")) == ("/7", attribute)
    single = World().post(events[7], STRUCTURED)
    refused(single, 422, "not_an_event")
    assert ("pointer" in single.body, single.body.get("attribute")) == (False, attribute)


def test_an_event_of_a_batch_that_is_too_large_is_pointed_at() -> None:
    answer = World().post([EVENT, {**EVENT, "id": "2", "data": "x" * 256 * KIB}], BATCH)
    refused(answer, 413, "too_large")
    assert answer.body["pointer"] == "/1"


class TestLimits:
    def test_a_batch_holds_500_events(self) -> None:
        events = [{**EVENT, "id": str(number)} for number in range(501)]
        assert World().post(events[:500], BATCH).body["accepted"] == 500
        refused(World().post(events, BATCH), 413, "too_large")

    @pytest.mark.parametrize("more", [0, 1])
    @pytest.mark.parametrize("content_type", [STRUCTURED, BATCH])
    def test_an_event_has_256_kib(self, content_type: str, more: int) -> None:
        event = {**EVENT, "data": ""}
        event["data"] = "x" * (256 * KIB - len(json.dumps(event, separators=(",", ":"))) + more)
        text = json.dumps(event, separators=(",", ":")).encode()
        assert len(text) == 256 * KIB + more
        answer = World().post(text if content_type == STRUCTURED else b"[" + text + b"]", content_type)
        if more:
            refused(answer, 413, "too_large")
        else:
            assert answer.status == 202

    def test_the_largest_event_goes_through_both_functions_with_all_our_marks(self) -> None:
        world = World()
        event = {**EVENT, "data": ""}
        event["data"] = "x" * (256 * KIB - len(json.dumps(event, separators=(",", ":"))))
        text = json.dumps(event, separators=(",", ":")).encode()
        request = gateway_event("POST /process", {"content-type": STRUCTURED, "x-amzn-trace-id": TRACE}, text)
        request["requestContext"]["requestId"] = "r" * 128
        assert world.receiver.answer(request, FakeContext())["statusCode"] == 202
        [(_, record)] = world.kinesis.taken
        assert json.loads(record).keys() - event.keys() == {"taptime", "taprequest", "taptrace"}
        read = read_record({"sequenceNumber": "4" * 56, "data": base64.b64encode(record).decode()}, "home")
        assert isinstance(read, Arrived)

    @pytest.mark.parametrize("more", [0, 1])
    def test_a_plain_object_has_256_kib_with_what_makes_it_an_event(self, more: int) -> None:
        world = World()
        world.post({"n": ""}, idempotency_key="k")
        [event] = world.events()
        made = {name: value for name, value in event.items() if not name.startswith("tap")}
        made["data"] = "DATA"
        around = len(json.dumps(made, separators=(",", ":"))) - len('"DATA"')
        body = b'{"n":"' + b"x" * (256 * KIB - around - 8 + more) + b'"}'
        answer = world.post(body, idempotency_key="k")
        if more:
            refused(answer, 413, "too_large")
        else:
            assert answer.status == 202

    def test_blanks_around_an_event_do_not_count(self) -> None:
        assert World().post(b" " * 300 * KIB + json.dumps(EVENT).encode(), STRUCTURED).status == 202

    @pytest.mark.parametrize("as_text", [True, False])
    def test_a_body_has_1_mib(self, as_text: bool) -> None:
        events = json.dumps([{**EVENT, "id": str(number), "data": "x" * 1000} for number in range(500)]).encode()
        for length, status in ((KIB * KIB, 202), (KIB * KIB + 1, 413)):
            event = gateway_event("POST /process", {"content-type": BATCH}, events.ljust(length), as_text=as_text)
            assert World().send(event).status == status

    def test_128_levels_are_taken(self) -> None:
        assert World().post(b'{"a":' * 127 + b"1" + b"}" * 127).status == 202
        assert World().post(b'{"a":' * 128 + b"1" + b"}" * 128).status == 400


class TestRoutes:
    @pytest.mark.parametrize("route", ["GET /", "POST /other", "GET /health/", "POST /process/x", "$default", ""])
    def test_a_path_that_is_not_there_is_not_found(self, route: str) -> None:
        refused(World().send(gateway_event(route, {}, b"canary7f3a")), 404, "not_found")
        if " " in route:
            refused(World().send(caught(route, {}, b"canary7f3a")), 404, "not_found")

    @pytest.mark.parametrize(
        ("route", "allowed"),
        [
            *((f"{method} /process", "POST") for method in ("GET", "PUT", "DELETE", "PATCH", "HEAD")),
            *((f"{method} /health", "GET") for method in ("POST", "HEAD")),
        ],
    )
    def test_another_method_is_not_allowed(self, route: str, allowed: str) -> None:
        for event in (gateway_event(route, {}, b"canary7f3a"), caught(route, {}, b"canary7f3a")):
            answer = World().send(event)
            refused(answer, 405, "method_not_allowed")
            assert answer.headers["allow"] == allowed

    def test_what_the_gateway_has_not_authorised_is_never_taken(self) -> None:
        world = World()
        event = caught("POST /process", {"content-type": JSON}, b"{}")
        refused(world.send(event), 404, "not_found")
        assert world.kinesis.taken == []


class TestNotNow:
    @pytest.mark.parametrize(
        "error",
        [
            client_error("ProvisionedThroughputExceededException"),
            client_error("KMSThrottlingException"),
            client_error("KMSDisabledException"),
            client_error("KMSAccessDeniedException"),
            client_error("ResourceNotFoundException"),
            client_error("InternalFailure"),
            client_error("AccessDeniedException"),
            lost_answer(),
        ],
        ids=str,
    )
    def test_while_the_stream_is_down_nothing_is_accepted(self, error: Exception) -> None:
        world = World()
        world.milliseconds = 3_000
        world.kinesis.before = [error] * 100
        answer = world.post(EVENT, STRUCTURED)
        refused(answer, 503, "unavailable")
        assert 2 <= int(answer.headers["retry-after"]) <= 10
        assert "ids" not in answer.body

    @pytest.mark.parametrize(
        "error",
        [
            client_error("DecryptionFailure"),
            client_error("InternalServiceError"),
            client_error("ThrottlingException"),
            client_error("ResourceNotFoundException"),
            client_error("AccessDeniedException"),
            lost_answer(),
        ],
        ids=str,
    )
    @pytest.mark.parametrize("stage", [0, 1])
    def test_while_the_secret_is_unreadable_nobody_is_let_in_or_blamed(self, error: Exception, stage: int) -> None:
        world = World(secrets={"AWSCURRENT": SECRET, "AWSPREVIOUS": SECRET})
        world.secrets.before = [*([None] * stage), error]
        answer = world.post(b"{}", **signed(b"{}", world.clock))
        if stage and "ResourceNotFound" in str(error):
            assert answer.status == 202, "a secret that was never rotated has no previous version"
            return
        refused(answer, 503, "unavailable")
        assert 2 <= int(answer.headers["retry-after"]) <= 10
        assert world.kinesis.taken == []
