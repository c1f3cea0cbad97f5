"""The API of the deployed pipeline does what its users want of it."""

import json
import time

import pytest

from tests.integration.deployment import Deployment
from tests.integration.sender import Sender
from tests.integration.signing import signed

pytestmark = pytest.mark.integration


def test_health_tells_which_stack_answers(deployment: Deployment) -> None:
    status, content = deployment.request("GET", "/health")
    assert status == 200
    told = (content["stack"], content["environment"], content["region"])
    assert told == (deployment.stack, deployment.suffix, deployment.target.region)


def test_a_signed_event_ends_up_in_the_archive_as_it_was_sent(sender: Sender) -> None:
    event = sender.event(data={"case": "one", "text": "grüße 😀", "number": 1.10, "nothing": None})
    status, content = sender.post_event(event)
    assert (status, content["accepted"], content["ids"]) == (202, 1, [event["id"]])
    (stored,) = sender.wait_for_stored(case="one")
    assert {name: value for name, value in stored.items() if not name.startswith("tap")} == event


def test_a_plain_object_gets_the_signed_id_and_a_type_of_ours(sender: Sender) -> None:
    status, content = sender.post(json.dumps({"case": "plain"}).encode(), content_type="application/json")
    assert status == 202
    (stored,) = sender.wait_for_stored(case="plain")
    assert (stored["type"], [stored["id"]]) == ("tap.raw", content["ids"])


def test_every_event_of_a_batch_is_stored(sender: Sender) -> None:
    events = [sender.event(data={"case": "batch", "number": number}) for number in range(20)]
    status, content = sender.post(json.dumps(events).encode(), content_type="application/cloudevents-batch+json")
    assert (status, content["accepted"]) == (202, 20)

    def all_of_them() -> list[dict[str, object]]:
        found = sender.stored(case="batch")
        return found if len(found) >= 20 else []

    found = sender.deployment.wait_for("whole batch in the archive", all_of_them)
    assert sorted(event["id"] for event in found) == sorted(event["id"] for event in events)


@pytest.mark.usefixtures("ledger")
def test_an_event_that_is_sent_three_times_is_stored_once(sender: Sender) -> None:
    event = sender.event(data={"case": "again"})
    assert [sender.post_event(event)[0] for _ in range(3)] == [202, 202, 202]
    # What was sent later is the proof that the copies would have been there by now: one partition, one order.
    sender.post_event(sender.event(partitionkey=event["id"], data={"case": "after again"}))
    sender.wait_for_stored(case="after again")
    assert len(sender.stored(case="again")) == 1


@pytest.mark.usefixtures("ledger")
def test_an_event_with_the_id_of_another_goes_to_quarantine(sender: Sender) -> None:
    first = sender.event(data={"case": "conflict", "content": "first"})
    second = {**first, "data": {"case": "conflict", "content": "second"}}
    for event in (first, second):
        assert sender.post_event(event)[0] == 202
    (entry,) = sender.wait_for_quarantined("id_conflict")
    assert entry["event"] == f"{first['source']} {first['id']}"
    assert [event["data"]["content"] for event in sender.stored(case="conflict")] == ["first"]


@pytest.mark.parametrize("case", ["missing", "malformed", "of another body", "old", "from the future", "of another id"])
def test_a_request_without_a_good_signature_is_refused(deployment: Deployment, sender: Sender, case: str) -> None:
    body, secret = json.dumps(sender.event()).encode(), deployment.signing_secret()
    good = signed(secret, "msg-1", body, content_type="application/cloudevents+json")
    headers = {
        "missing": {"content-type": "application/cloudevents+json"},
        "malformed": {**good, "webhook-signature": "v1,!"},
        "of another body": {**good, "webhook-signature": signed(secret, "msg-1", b"{}")["webhook-signature"]},
        "old": signed(secret, "msg-1", body, at=time.time() - 600, content_type="application/cloudevents+json"),
        "from the future": signed(secret, "msg-1", body, at=time.time() + 600),
        "of another id": {**good, "webhook-id": "msg-2"},
    }[case]
    status, content = deployment.request("POST", "/process", body=body, headers=headers)
    assert (status, content["type"]) == (401, "urn:tap:problem:not_signed")


_EVENT = {"specversion": "1.0", "id": "1", "source": "/tests", "type": "t"}


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"", "application/json", 400),
        (b"{", "application/json", 400),
        (b'{"a": NaN}', "application/json", 400),
        (b'{"a": 1, "a": 2}', "application/json", 400),
        (b"[1]", "application/json", 422),
        (b"{}", "text/plain", 415),
        (b"{}", "application/json; charset=utf-16", 415),
        (b"{}", "application/cloudevents+json", 422),
        (json.dumps({**_EVENT, "specversion": "9.9"}).encode(), "application/cloudevents+json", 422),
        (json.dumps({**_EVENT, "id": "a\n"}).encode(), "application/cloudevents+json", 422),
        (json.dumps([_EVENT, {**_EVENT, "type": "u"}]).encode(), "application/cloudevents-batch+json", 422),
        (
            json.dumps([{**_EVENT, "id": str(n)} for n in range(501)]).encode(),
            "application/cloudevents-batch+json",
            413,
        ),
        (json.dumps({**_EVENT, "data": "x" * 262_144}).encode(), "application/cloudevents+json", 413),
    ],
)
def test_bad_input_is_refused_with_the_right_status(
    sender: Sender, body: bytes, content_type: str, status: int
) -> None:
    answered, content = sender.post(body, content_type=content_type)
    assert (answered, content["status"]) == (status, status)
    assert content["type"].startswith("urn:tap:problem:")


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nothing", 404, "not_found"),
        ("POST", "/process/", 404, "not_found"),
        ("GET", "/", 404, "not_found"),
        ("GET", "/process", 405, "method_not_allowed"),
        ("PUT", "/process", 405, "method_not_allowed"),
        ("DELETE", "/health", 405, "method_not_allowed"),
    ],
)
def test_other_paths_and_methods_are_refused_with_a_problem(
    deployment: Deployment, method: str, path: str, status: int, code: str
) -> None:
    body = b"{}" if method in ("POST", "PUT") else None
    answered, content = deployment.request(method, path, body=body, headers={"content-type": "application/json"})
    assert (answered, content["type"]) == (status, f"urn:tap:problem:{code}")


def test_a_bad_event_of_a_batch_is_named_by_its_place_and_attribute(sender: Sender) -> None:
    events = [{**_EVENT, "id": str(number)} for number in range(12)]
    events[7]["time"] = "yesterday"
    status, content = sender.post(json.dumps(events).encode(), content_type="application/cloudevents-batch+json")
    assert (status, content["pointer"], content["attribute"]) == (422, "/7", "time")


def test_what_dapr_knative_and_others_send_is_stored(sender: Sender) -> None:
    event = sender.event(subject="path/" * 200, tracestate="", tapestry="theirs", data={"case": "others"})
    event["id"] = f"partition:0/offset:{event['id']}"
    assert sender.post_event(event)[0] == 202
    (stored,) = sender.wait_for_stored(case="others")
    assert stored.items() >= event.items()


def test_a_batch_may_hold_copies_or_nothing(sender: Sender) -> None:
    event = sender.event(data={"case": "copies"})
    batch = "application/cloudevents-batch+json"
    status, content = sender.post(json.dumps([event, event]).encode(), content_type=batch)
    assert (status, content["accepted"]) == (202, 2)
    assert sender.post(b"[]", content_type=batch)[1]["accepted"] == 0
    assert len(sender.wait_for_stored(case="copies")) == 1


def test_a_browser_of_another_origin_is_told_nothing(deployment: Deployment) -> None:
    if not deployment.settings.api.cors_origins:
        pytest.skip(f"{deployment.stack} lets no browsers in: api.cors_origins is empty")
    headers = {"origin": "https://elsewhere.example.com", "access-control-request-method": "POST"}
    status, _ = deployment.request("OPTIONS", "/process", headers=headers)
    assert status < 500


def test_every_request_leaves_a_line_in_the_access_log(deployment: Deployment, sender: Sender) -> None:
    if deployment.target.is_emulated:
        pytest.skip("the emulator writes no access logs: see docs/emulator.md")
    _, answer = sender.post_event(sender.event(data={"case": "logged"}))
    since, client = int(sender.since * 1000), deployment.client("logs")

    def lines() -> list[dict[str, object]]:
        found = client.filter_log_events(
            logGroupName=deployment.log_groups["api"], startTime=since, filterPattern='{ $.routeKey = "POST /process" }'
        )
        return [json.loads(event["message"]) for event in found["events"]]

    assert answer["accepted"] == 1
    found = deployment.wait_for("line in the access log", lines)
    assert {"requestId", "status", "integrationRequestId"} <= found[0].keys()
