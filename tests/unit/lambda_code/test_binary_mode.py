"""Events in the headers of a request, as SDKs and hand-written clients put them there."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from tests.unit.lambda_code.receiving import EVENT, STRUCTURED, World

JSON = "application/json"
HEADERS = {"ce_specversion": "1.0", "ce_id": "1", "ce_source": "/shop", "ce_type": "order"}


def received(body: bytes, content_type: str | None, **headers: str) -> dict[str, Any]:
    """The event that an accepted request makes, without our marks."""
    world = World()
    answer = world.post(body, content_type, **{**HEADERS, **headers})
    assert answer.status == 202, answer.text
    [event] = world.events()
    return {name: value for name, value in event.items() if name not in ("taptime", "taprequest")}


class TestWithoutContentType:
    @pytest.mark.parametrize("content_type", [None, "", " ", ";"])
    @pytest.mark.parametrize(
        ("body", "data"),
        [
            (b'{"message": "Hello"}', {"message": "Hello"}),
            (b"[1, 2]", [1, 2]),
            (b'"x"', "x"),
            (b"7", 7),
            (b"null", None),
        ],
    )
    def test_json_is_data(self, content_type: str | None, body: bytes, data: object) -> None:
        event = received(body, content_type)
        assert event == {"specversion": "1.0", "id": "1", "source": "/shop", "type": "order", "data": data}

    @pytest.mark.parametrize(
        "body", [b"Hello", b"\xff\x00", b" ", b'{"a": 1', b'{"a": 1, "a": 2}', b"{} {}", b"NaN", b"[" * 1000]
    )
    def test_any_other_body_is_kept_byte_for_byte(self, body: bytes) -> None:
        event = received(body, None)
        assert base64.b64decode(event["data_base64"]) == body
        assert not event.keys() & {"data", "datacontenttype"}

    @pytest.mark.parametrize(
        "content_type", ["application/x-www-form-urlencoded", "application/x-www-form-urlencoded;"]
    )
    def test_json_that_a_client_calls_a_form_because_nobody_said_what_it_is_has_no_type(
        self, content_type: str
    ) -> None:
        event = received(b'{"message": "Hello"}', content_type)
        assert event["data"] == {"message": "Hello"}
        assert "datacontenttype" not in event

    @pytest.mark.parametrize("blanks", [b"\n", b" \r\n\t"])
    def test_blanks_before_such_json_make_no_form_of_it(self, blanks: bytes) -> None:
        event = received(blanks + b'{"message": "Hello"}\n', "application/x-www-form-urlencoded; charset=UTF-8")
        assert (event["data"], "datacontenttype" in event) == ({"message": "Hello"}, False)

    @pytest.mark.parametrize("body", [b"a=1&b=2", b"5", b"a", b"[0]=x&[1]=y", b"[a]", b"{x}=1", b" "])
    def test_a_form_is_a_form(self, body: bytes) -> None:
        event = received(body, "application/x-www-form-urlencoded")
        assert base64.b64decode(event["data_base64"]) == body
        assert event["datacontenttype"] == "application/x-www-form-urlencoded"

    def test_no_body_is_no_data(self) -> None:
        assert not received(b"", None).keys() & {"data", "data_base64", "datacontenttype"}

    def test_digits_stay_as_they_were_sent(self) -> None:
        world = World()
        assert world.post(b'{"price": 12345678901234567.890}', None, **HEADERS).status == 202
        assert b'{"price": 12345678901234567.890}' in world.kinesis.taken[0][1]


@pytest.mark.parametrize(
    "content_type",
    [
        *("application/json; charset=utf8", "application/json;charset=us-ascii", "Application/JSON ; Charset=UTF-8"),
        *("application/vnd.order+json", "application/vnd.order+JSON; version=1", "text/json", "application/ld+json"),
    ],
)
def test_json_of_every_media_type_is_data_and_the_type_is_kept_as_it_came(content_type: str) -> None:
    event = received(b'{"n": 1}', content_type)
    assert (event["data"], event["datacontenttype"]) == ({"n": 1}, content_type)


def test_a_tab_in_a_content_type_is_a_blank() -> None:
    assert received(b"1", "application/json;\tcharset=utf-8")["datacontenttype"] == "application/json; charset=utf-8"


@pytest.mark.parametrize("content_type", ["text/plain; charset=iso-8859-1", "application/xml", "application/avro", "x"])
def test_any_other_media_type_is_kept_byte_for_byte(content_type: str) -> None:
    event = received(b'{"caf\xe9": 1}', content_type)
    assert (base64.b64decode(event["data_base64"]), event["datacontenttype"]) == (b'{"caf\xe9": 1}', content_type)


class TestStrings:
    @pytest.mark.parametrize(
        ("sent", "value"),
        [
            ("Euro%20%E2%82%AC%20%F0%9F%98%80", "Euro € \N{GRINNING FACE}"),
            ("euro%e2%82%ac", "euro€"),
            ("100%25", "100%"),
            ("100%2525", "100%25"),
            ("a%2Fb", "a/b"),
            ("100%", "100%"),
            ("50% off", "50% off"),
            ('"a \\"b\\" \\\\"', 'a "b" \\'),
            ('"caf%C3%A9 x"', "café x"),
            ("a\\b", "a\\b"),
            ("a,b", "a,b"),
            ("café €", "café €"),
            ("café", "café"),
            ("café €".encode().decode("latin-1"), "café €"),
        ],
    )
    def test_a_value_is_unquoted_then_decoded_once(self, sent: str, value: str) -> None:
        assert received(b"{}", JSON, ce_subject=sent, ce_x=sent, ce_id=sent)["subject"] == value
        assert received(b"{}", JSON, ce_subject=sent, ce_x=sent, ce_id=sent)["x"] == value
        assert received(b"{}", JSON, ce_id=sent)["id"] == value

    @pytest.mark.parametrize("name", ["ce_tracestate", "ce_x"])
    def test_an_extension_may_be_empty(self, name: str) -> None:
        assert received(b"{}", JSON, **{name: ""})[name[3:]] == ""

    def test_names_of_headers_are_read_in_any_case(self) -> None:
        world = World()
        headers = {name.title().replace("_", "-"): text for name, text in HEADERS.items()}
        assert world.post(b"{}", "application/json", **{**headers, "CE-Subject": "s"}).status == 202
        assert world.events()[0]["subject"] == "s"


class TestUris:
    """Several SDKs put URIs into headers without encoding their percent signs (cloudevents/spec#1397)."""

    @pytest.mark.parametrize("name", ["source", "dataschema", "dataref", "deprecationmigration"])
    @pytest.mark.parametrize(
        "uri",
        [
            "https://e.example/a%20b",
            "https://e.example/a%2Fb",
            "https://e.example/a%2fb?q=%22x%22&r=%C3%A9#%41",
            "https://e.example/caf%C3%A9",
            "https://e.example/%FF",
            "https://e.example/%0A%00",
            "https://e.example/100%25",
            "https://e.example/100%25ok%25/x",
            "a%2Fb",
            "urn:x:%",
            "/plain",
        ],
    )
    def test_a_uri_that_was_not_encoded_stays_as_it_came(self, name: str, uri: str) -> None:
        assert received(b"{}", JSON, **{f"ce_{name}": uri})[name] == uri

    @pytest.mark.parametrize("name", ["source", "dataschema", "dataref", "deprecationmigration"])
    @pytest.mark.parametrize(
        ("sent", "uri"),
        [
            ("https://e.example/a%2520b", "https://e.example/a%20b"),
            ("https://e.example/a%252Fb%2541", "https://e.example/a%2Fb%41"),
            ("https://e.example/100%2525", "https://e.example/100%25"),
        ],
    )
    def test_a_uri_that_was_encoded_is_decoded(self, name: str, sent: str, uri: str) -> None:
        assert received(b"{}", JSON, **{f"ce_{name}": sent})[name] == uri

    def test_a_source_with_an_escape_is_the_same_in_every_mode(self) -> None:
        uri, world = "https://e.example/a%2Fb", World()
        assert world.post({**EVENT, "source": uri}, STRUCTURED).status == 202
        assert world.post(b'{"n": 1}', JSON, **{**HEADERS, "ce_source": uri}).status == 202
        assert [event["source"] for event in world.events()] == [uri, uri]


@pytest.mark.parametrize("headers", [{"ce_id": "1"}, {"ce_type": "order"}, {"ce_cloudeventsversion": "0.1"}])
def test_attributes_without_a_specversion_are_refused_and_not_dropped(headers: dict[str, str]) -> None:
    answer = World().post(b"{}", JSON, **headers)
    assert (answer.status, answer.body["attribute"]) == (422, "specversion")


@pytest.mark.parametrize("content_type", [STRUCTURED, f"{STRUCTURED}; charset=utf8"])
def test_headers_beside_a_structured_event_are_ignored(content_type: str) -> None:
    world = World()
    assert world.post(EVENT, content_type, **{**HEADERS, "ce_id": "2", "ce_specversion": "0.3"}).body["ids"] == ["1"]
