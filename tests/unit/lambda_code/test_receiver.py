"""What a client of `POST /process` and `GET /health` can rely on."""

from __future__ import annotations

import base64
from functools import partial
from typing import ClassVar, NoReturn, get_args

import pytest

from lambda_code.processor.records import Arrived, read_record
from lambda_code.receiver import http
from lambda_code.receiver.handler import Receiver
from lambda_code.shared.errors import RefusedError
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


def test_health_says_what_runs_where_and_asks_nobody() -> None:
    world = World(secrets={"AWSCURRENT": None})
    world.kinesis.before = [lost_answer()]
    answer = world.send(gateway_event("GET /health", {}, b""))
    assert (world.kinesis.calls, world.secrets.reads) == ([], 0)
    assert answer.status == 200
    assert answer.body == {
        "status": "ok",
        "version": "0.1.0",
        "build": "unpackaged",
        "stack": "tap-test-us-east-1",
        "environment": "test",
        "region": "us-east-1",
        "request_id": "request-1",
    }


def test_another_route_is_not_found() -> None:
    answer = Answer(World().receiver.answer(gateway_event("GET /other", {}, b""), FakeContext()))
    assert (answer.status, answer.headers["content-type"]) == (404, "application/problem+json")


def test_every_status_of_a_problem_has_a_title() -> None:
    assert set(http._TITLES) == set(get_args(http.ProblemStatus))


# Those of its own that a function has, such as the importer, never meet the receiver.
REFUSALS = [
    RefusedError,
    *(kind for kind in RefusedError.__subclasses__() if kind.__module__ == RefusedError.__module__),
]


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda each: each.code)
def test_every_refusal_is_a_problem_with_a_status(monkeypatch: pytest.MonkeyPatch, refusal: type[RefusedError]) -> None:
    """Also one that is added without a thought of the receiver."""

    def refuse(*_: object) -> NoReturn:
        raise refusal("what is wrong")

    monkeypatch.setattr(Receiver, "_route", refuse)
    answer = World().post(EVENT)
    assert answer.status in (400, 413, 422)
    assert answer.body["type"] == f"urn:tap:problem:{refusal.code}"
    assert answer.body["detail"] == "what is wrong"


def test_a_structured_event_is_accepted_and_put_with_our_marks() -> None:
    world = World()
    trace = "Root=1-67891233-abcdef012345678912345678;Sampled=1"
    answer = world.post(EVENT, "application/cloudevents+json; charset=utf-8", x_amzn_trace_id=trace)
    assert (answer.status, answer.body["accepted"], answer.body["ids"]) == (202, 1, ["1"])
    marks = {
        "taptime": "2025-06-15T15:06:40.000Z",
        "taprequest": "request-1",
        "taptrace": "1-67891233-abcdef012345678912345678",
    }
    assert world.events() == [{**EVENT, **marks}]


def test_data_travels_byte_for_byte_on_one_line() -> None:
    world = World()
    head = b'{"specversion":"1.0","id":"1","source":"/s","type":"t",\r\n '
    body = head + b'"data": {"price": 1.10,\n"big": 12345678901234567890123}}'
    assert world.post(body, "application/cloudevents+json").status == 202
    [(_, data)] = world.kinesis.taken
    assert b'"data":{"price": 1.10,"big": 12345678901234567890123}' in data
    assert b"\n" not in data


def test_attributes_that_are_called_like_our_marks_are_dropped_and_null_counts_as_absent() -> None:
    world = World()
    own = {"taptime": "1999-01-01T00:00:00Z", "tapsequence": "7", "taptrace": "x", "taprequest": "x"}
    assert world.post({**EVENT, **own, "subject": None, "x": None}, "application/cloudevents+json").status == 202
    [event] = world.events()
    assert event["taptime"].startswith("2025-")
    assert event["taprequest"] == "request-1"
    assert not event.keys() & {"tapsequence", "taptrace", "subject", "x"}


@pytest.mark.parametrize("name", ["tap", "tape", "tapestry", "tapir", "taptimes", "tapsource"])
def test_words_that_only_begin_like_our_marks_are_the_senders_own(name: str) -> None:
    world = World()
    assert world.post({**EVENT, name: "7"}, STRUCTURED).status == 202
    headers = {"ce_specversion": "1.0", "ce_id": "1", "ce_source": "/shop", "ce_type": "order", f"ce_{name}": "7"}
    assert world.post({"n": 1}, **headers).status == 202
    assert [event[name] for event in world.events()] == ["7", "7"]
    other = World()
    assert other.post([{**EVENT, name: "7"}, {**EVENT, name: "8"}], BATCH).status == 422, "it is part of the content"


def test_a_batch_is_accepted_whole() -> None:
    world = World()
    answer = world.post([{**EVENT, "id": str(n)} for n in range(500)], "application/cloudevents-batch+json")
    assert (answer.status, answer.body["accepted"]) == (202, 500)
    assert [event["id"] for event in world.events()] == answer.body["ids"]


def test_binary_mode_takes_attributes_from_headers() -> None:
    world = World()
    headers = {
        "ce_specversion": "1.0",
        "ce_id": "1",
        "ce_source": "/s",
        "ce_type": "t",
        "ce_subject": '"caf%C3%A9 \\"x\\""',
    }
    assert world.post({"n": 1}, "application/json", **headers).status == 202
    [event] = world.events()
    assert (event["subject"], event["data"], event["datacontenttype"]) == ('café "x"', {"n": 1}, "application/json")


def test_binary_mode_carries_any_content_as_base64_and_none_as_none() -> None:
    world = World()
    headers = {"ce_specversion": "1.0", "ce_id": "1", "ce_source": "/s", "ce_type": "t"}
    assert world.post(b"\xff\x00", "image/png", **headers).status == 202
    assert world.post(b"", None, **{**headers, "ce_id": "2"}).status == 202
    with_content, without = world.events()
    assert (with_content["data_base64"], with_content["datacontenttype"]) == ("/wA=", "image/png")
    assert not without.keys() & {"data", "data_base64", "datacontenttype"}


def test_a_plain_object_becomes_an_event_that_the_idempotency_key_names() -> None:
    world = World()
    answer = world.post({"n": 1}, idempotency_key="order-7")
    assert answer.body["ids"] == ["order-7"]
    [event] = world.events()
    assert (event["type"], event["source"], event["id"]) == ("tap.raw", "/tap-test-us-east-1/api", "order-7")
    assert event["data"] == {"n": 1}


def test_an_idempotency_key_in_utf_8_is_read_as_it_was_meant() -> None:
    for sent in ("commande-é-€".encode().decode("latin-1"), "commande-é-€"):
        assert World().post({"n": 1}, idempotency_key=sent).body["ids"] == ["commande-é-€"]


@pytest.mark.parametrize("headers", [{}, {"idempotency_key": ""}])
def test_plain_objects_without_a_key_get_ids_of_their_own(headers: dict[str, str]) -> None:
    world = World()
    ids = {world.post({"n": 1}, **headers).body["ids"][0] for _ in range(2)}
    assert len(ids) == 2


@pytest.mark.parametrize(
    ("headers", "id"), [({}, "msg_1"), ({"idempotency_key": ""}, "msg_1"), ({"idempotency_key": "k"}, "k")]
)
def test_a_signed_object_is_named_by_its_key_else_by_the_id_that_was_signed(headers: dict[str, str], id: str) -> None:
    world = World(secrets={"AWSCURRENT": SECRET})
    assert world.post(b"{}", **signed(b"{}", world.clock), **headers).body["ids"] == [id]


@pytest.mark.parametrize(
    ("more", "key"),
    [
        ({"partitionkey": "p", "subject": "s"}, "p"),
        ({"subject": "s"}, "s"),
        ({}, "1"),
        ({"subject": "x" * 256}, "x" * 256),
        ({"subject": "ü" * 256}, "ü" * 256),
        ({"subject": "x" * 1024, "partitionkey": "p"}, "p"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_the_partition_key_is_the_extension_else_the_subject_else_the_id(more: dict[str, str], key: str) -> None:
    world = World()
    world.post({**EVENT, **more}, "application/cloudevents+json")
    assert world.kinesis.taken[0][0] == key


@pytest.mark.parametrize("name", ["partitionkey", "subject", "id"])
@pytest.mark.parametrize("key", ["x" * 257, "ü" * 257, "\N{GRINNING FACE}" * 256, "path/" * 200])
def test_a_key_that_is_too_long_for_the_stream_is_hashed_and_leads_equal_keys_to_one_shard(name: str, key: str) -> None:
    world = World()
    for change in ({}, {"type": "other"}, {name: key[:-1] + "y"}):
        assert world.post({**EVENT, name: key, **change}, STRUCTURED).status == 202
    first, second, other = (taken for taken, _ in world.kinesis.taken)
    assert first == second != other
    assert all(0 < len(taken) <= 256 and taken.isascii() for taken, _ in world.kinesis.taken)
    assert world.events()[0][name] == key


@pytest.mark.parametrize(
    ("body", "content_type", "headers", "status"),
    [
        (b"", "application/json", {}, 400),
        (b'{"a": 1', "application/json", {}, 400),
        (b'{"a": 1, "a": 2}', "application/json", {}, 400),
        (b'{"a": NaN}', "application/json", {}, 400),
        (b"[" * 1000 + b"]" * 1000, "application/json", {}, 400),
        (b"[" * 200 + b"]" * 200, "application/json", {}, 400),
        (b"[1]", "application/json", {}, 422),
        (b"{}", "text/plain", {}, 415),
        (b"{}", None, {}, 415),
        (b"{}", "application/json; charset=utf-16", {}, 415),
        (b"{}", "application/json", {"content_encoding": "gzip"}, 415),
        (b"{}", "application/json", {"ce_id": "1", "ce_source": "/s", "ce_type": "t"}, 422),
        (b"{}", "application/json", {"ce_specversion": "1.0", "ce_id": "%ff"}, 422),
        (b"{}", "application/json", {"idempotency_key": "a\x7f"}, 422),
        (b"[1]", "application/cloudevents-batch+json", {}, 422),
        (b"{}", "application/cloudevents-batch+json", {}, 422),
        (b"{}", "application/cloudevents+json", {}, 422),
        (b'{"a": "' + b"x" * 262_144 + b'"}', "application/json", {}, 413),
        (b"[" + b"1," * 500 + b"1]", "application/cloudevents-batch+json", {}, 413),
        (b" " * 1_048_577, "application/json", {}, 413),
    ],
    ids=lambda value: str(value)[:24],
)
def test_bad_input_is_the_clients_problem(
    body: bytes, content_type: str | None, headers: dict[str, str], status: int
) -> None:
    world = World()
    answer = world.post(body, content_type, **headers)
    assert (answer.status, answer.body["status"]) == (status, status)
    assert answer.body["type"].startswith("urn:tap:problem:")
    assert answer.headers["content-type"] == "application/problem+json"
    assert world.kinesis.taken == []


@pytest.mark.parametrize(
    "change",
    [
        {"specversion": "0.3"},
        {"id": None},
        {"id": ""},
        {"id": "a\n"},
        {"id": "x" * 2048},
        {"id": 1},
        {"source": "/a b"},
        {"type": ["t"]},
        {"time": "yesterday"},
        {"Camel": "x"},
        {"extension": 1.5},
        {"extension": {}},
        {"extension": 2**31},
        {"data_base64": "AA=="},
        {"data": ..., "data_base64": "%"},
        {"data": ..., "data_base64": 1},
    ],
)
def test_an_attribute_that_breaks_the_rules_is_named_not_repeated(change: dict[str, object]) -> None:
    event = {name: value for name, value in {**EVENT, **change}.items() if value is not ...}
    answer = World().post(event, "application/cloudevents+json")
    assert (answer.status, answer.body["type"]) == (422, "urn:tap:problem:not_an_event")


def test_good_extensions_are_kept() -> None:
    world = World()
    more = {"time": "2025-01-01T00:00:00Z", "count": 7, "flag": True, "text": "ü"}
    assert world.post({**EVENT, **more}, "application/cloudevents+json").status == 202
    assert world.events()[0].items() >= more.items()


def test_an_event_that_is_twice_in_a_batch_is_accepted_twice_and_stored_once() -> None:
    world = World()
    answer = world.post([EVENT, {**EVENT, "id": "2"}, EVENT], BATCH)
    assert (answer.status, answer.body["accepted"], answer.body["ids"]) == (202, 3, ["1", "2", "1"])
    read = [
        read_record({"sequenceNumber": "1", "data": base64.b64encode(data).decode()}, "home")
        for _, data in world.kinesis.taken
    ]
    hashes = {item.identity: item.content_hash for item in read if isinstance(item, Arrived)}
    assert len(read) == 3
    assert all(isinstance(item, Arrived) and hashes[item.identity] == item.content_hash for item in read)


@pytest.mark.parametrize(
    ("one", "other", "status"),
    [
        ({"time": "2025-01-01T00:00:00Z"}, {"time": "2025-01-01T00:00:00.000Z"}, 202),
        ({"data": {"a": 1, "b": 2}}, {"data": {"b": 2.0, "a": 1}}, 202),
        ({"x": 5}, {"x": "5"}, 202),
        ({"datacontenttype": "application/json"}, {"tapsequence": "7"}, 202),
        ({"data": 1}, {"data": True}, 422),
        ({"data": 1}, {"data": "1"}, 422),
        ({"data": {"n": [1]}}, {"data": {"n": 1}}, 422),
        ({}, {"subject": "s"}, 422),
    ],
)
def test_copies_in_a_batch_are_compared_by_what_they_mean(
    one: dict[str, object], other: dict[str, object], status: int
) -> None:
    assert World().post([{**EVENT, **one}, {**EVENT, **other}], BATCH).status == status


def test_digits_of_copies_in_a_batch_count() -> None:
    start = b'{"specversion":"1.0","id":"1","source":"/s","type":"t","data":'
    for digits, status in ((b"12345678901234567.88", 422), (b"12345678901234567.890", 202)):
        body = b"[" + start + b"12345678901234567.89}," + start + digits + b"}]"
        assert World().post(body, BATCH).status == status


def test_an_empty_batch_is_accepted() -> None:
    world = World()
    answer = world.post([], BATCH)
    assert (answer.status, answer.body["accepted"], answer.body["ids"]) == (202, 0, [])
    assert world.kinesis.calls == []


def test_a_damaged_base64_body_is_a_bad_request() -> None:
    event = {**gateway_event("POST /process", {}, b""), "body": "*"}
    assert Answer(World().receiver.answer(event, FakeContext())).status == 400


def test_a_body_that_came_as_text_is_taken_as_utf_8() -> None:
    event = gateway_event("POST /process", {"content-type": "application/json"}, b"")
    world = World()
    answer = world.receiver.answer({**event, "body": '{"ü": 1}', "isBase64Encoded": False}, FakeContext())
    assert (answer["statusCode"], world.events()[0]["data"]) == (202, {"ü": 1})


def test_only_refused_entries_are_sent_again_and_nothing_is_promised_before() -> None:
    world = World()
    world.kinesis.refuse = [{0, 2}, {1}]
    answer = world.post([{**EVENT, "id": str(n)} for n in range(4)], "application/cloudevents-batch+json")
    assert answer.status == 202
    assert world.kinesis.calls == [4, 2, 1]
    assert sorted(event["id"] for event in world.events()) == ["0", "1", "2", "3"]


def test_after_a_lost_answer_everything_is_sent_again() -> None:
    world = World()
    world.kinesis.after = [lost_answer()]
    assert world.post(EVENT, "application/cloudevents+json").status == 202
    assert [event["id"] for event in world.events()] == ["1", "1"]


def test_when_time_runs_out_the_client_is_told_to_come_again() -> None:
    world = World()
    world.kinesis.refuse = [{0}]
    world.milliseconds = 3_000
    answer = world.post(EVENT, "application/cloudevents+json")
    assert answer.status == 503
    assert 2 <= int(answer.headers["retry-after"]) <= 10
    assert "accepted" not in answer.body


class TestOptions:
    """What browsers and senders ask before they send."""

    ASKS: ClassVar = {"webhook-request-origin": "eventgrid.azure.net", "webhook-request-rate": "120"}

    def world(self, *, signs: bool = False) -> World:
        return World(secrets={"AWSCURRENT": SECRET} if signs else None, requests_per_minute="6000")

    def test_a_sender_that_asks_is_told_that_it_may_send_and_how_much(self) -> None:
        answer = self.world().send(caught("OPTIONS /process", self.ASKS))
        assert answer.status == 200
        assert answer.headers["webhook-allowed-origin"] == "eventgrid.azure.net"
        assert answer.headers["webhook-allowed-rate"] == "6000"
        assert answer.headers["allow"] == "POST"

    def test_a_callback_is_never_called_because_the_answer_says_it_all(self) -> None:
        asks = {**self.ASKS, "webhook-request-callback": "https://example.com/confirm?id=1"}
        assert self.world().send(caught("OPTIONS /process", asks)).headers["webhook-allowed-rate"] == "6000"

    def test_a_rate_that_nobody_has_set_is_none(self) -> None:
        assert World().send(caught("OPTIONS /process", self.ASKS)).headers["webhook-allowed-rate"] == "*"

    def test_where_requests_must_be_signed_nobody_is_told_that_it_may_send_without(self) -> None:
        answer = self.world(signs=True).send(caught("OPTIONS /process", self.ASKS))
        assert (answer.status, answer.headers["allow"]) == (200, "POST")
        assert not any(name.startswith("webhook-") for name in answer.headers)

    @pytest.mark.parametrize("origin", ["", "a b", "a\r\nx: y", "https://a.example", "ü", "a" * 254, "a.example\n"])
    def test_what_is_no_name_of_a_host_is_not_repeated(self, origin: str) -> None:
        answer = self.world().send(caught("OPTIONS /process", {"webhook-request-origin": origin}))
        assert not any(name.startswith("webhook-") for name in answer.headers)

    @pytest.mark.parametrize(("path", "allowed"), [("/process", "POST"), ("/health", "GET")])
    @pytest.mark.parametrize("signs", [True, False])
    def test_a_preflight_is_answered_with_success_so_that_the_gateway_can_add_what_it_allows(
        self, path: str, allowed: str, signs: bool
    ) -> None:
        headers = {"origin": "https://app.example.com", "access-control-request-method": "POST"}
        answer = self.world(signs=signs).send(caught(f"OPTIONS {path}", headers))
        assert (answer.status, answer.headers["allow"]) == (200, allowed)

    def test_elsewhere_there_is_nothing_to_ask_for(self) -> None:
        assert self.world().send(caught("OPTIONS /health", self.ASKS)).headers["allow"] == "GET"
        assert self.world().send(caught("OPTIONS /other", self.ASKS)).status == 404
        for path in ("/health", "/other"):
            answer = self.world().send(caught(f"OPTIONS {path}", self.ASKS))
            assert "webhook-allowed-origin" not in answer.headers


class TestSigned:
    """With `api.auth = "signature"`."""

    def test_the_example_of_the_specification_is_accepted(self) -> None:
        world = World(secrets={"AWSCURRENT": "whsec_plJ3nmyCDGBKInavdOK15jsl"})
        world.clock.now = 1_731_705_121
        answer = world.post(
            b'{"event_type":"ping","data":{"success":true}}',
            webhook_id="msg_loFOjxBNrRLzqYUf",
            webhook_timestamp="1731705121",
            webhook_signature="v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0=",
        )
        assert answer.body["ids"] == ["msg_loFOjxBNrRLzqYUf"]

    def test_a_request_that_is_signed_now_is_accepted(self) -> None:
        world = World(secrets={"AWSCURRENT": SECRET})
        assert world.post(b'{"n": 1}', **signed(b'{"n": 1}', world.clock)).status == 202
        assert world.events()[0]["id"] == "msg_1"

    def test_headers_with_the_names_that_svix_gives_them_are_taken(self) -> None:
        world = World(secrets={"AWSCURRENT": SECRET})
        headers = {name.replace("webhook", "svix"): text for name, text in signed(b"{}", world.clock).items()}
        assert world.post(b"{}", **headers).body["ids"] == ["msg_1"]
        mixed = {**headers, "svix_id": "msg_2", "webhook_id": "msg_1"}
        assert world.post(b"{}", **mixed).status == 401

    def test_the_previous_secret_is_good_while_it_is_there(self) -> None:
        world = World(secrets={"AWSCURRENT": "b3RoZXI=", "AWSPREVIOUS": SECRET})
        assert world.post(b"{}", **signed(b"{}", world.clock)).status == 202

    @pytest.mark.parametrize(
        "change",
        [
            {"webhook_id": "msg_2"},
            {"webhook_id": ""},
            {"webhook_timestamp": "soon"},
            {"webhook_timestamp": "1749999699"},
            {"webhook_timestamp": "1750000301"},
            {"webhook_signature": ""},
            {"webhook_signature": "v1,AAAA"},
            {"webhook_signature": "v2,ü"},
        ],
    )
    def test_a_request_that_is_not_signed_so_is_refused_and_not_told_why(self, change: dict[str, str]) -> None:
        world = World(secrets={"AWSCURRENT": SECRET})
        answer = world.post(b"{}", **{**signed(b"{}", world.clock), **change})
        assert (answer.status, answer.body["type"]) == (401, "urn:tap:problem:not_signed")
        assert world.kinesis.taken == []

    def test_another_body_is_refused(self) -> None:
        world = World(secrets={"AWSCURRENT": SECRET})
        assert world.post(b"{ }", **signed(b"{}", world.clock)).status == 401

    def test_keys_are_kept_for_five_minutes(self) -> None:
        world = World(secrets={"AWSCURRENT": SECRET})
        for _ in range(3):
            assert world.post(b"{}", **signed(b"{}", world.clock)).status == 202
        assert world.secrets.reads == 2
        world.clock.sleep(301)
        world.post(b"{}", **signed(b"{}", world.clock))
        assert world.secrets.reads == 4

    def test_a_secret_that_has_just_been_rotated_is_seen(self) -> None:
        world = World(secrets={"AWSCURRENT": "b3RoZXI="})
        assert world.post(b"{}", **signed(b"{}", world.clock)).status == 401
        world.secrets.stages["AWSCURRENT"] = SECRET
        world.clock.sleep(16)
        assert world.post(b"{}", **signed(b"{}", world.clock)).status == 202

    def test_bad_signatures_read_the_secret_no_more_than_every_15_seconds(self) -> None:
        world = World(secrets={"AWSCURRENT": SECRET})
        bad = {"webhook_signature": "v1,AAAA"}
        for _ in range(100):
            assert world.post(b"{}", **{**signed(b"{}", world.clock), **bad}).status == 401
        assert world.secrets.reads == 2
        world.clock.sleep(14)
        assert world.post(b"{}", **{**signed(b"{}", world.clock), **bad}).status == 401
        assert world.secrets.reads == 2

    def test_a_secret_that_comes_too_slowly_is_given_up_while_there_is_time_to_say_so(self) -> None:
        world = World(secrets={"AWSCURRENT": SECRET, "AWSPREVIOUS": SECRET})
        world.secrets.slow = partial(world.clock.sleep, 1.1)
        assert world.post(b"{}", **signed(b"{}", world.clock)).status == 503
        assert world.secrets.reads == 1

    @pytest.mark.parametrize("error", [client_error("DecryptionFailure"), lost_answer()])
    def test_while_the_secret_cannot_be_read_nobody_is_judged(self, error: Exception) -> None:
        world = World(secrets={"AWSCURRENT": SECRET})
        world.secrets.before = [error]
        assert world.post(b"{}", **signed(b"{}", world.clock)).status == 503

    @pytest.mark.parametrize("stages", [{"AWSPREVIOUS": SECRET}, {"AWSCURRENT": ""}])
    def test_a_secret_without_a_key_lets_nobody_in(self, stages: dict[str, str]) -> None:
        world = World(secrets=stages)
        assert world.post(b"{}", **signed(b"{}", world.clock)).status == 503
