"""Requests as the public packages `cloudevents` and `standardwebhooks` make them are taken; altered ones are not."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from typing import Any, ClassVar

import pytest
from cloudevents.core.bindings.http import HTTPMessage, to_binary_event, to_structured_event
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from cloudevents.v1.conversion import to_binary as old_to_binary
from cloudevents.v1.conversion import to_structured as old_to_structured
from cloudevents.v1.http import CloudEvent as OldCloudEvent
from standardwebhooks import Webhook

from lambda_code.processor.records import Arrived, read_record
from tests.unit.lambda_code.receiving import BATCH, SECRET, Answer, World, gateway_event

TIME = datetime(2025, 6, 15, 15, 6, 40, 123456, tzinfo=UTC)
ATTRIBUTES = {
    "specversion": "1.0",
    "id": "order-7",
    "source": "https://shop.example.com/orders",
    "type": "com.example.order",
    "subject": 'café "x" 100%',
    "time": TIME,
    "dataschema": "https://shop.example.com/schema",
    "datacontenttype": "application/json",
    "tenant": "blue",
}
SHOWN = {**ATTRIBUTES, "time": "2025-06-15T15:06:40.123456Z"}


def event_of(**change: Any) -> CloudEvent:
    data = change.pop("data", {"price": 1.5, "text": "ü"})
    return CloudEvent({**ATTRIBUTES, **change}, data)


def send(world: World, message: HTTPMessage, *, as_text: bool = False) -> Answer:
    return world.send(gateway_event("POST /process", message.headers, message.body, as_text=as_text))


def own(event: dict[str, Any]) -> dict[str, Any]:
    """The event without our marks."""
    return {name: value for name, value in event.items() if not name.startswith("tap")}


class TestFirstExamples:
    """The first examples of the package's README, word for word but for the request, which another library makes."""

    ATTRIBUTES: ClassVar = {"type": "com.example.sampletype1", "source": "https://example.com/event-producer"}

    @pytest.mark.parametrize("as_text", [True, False])
    @pytest.mark.parametrize("convert", [to_binary_event, to_structured_event])
    def test_an_event_of_a_type_a_source_and_data_is_accepted(self, convert: Any, as_text: bool) -> None:
        event = CloudEvent(self.ATTRIBUTES, {"message": "Hello World!"})
        world = World()
        answer = send(world, convert(event), as_text=as_text)
        assert (answer.status, answer.body["ids"]) == (202, [event.get_id()])
        [found] = world.events()
        assert found["data"] == {"message": "Hello World!"}
        assert "datacontenttype" not in found

    def test_one_event_in_both_modes_is_a_duplicate(self) -> None:
        event = CloudEvent({**self.ATTRIBUTES, "sequence": 5, "sampled": True, "tracestate": ""}, {"n": 1.0})
        world = World()
        for convert in (to_binary_event, to_structured_event):
            assert send(world, convert(event)).status == 202
        records = [base64.b64encode(record).decode() for _, record in world.kinesis.taken]
        one, other = (read_record({"sequenceNumber": "1", "data": data}, "home") for data in records)
        assert isinstance(one, Arrived)
        assert isinstance(other, Arrived)
        assert (one.identity, one.content_hash) == (other.identity, other.content_hash)


class TestCloudEvents:
    @pytest.mark.parametrize("as_text", [True, False])
    def test_a_structured_event_arrives_unchanged(self, as_text: bool) -> None:
        world = World()
        answer = send(world, to_structured_event(event_of()), as_text=as_text)
        assert (answer.status, answer.body["ids"]) == (202, ["order-7"])
        assert own(world.events()[0]) == {**SHOWN, "data": {"price": 1.5, "text": "ü"}}

    @pytest.mark.parametrize("as_text", [True, False])
    def test_a_binary_event_arrives_unchanged(self, as_text: bool) -> None:
        world = World()
        answer = send(world, to_binary_event(event_of()), as_text=as_text)
        assert (answer.status, answer.body["ids"]) == (202, ["order-7"])
        assert own(world.events()[0]) == {**SHOWN, "data": {"price": 1.5, "text": "ü"}}

    @pytest.mark.parametrize("convert", [to_structured_event, to_binary_event])
    def test_bytes_arrive_unchanged(self, convert: Any) -> None:
        world = World()
        data = bytes(range(256))
        assert send(world, convert(event_of(data=data, datacontenttype="image/png"))).status == 202
        event = world.events()[0]
        assert (base64.b64decode(event["data_base64"]), event["datacontenttype"]) == (data, "image/png")

    @pytest.mark.parametrize("content_type", ["text/plain", "text/plain; charset=iso-8859-1", "application/xml"])
    def test_text_that_is_no_json_arrives_as_its_bytes_in_whatever_charset(self, content_type: str) -> None:
        world = World()
        assert send(world, to_binary_event(event_of(data=b"caf\xe9", datacontenttype=content_type))).status == 202
        event = world.events()[0]
        assert (event["data_base64"], event["datacontenttype"]) == ("Y2Fm6Q==", content_type)

    @pytest.mark.parametrize("content_type", ["application/vnd.order+json", "image/example+json", "text/json"])
    def test_every_media_type_of_json_is_json(self, content_type: str) -> None:
        world = World()
        assert send(world, to_binary_event(event_of(datacontenttype=content_type))).status == 202
        assert world.events()[0]["data"] == {"price": 1.5, "text": "ü"}

    @pytest.mark.parametrize("convert", [to_structured_event, to_binary_event])
    def test_an_event_without_data_arrives_without(self, convert: Any) -> None:
        world = World()
        assert send(world, convert(CloudEvent(ATTRIBUTES, None))).status == 202
        assert own(world.events()[0]) == SHOWN

    @pytest.mark.parametrize("convert", [old_to_structured, old_to_binary])
    def test_the_packages_first_interface_is_served_too(self, convert: Any) -> None:
        world = World()
        attributes = {"type": "t", "source": "/s", "id": "1", "specversion": "1.0", "time": "2025-06-15T15:06:40Z"}
        headers, body = convert(OldCloudEvent({**attributes, "datacontenttype": "application/json"}, {"n": 1}))
        assert send(world, HTTPMessage(dict(headers), body)).status == 202
        event = own(world.events()[0])
        assert event.items() >= attributes.items()
        assert event["data"] == {"n": 1}

    def test_a_batch_of_what_the_package_writes_arrives_in_order(self) -> None:
        # The package has no batched mode; a batch is the JSON array of what it writes (JSON Event Format, section 4).
        world = World()
        written = [JSONFormat().write(event_of(id=str(number))) for number in range(3)]
        body = b"[" + b",".join(written) + b"]"
        answer = send(world, HTTPMessage({"content-type": BATCH}, body))
        assert (answer.status, answer.body["accepted"], answer.body["ids"]) == (202, 3, ["0", "1", "2"])
        assert [own(event) for event in world.events()] == [json.loads(text) for text in written]

    def test_what_was_accepted_is_an_event_to_the_package(self) -> None:
        world = World()
        send(world, to_structured_event(event_of()))
        [(_, record)] = world.kinesis.taken
        read = JSONFormat().read(CloudEvent, record)
        assert (read.get_id(), read.get_time(), read.get_data()) == ("order-7", TIME, {"price": 1.5, "text": "ü"})

    @pytest.mark.parametrize("headers", [{"ce-data": "x"}, {"ce-data_base64": "AA=="}])
    @pytest.mark.parametrize("data", [{"n": 1}, None])
    def test_data_in_a_header_is_refused(self, headers: dict[str, str], data: Any) -> None:
        message = to_binary_event(event_of(data=data))
        answer = send(World(), HTTPMessage({**message.headers, **headers}, message.body))
        assert (answer.status, answer.body["type"]) == (422, "urn:tap:problem:not_an_event")


BODY = b'{"n": 1}'
OTHER = "b3RoZXIgc2VjcmV0IG9mIHNvbWVib2R5IGVsc2UhISE="


def webhook(
    world: World, *, secret: str = SECRET, body: bytes = BODY, off: int = 0, id: str = "msg_7"
) -> dict[str, str]:
    """The headers that the public package makes, by a clock that is `off` by so many seconds."""
    now = int(world.clock.now) + off
    signature = Webhook(secret).sign(id, datetime.fromtimestamp(now, UTC), body.decode())
    return {"webhook-id": id, "webhook-timestamp": str(now), "webhook-signature": signature}


def deliver(world: World, headers: dict[str, str], body: bytes = BODY, *, as_text: bool = False) -> Answer:
    named = {"content-type": "application/json", **headers}
    return world.send(gateway_event("POST /process", named, body, as_text=as_text))


def flipped(text: str, at: int = -1) -> str:
    """The text with another letter at one place."""
    letters = list(text)
    letters[at] = "A" if letters[at] != "A" else "B"
    return "".join(letters)


class TestStandardWebhooks:
    @pytest.mark.parametrize("as_text", [True, False])
    @pytest.mark.parametrize("body", [BODY, '{"ü": "\\n"}'.encode(), b"{ }\n"])
    def test_a_signed_request_is_accepted(self, body: bytes, as_text: bool) -> None:
        world = World(secrets={"AWSCURRENT": SECRET})
        answer = deliver(world, webhook(world, body=body), body, as_text=as_text)
        assert (answer.status, answer.body["ids"]) == (202, ["msg_7"])

    @pytest.mark.parametrize("length", range(24, 33))
    @pytest.mark.parametrize("prefix", ["", "whsec_"])
    @pytest.mark.parametrize("padded", [True, False])
    def test_a_secret_of_any_length_is_read_as_the_package_reads_it(
        self, length: int, prefix: str, padded: bool
    ) -> None:
        encoded = base64.b64encode(bytes(range(200, 200 + length))).decode()
        secret = prefix + (encoded if padded else encoded.rstrip("="))
        world = World(secrets={"AWSCURRENT": secret})
        assert deliver(world, webhook(world, secret=secret)).status == 202

    @pytest.mark.parametrize("off", [-300, 300])
    def test_a_clock_may_be_off_by_five_minutes(self, off: int) -> None:
        world = World(secrets={"AWSCURRENT": SECRET})
        assert deliver(world, webhook(world, off=off)).status == 202

    @pytest.mark.parametrize("active", [SECRET, OTHER])
    @pytest.mark.parametrize(
        "stages",
        [
            {"AWSCURRENT": SECRET, "AWSPREVIOUS": OTHER},
            {"AWSCURRENT": OTHER, "AWSPREVIOUS": SECRET},
            {"AWSCURRENT": json.dumps([SECRET, OTHER])},
            {"AWSCURRENT": json.dumps([OTHER]), "AWSPREVIOUS": json.dumps([f"whsec_{SECRET}"])},
        ],
    )
    def test_while_a_secret_is_rotated_both_are_good(self, stages: dict[str, str | None], active: str) -> None:
        world = World(secrets=stages)
        assert deliver(world, webhook(world, secret=active)).status == 202

    def test_a_request_may_be_signed_with_several_secrets_of_which_one_is_known(self) -> None:
        world = World(secrets={"AWSCURRENT": SECRET})
        first, second = webhook(world, secret=OTHER), webhook(world)
        joined = f"{first['webhook-signature']} v1a,AAAA {second['webhook-signature']}"
        assert deliver(world, {**second, "webhook-signature": joined}).status == 202

    def test_whatever_is_altered_the_refusal_is_the_same(self) -> None:
        world = World(secrets={"AWSCURRENT": SECRET})
        good = webhook(world)
        signature, stamp = good["webhook-signature"], good["webhook-timestamp"]
        altered: list[tuple[dict[str, str], bytes]] = [({**good}, BODY[:at] + b"X" + BODY[at + 1 :]) for at in range(8)]
        altered += [(good, BODY + b" "), (good, b""), (good, b"\xff"), (good, b"{not json")]
        altered += [({**good, "webhook-signature": flipped(signature, at)}, BODY) for at in range(len(signature) - 1)]
        altered += [({**good, "webhook-id": other}, BODY) for other in ("msg_8", "msg_7 ", "msg_7.", "", "MSG_7", "ü")]
        altered += [({**good, "webhook-timestamp": other}, BODY) for other in ("", "soon", f"{stamp}.0", f"+{stamp}")]
        altered += [({**good, "webhook-timestamp": str(int(stamp) + by)}, BODY) for by in (-1, 1, 10**13)]
        altered += [({**good, "webhook-timestamp": other}, BODY) for other in ("٣" * 10, "1" * 5000, "nan", "-1")]
        altered += [({**good, "webhook-signature": other}, BODY) for other in ("", "v1,", "v1", signature[3:], "v2,ü")]
        altered += [({**good, "webhook-signature": signature.replace("v1,", "v2,")}, BODY)]
        altered += [({**good, "webhook-signature": signature.replace(",", ", ")}, BODY)]
        altered += [(webhook(world, secret=OTHER), BODY), (webhook(world, id=""), BODY)]
        altered += [(webhook(world, off=off), BODY) for off in (-301, 301, -(10**8), 10**8)]
        altered += [({name: text for name, text in good.items() if name != missing}, BODY) for missing in good]
        answers = [deliver(world, headers, body) for headers, body in altered]
        assert {(answer.status, answer.text, str(answer.headers)) for answer in answers} == {
            (401, answers[0].text, str(answers[0].headers))
        }
        assert world.kinesis.taken == []

    def test_the_headers_of_a_refused_request_say_nothing_about_its_content(self) -> None:
        world = World(secrets={"AWSCURRENT": SECRET})
        bodies = [b"{}", b"[1]", b"not json", b"\xff\xfe", json.dumps({"specversion": "0"}).encode()]
        assert len({deliver(world, {}, body).text for body in bodies}) == 1


class TestSecretsWithoutAValue:
    def test_a_previous_version_without_a_value_is_no_key(self) -> None:
        world = World(secrets={"AWSCURRENT": SECRET, "AWSPREVIOUS": None})
        assert deliver(world, webhook(world)).status == 202

    @pytest.mark.parametrize("previous", [{}, {"AWSPREVIOUS": SECRET}])
    @pytest.mark.parametrize("current", [None, "", "[]", '[""]', "whsec_"])
    def test_a_current_version_without_a_key_is_a_fault_of_ours(
        self, current: str | None, previous: dict[str, str | None]
    ) -> None:
        world = World(secrets={"AWSCURRENT": current, **previous})
        answer = deliver(world, webhook(world))
        assert answer.status == 503
        assert 2 <= int(answer.headers["retry-after"]) <= 10
        assert world.kinesis.taken == []
