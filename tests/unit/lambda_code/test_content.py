"""The content hash is over what an event means: renderings of one event have the same, any other content another."""

from __future__ import annotations

import base64
import hashlib
import json
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_code.processor.records import Arrived, read_record
from lambda_code.shared import exact_json
from lambda_code.shared.content import is_same_content
from tests.unit.lambda_code import test_processor as processing
from tests.unit.lambda_code.receiving import STRUCTURED
from tests.unit.lambda_code.receiving import World as Receiving

HEAD = b'"specversion":"1.0","id":"1","source":"/s","type":"t"'


def read(document: bytes) -> Arrived:
    item = read_record({"sequenceNumber": "1", "data": base64.b64encode(document).decode()}, "home")
    assert isinstance(item, Arrived)
    return item


def hashed(*members: str) -> str:
    """The hash of an event with these members, written as they are in JSON."""
    return read(b"{" + b",".join([HEAD, *(each.encode() for each in members)]) + b"}").content_hash


def data(text: str) -> str:
    return hashed(f'"data":{text}')


SAME = {
    "a number with a point": ['"data":1', '"data":1.0', '"data":1e0', '"data":10E-1', '"data":0.1e+1', '"data":1.000'],
    "zero": ['"data":0', '"data":-0', '"data":0.0', '"data":-0e7'],
    "a fraction": ['"data":0.125', '"data":125e-3', '"data":0.1250', '"data":1.25E-1'],
    "a large number": ['"data":100000000000000000000', '"data":1e20', '"data":1.0e20'],
    "a tiny number": ['"data":1e-400', '"data":10e-401', '"data":0.1e-399'],
    "a number deep inside": ['"data":{"a":[{"b":2.50}]}', '"data":{"a":[{"b":2.5}]}'],
    "the order of keys": ['"data":{"a":1,"b":{"c":2,"d":3}}', '"data":{"b":{"d":3,"c":2},"a":1}'],
    "white space": ['"data":{"a":[1,2]}', '"data": {"a" : [ 1,\r\n2 ] }'],
    "escapes": ['"data":"é/😀"', r'"data":"\u00e9\/\ud83d\ude00"'],
    "escapes in keys": ['"data":{"é":1}', r'"data":{"\u00e9":1}'],
    "an extension that is a number": ['"x":5', '"x":"5"'],
    "an extension that is a truth value": ['"x":true', '"x":"true"'],
    "a time": [
        '"time":"2026-01-31T10:00:00Z"',
        '"time":"2026-01-31T10:00:00.000Z"',
        '"time":"2026-01-31T10:00:00+00:00"',
        '"time":"2026-01-31T10:00:00-00:00"',
        '"time":"2026-01-31t10:00:00z"',
        '"time":"2026-01-31T12:30:00.0+02:30"',
        '"time":"2026-01-30T23:00:00-11:00"',
    ],
    "a time with digits below a microsecond": [
        '"time":"2026-01-31T10:00:00.1234567891Z"',
        '"time":"2026-01-31T11:00:00.12345678910+01:00"',
    ],
    "a leap second": ['"time":"1998-12-31T23:59:60Z"', '"time":"1999-01-01T00:59:60.0+01:00"'],
    "an extension that is a time": ['"expirytime":"2026-01-31T10:00:00Z"', '"expirytime":"2026-01-31T10:00:00.00Z"'],
    "a content type that says JSON": [
        '"data":1',
        '"data":1,"datacontenttype":"application/json"',
        '"data":1,"datacontenttype":"Application/JSON; charset=utf-8"',
    ],
    "the writing of a content type": [
        '"data":"a","datacontenttype":"text/plain;charset=utf-8"',
        '"data":"a","datacontenttype":"Text/Plain; Charset=\\"UTF-8\\""',
    ],
    "JSON as bytes": [
        '"data":{"a":1}',
        '"data_base64":"eyJhIjogMS4wfQ=="',
        '"data_base64":"eyJhIjogMS4wfQ==","datacontenttype":"application/json"',
    ],
    "text as bytes": [
        '"data":"héllo","datacontenttype":"text/plain"',
        '"data_base64":"aMOpbGxv","datacontenttype":"text/plain"',
    ],
    "no data": ['"x":1', '"x":1,"data":null', '"x":1,"data_base64":""'],
}
OTHER = {
    "a number that doubles can't tell apart": ['"data":12345678901234567.89', '"data":12345678901234567.88'],
    "a large whole number": ['"data":9007199254740993', '"data":9007199254740992', '"data":9007199254740993.5'],
    "the last of many digits": ['"data":0.1', '"data":0.1000000000000000000000000001'],
    "tiny numbers": ['"data":1e-400', '"data":1e-401', '"data":0'],
    "a sign": ['"data":1.5', '"data":-1.5'],
    "a number and its text": ['"data":1.5', '"data":"1.5"'],
    "what kind of nothing": ['"data":0', '"data":""', '"data":[]', '"data":{}', '"data":false', '"x":""', ""],
    "the order of a list": ['"data":[1,2]', '"data":[2,1]'],
    "upper case": ['"data":"a"', '"data":"A"', '"x":"a"', '"x":"A"'],
    "instants": ['"time":"2026-01-31T10:00:00Z"', '"time":"2026-01-31T10:00:00+01:00"'],
    "parts of a second": ['"time":"2026-01-31T10:00:00.1234567Z"', '"time":"2026-01-31T10:00:00.1234568Z"'],
    "a leap second": [
        '"time":"1998-12-31T23:59:60Z"',
        '"time":"1998-12-31T23:59:59Z"',
        '"time":"1999-01-01T00:00:00Z"',
    ],
    "a subject that looks like a time": ['"subject":"2026-01-31T10:00:00Z"', '"subject":"2026-01-31T10:00:00.0Z"'],
    "an extension that is nearly a time": ['"x":"2026-02-31T10:00:00.0Z"', '"x":"2026-02-31T10:00:00Z"'],
    "content types": ['"data":1', '"data":1,"datacontenttype":"text/json"', '"data":1,"datacontenttype":"a/b+json"'],
    "parameters": [
        '"datacontenttype":"text/plain;a=b"',
        '"datacontenttype":"text/plain;a=B"',
        '"datacontenttype":"text/plain"',
    ],
    "parameters with a semicolon or a quote in them": [
        *(json.dumps({"datacontenttype": f"text/plain;{each}"})[1:-1] for each in ('a="x;y"', "a=x;y", 'a="x; y"')),
        *(json.dumps({"datacontenttype": f"text/plain;{each}"})[1:-1] for each in ('a="x\\"y"', 'a="xy"')),
        *(json.dumps({"datacontenttype": f"text/plain;{each}"})[1:-1] for each in ('a="y;b=x"', 'b=x";a="y')),
    ],
    "bytes and the text of their base64": [
        '"data_base64":"aGVsbG8=","datacontenttype":"text/plain"',
        '"data":"aGVsbG8=","datacontenttype":"text/plain"',
    ],
    "bytes": ['"data_base64":"/w=="', '"data_base64":"/g=="', '"data":"/w=="'],
    "bytes that are no JSON because a key is there twice": [
        '"data_base64":"eyJhIjoxLCJhIjoyfQ=="',
        '"data_base64":"eyJhIjozLCJhIjoyfQ=="',
        '"data":{"a":2}',
    ],
    "exponents that no integer holds": [
        f'"data":1e-{"9" * 5000}',
        f'"data":1e-{"9" * 4999}8',
        f'"data":2e-{"9" * 5000}',
    ],
    "a name": ['"xa":"b"', '"x":"ab"'],
}


@pytest.mark.parametrize("renderings", SAME.values(), ids=SAME)
def test_makes_no_difference(renderings: list[str]) -> None:
    assert len({hashed(each) for each in renderings}) == 1


@pytest.mark.parametrize("contents", OTHER.values(), ids=OTHER)
def test_makes_another_content(contents: list[str]) -> None:
    assert len({hashed(*filter(None, [each])) for each in contents}) == len(contents)


NUMBERS = st.from_regex(r"-?(0|[1-9][0-9]{0,24})(\.[0-9]{1,24})?([eE][+-]?[0-9]{1,2})?", fullmatch=True)


@given(NUMBERS, NUMBERS)
def test_numbers_are_the_same_exactly_where_their_decimals_are(one: str, other: str) -> None:
    assert (data(one) == data(other)) == (Decimal(one) == Decimal(other))


@given(NUMBERS, st.integers(0, 5))
def test_a_number_may_be_written_with_any_exponent(text: str, zeros: int) -> None:
    sign, digits, power = Decimal(text).as_tuple()
    assert isinstance(power, int)
    whole = "".join(map(str, digits)).lstrip("0")
    moved = f"{'-' * sign}{whole + '0' * zeros if whole else 0}e{power - zeros}"
    assert data(text) == data(moved)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_any_json_is_the_same_in_any_writing(value: Any) -> None:
    assert data(json.dumps(value)) == data(json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True))


@pytest.mark.parametrize("text", ["1e999", "-1e400", "1" * 310 + ".5", "1e" + "9" * 20])
def test_a_number_that_no_reader_takes_is_not_read(text: str) -> None:
    with pytest.raises(ValueError, match="range"):
        exact_json.decode(text.encode())


class TestThroughBothFunctions:
    """R11 and R12: as a sender's SDK renders one event in the modes of the HTTP binding."""

    def stored(self, *requests: tuple[str, bytes, dict[str, str]]) -> processing.World:
        """What the processor makes of the requests' events, one after the other."""
        receiving, world = Receiving(), processing.World()
        for content_type, body, headers in requests:
            assert receiving.post(body, content_type, **headers).status == 202
        for number, (_, line) in enumerate(receiving.kinesis.taken):
            assert world.run([processing.record(number, line)]) is None
        return world

    def structured(self, **members: object) -> tuple[str, bytes, dict[str, str]]:
        head = {"specversion": "1.0", "id": "1", "source": "/s", "type": "t"}
        return STRUCTURED, json.dumps({**head, **members}).encode(), {}

    def binary(
        self, body: bytes, content_type: str = "application/json", **more: str
    ) -> tuple[str, bytes, dict[str, str]]:
        head = {"ce_specversion": "1.0", "ce_id": "1", "ce_source": "/s", "ce_type": "t"}
        return content_type, body, {**head, **more}

    @pytest.mark.parametrize(
        ("members", "body", "content_type", "headers"),
        [
            ({"x": 5, "data": 1}, b"1", "application/json", {"ce_x": "5"}),
            ({"x": True, "data": {"n": 1}}, b'{"n": 1.0}', "application/json", {"ce_x": "true"}),
            (
                {"time": "2026-01-31T10:00:00Z", "data": 1},
                b"1e0",
                "application/json",
                {"ce_time": "2026-01-31T10:00:00.000Z"},
            ),
            ({"data": "é"}, rb'"\u00e9"', "application/json; charset=utf-8", {}),
            ({"datacontenttype": "text/plain", "data": "hi"}, b"hi", "text/plain", {}),
            ({"datacontenttype": "image/png", "data_base64": "iVBO"}, b"\x89PN", "image/png", {}),
            ({"data_base64": "eyJuIjoxfQ=="}, b'{"n":1}', "application/json", {}),
        ],
    )
    def test_the_same_event_in_another_mode_is_a_duplicate(
        self, members: dict[str, object], body: bytes, content_type: str, headers: dict[str, str]
    ) -> None:
        for pair in (
            (self.structured(**members), self.binary(body, content_type, **headers)),
            (self.binary(body, content_type, **headers), self.structured(**members)),
        ):
            world = self.stored(*pair)
            assert (len(world.archived()), world.quarantined()) == (1, [])

    @pytest.mark.parametrize(
        "number",
        [f"1e-{'9' * 5000}", f"1E+{'0' * 5000}5", f"-0.5e-{'0' * 5000}7", f"0e{'9' * 5000}"],
        ids=lambda number: number[:9],
    )
    def test_a_number_with_a_long_exponent_that_was_accepted_is_stored(self, number: str) -> None:
        world = self.stored(self.binary(number.encode()), self.binary(number.encode()))
        assert (len(world.archived()), world.quarantined()) == (1, [])

    def test_bodies_in_which_a_key_is_twice_are_compared_as_bytes(self) -> None:
        bodies = (b'{"a":1,"a":2}', b'{"a":1,"a":2}', b'{"a":3,"a":2}')
        world = self.stored(*(self.binary(body, "") for body in bodies))
        assert len(world.archived()) == 1
        assert [entry["reason"] for entry in world.quarantined()] == ["id_conflict"]

    def test_a_number_that_differs_in_its_last_digit_is_a_conflict(self) -> None:
        world = self.stored(self.binary(b"12345678901234567.89"), self.binary(b"12345678901234567.88"))
        assert b"12345678901234567.89" in world.lines()[0]
        assert [entry["reason"] for entry in world.quarantined()] == ["id_conflict"]


class TestRowsOfEarlierVersions:
    """Rows outlive a deploy: what the first version wrote is understood as long as a row lives."""

    def first_hash(self, document: bytes) -> str:
        """As the first version made it."""
        event = msgspec.json.decode(document)
        while next(reversed(event)).startswith("tap"):
            event.popitem()
        return hashlib.sha256(msgspec.json.encode(event, order="deterministic")).hexdigest()

    @pytest.mark.parametrize(
        "members", [b'"data":1', b'"data":{"b":1.50,"a":[5]},"taptime":"now","taprequest":"r"', b'"x":5']
    )
    def test_a_copy_of_an_event_that_the_first_version_claimed_is_no_conflict(self, members: bytes) -> None:
        document = b"{" + HEAD + b"," + members + b"}"
        item = read(document)
        row = self.first_hash(document)
        assert row != item.content_hash
        assert is_same_content(row, item.content_hash, item.data)
        other = read(b"{" + HEAD + b',"data":2}')
        assert not is_same_content(row, other.content_hash, other.data)

    def test_its_copy_is_dropped_and_another_content_is_a_conflict(self) -> None:
        world = processing.World()
        document = b"{" + HEAD + b',"data":1.0,"taptime":"then"}'
        world.run([processing.record(0, document)])
        world.table.rows["/s 1"]["content_hash"] = {"S": self.first_hash(document)}
        world.run([processing.record(1, document.replace(b"then", b"now"))])
        world.run([processing.record(2, document.replace(b"1.0,", b"1.5,"))])
        assert [event["data"] for event in world.archived()] == [1]
        assert [entry["reason"] for entry in world.quarantined()] == ["id_conflict"]

    def test_the_hash_names_its_version(self) -> None:
        assert data("1").startswith("2:")
