"""Requests that SDKs of five languages made are taken as they are: tests/unit/lambda_code/requests/README.md."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from lambda_code.processor.records import Arrived, read_record
from tests.unit.lambda_code.receiving import Answer, World, gateway_event

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
SIGNED_AT = 1_750_000_000
URI = "https://e.example/a%20b/c%2Fd"
LIBRARIES = ("standardwebhooks", "svix")


class Recorded(NamedTuple):
    """A request as it was sent."""

    language: str
    case: str
    headers: dict[str, str]
    body: bytes


def _recorded() -> list[Recorded]:
    found = []
    for file in sorted((Path(__file__).parent / "requests").glob("*.json")):
        for case, request in json.loads(file.read_text())["requests"].items():
            body = base64.b64decode(request["body_base64"]) if "body_base64" in request else request["body"].encode()
            found.append(Recorded(file.stem, case, request["headers"], body))
    return found


ALL = _recorded()
OF_EVENTS = [each for each in ALL if each.case not in LIBRARIES]
BY_NAME = {(each.language, each.case): each for each in ALL}
IN_BOTH_MODES = [
    (each, other)
    for each in ALL
    if (other := BY_NAME.get((each.language, each.case.replace("binary", "structured")))) not in (None, each)
]


def sent(world: World, request: Recorded, *, as_text: bool = False) -> Answer:
    return world.send(gateway_event("POST /process", request.headers, request.body, as_text=as_text))


def received(request: Recorded) -> list[dict[str, Any]]:
    world = World()
    answer = sent(world, request)
    assert answer.status == 202, answer.text
    return world.events()


def named(case: str) -> list[Recorded]:
    return [each for each in ALL if each.case.endswith(case)]


def name_of(request: Recorded) -> str:
    return f"{request.language} {request.case}"


def test_there_are_requests_of_five_languages_and_each_has_a_first_example() -> None:
    assert {each.language for each in ALL} == {"go", "java", "javascript", "python", "rust"}
    assert {each.language for each in ALL if each.case == "readme"} == {each.language for each in ALL}


@pytest.mark.parametrize("request_", OF_EVENTS, ids=name_of)
def test_every_request_is_accepted(request_: Recorded) -> None:
    world = World()
    answer = sent(world, request_)
    assert answer.status == 202, answer.text
    expected = 2 if request_.case == "batch" else 0 if request_.case == "batch empty" else 1
    assert len(world.events()) == answer.body["accepted"] == expected


@pytest.mark.parametrize("request_", named("uri"), ids=name_of)
def test_a_source_with_percent_signs_is_the_same_whatever_the_sdk_makes_of_it(request_: Recorded) -> None:
    assert received(request_)[0]["source"] == URI


@pytest.mark.parametrize("request_", named("bytes"), ids=name_of)
def test_bytes_arrive_unchanged(request_: Recorded) -> None:
    [event] = received(request_)
    assert (event["data_base64"], event["datacontenttype"]) == ("AP/+", "application/octet-stream")


@pytest.mark.parametrize(
    "request_", [each for each in ALL if each.case in ("binary", "structured", "batch")], ids=name_of
)
def test_every_attribute_arrives(request_: Recorded) -> None:
    event = received(request_)[0]
    assert event["subject"].startswith("caf")
    assert event["subject"].endswith("100%")
    assert "Ã" not in event["subject"]
    assert (event["id"], event["source"], event["tenant"]) == ("order-7", "https://shop.example.com/orders", "blue")
    assert event["dataschema"] == "https://shop.example.com/schema"
    assert event["data"]["price"] == 1.5
    assert (str(event["sequence"]), str(event["sampled"]).lower()) == ("5", "true")


@pytest.mark.parametrize(("binary", "structured"), IN_BOTH_MODES, ids=name_of)
def test_an_event_in_binary_mode_is_the_same_as_in_structured_mode(binary: Recorded, structured: Recorded) -> None:
    assert meaning(binary) == meaning(structured)


def meaning(request: Recorded) -> tuple[str, str]:
    """Identity and hash of the event, but for its time: some SDKs put in when the request was made."""
    event = {name: value for name, value in received(request)[0].items() if name != "time"}
    read = read_record({"sequenceNumber": "1", "data": base64.b64encode(json.dumps(event).encode()).decode()}, "home")
    assert isinstance(read, Arrived)
    return read.identity, read.content_hash


@pytest.mark.parametrize("as_text", [True, False])
@pytest.mark.parametrize("request_", [each for each in ALL if each.case in LIBRARIES], ids=name_of)
def test_every_signature_is_good_when_it_was_made_and_not_later(request_: Recorded, as_text: bool) -> None:
    world = World(secrets={"AWSCURRENT": SECRET})
    world.clock.now = SIGNED_AT
    answer = sent(world, request_, as_text=as_text)
    assert (answer.status, answer.body["ids"]) == (202, ["msg_1"])
    world.clock.now = SIGNED_AT + 301
    assert sent(world, request_, as_text=as_text).status == 401
    altered = request_._replace(body=request_.body + b" ")
    world.clock.now = SIGNED_AT
    assert sent(world, altered).status == 401
