import base64
import http.client
import io
import json
import urllib.error
import urllib.request
from typing import Any

import pytest

from lambda_code.receiver.signature import is_signed, keys_of
from lambda_code.shared.events import from_cloud_event
from tools.local import events
from tools.local.errors import LocalError

_SECRET = base64.b64encode(b"k" * 36).decode()


def _answers(status: int, body: bytes) -> Any:
    asked: list[urllib.request.Request] = []

    def urlopen(request: urllib.request.Request, timeout: float) -> Any:  # noqa: ARG001
        asked.append(request)
        if status >= 400:
            raise urllib.error.HTTPError(request.full_url, status, "", None, io.BytesIO(body))  # type: ignore[arg-type]
        answer = io.BytesIO(body)
        answer.status = status  # type: ignore[attr-defined]
        return answer

    urlopen.asked = asked  # type: ignore[attr-defined]
    return urlopen


def test_the_receiver_takes_the_signature() -> None:
    headers = events.signed(_SECRET, "msg-1", b"{}", now=1000)
    assert is_signed(keys_of(_SECRET), headers, b"{}", now=1000)
    assert not is_signed(keys_of(_SECRET), headers, b"[]", now=1000)


def test_the_receiver_takes_the_event() -> None:
    event = events.cloud_event({"total": 12})
    found = from_cloud_event(json.dumps(event).encode(), event)
    assert (found.source, found.id) == (event["source"], event["id"])
    assert events.cloud_event(None)["id"] != event["id"]


@pytest.mark.parametrize(("secret", "is_signed"), [(_SECRET, True), (None, False)])
def test_an_event_is_posted_and_signed_where_there_is_a_secret(
    monkeypatch: pytest.MonkeyPatch, secret: str | None, is_signed: bool
) -> None:
    urlopen = _answers(202, b'{"accepted": 1}')
    monkeypatch.setattr(urllib.request, "urlopen", urlopen)
    answer = events.post_event("http://127.0.0.1:1/api", secret, events.cloud_event(None))
    assert (answer.status, answer.body) == (202, {"accepted": 1})
    (request,) = urlopen.asked
    assert (request.full_url, request.get_method()) == ("http://127.0.0.1:1/api/process", "POST")
    assert request.has_header("Webhook-signature") == is_signed


@pytest.mark.parametrize("body", [b'{"title": "not signed"}', b"not signed", b'"not signed"'])
def test_an_event_that_is_not_accepted_is_an_error_with_the_answer(
    monkeypatch: pytest.MonkeyPatch, body: bytes
) -> None:
    monkeypatch.setattr(urllib.request, "urlopen", _answers(401, body))
    with pytest.raises(LocalError, match=r"401 .*not signed"):
        events.post_event("http://127.0.0.1:1", None, events.cloud_event(None))


def test_an_answer_of_another_program_on_the_port_is_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(urllib.request, "urlopen", _answers(200, b"<html>"))
    assert events.request("http://127.0.0.1:1/health").body == {"text": "<html>"}


@pytest.mark.parametrize("error", [urllib.error.URLError("refused"), http.client.BadStatusLine("refused")])
def test_where_nothing_answers_is_said(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def urlopen(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(urllib.request, "urlopen", urlopen)
    with pytest.raises(LocalError, match=r"http://127\.0\.0\.1:1/health doesn't respond: .*refused"):
        events.request("http://127.0.0.1:1/health")
