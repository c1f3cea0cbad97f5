"""`make smoke`: what a pipeline must answer, how long is waited for it, and how failures are told."""

import http.client
import io
import socket
import ssl
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from email.message import Message
from typing import Any

import pytest

from tests.unit.delivery.folders import IDENTITIES
from tools.delivery import smoke
from tools.delivery.smoke import NoAnswerError, Patience, check
from tools.delivery.stacks import DeliveryError

_STACK = IDENTITIES["tap-pr4-us-east-1"]
_URL = "https://api.example.com"
_HEALTHY = (200, '{"stack": "tap-pr4-us-east-1"}')


class Api:
    """Answers in turn; an error is raised."""

    def __init__(self, *answers: tuple[int, str] | Exception) -> None:
        self.asked: list[tuple[str, str]] = []
        self._answers = iter(answers)

    def __call__(self, method: str, url: str) -> tuple[int, str]:
        self.asked.append((method, url))
        answer = next(self._answers)
        if isinstance(answer, Exception):
            raise answer
        return answer


class Clock:
    """Time that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds

    def patience(self) -> Patience:
        return Patience(sleep=self.sleep, now=lambda: self.seconds)


@pytest.mark.parametrize(
    ("health", "process", "told"),
    [
        ((200, '{"stack": "tap-dev-us-east-1"}'), (401, "{}"), "answered for tap-dev-us-east-1"),
        ((200, "[]"), (401, "{}"), "answered for no stack"),
        ((200, "<html>"), (401, "{}"), "answered 200, but no JSON: '<html>'"),
        ((502, "bad gateway"), (401, "{}"), "/health answered 502 'bad gateway', and not 200"),
        (_HEALTHY, (503, "{}"), "/process without a body or a signature answered 503 '{}', and not 4xx"),
        (_HEALTHY, (202, "{}"), "answered 202"),
    ],
)
def test_a_pipeline_must_answer_as_specified(health: tuple[int, str], process: tuple[int, str], told: str) -> None:
    with pytest.raises(DeliveryError) as failure:
        check(_STACK, {"api_url": _URL}, ask=Api(health, process))
    assert str(failure.value).startswith("tap-pr4-us-east-1: ")
    assert told in str(failure.value)


def test_a_healthy_pipeline_is_asked_for_two_things(capsys: pytest.CaptureFixture[str]) -> None:
    api = Api(_HEALTHY, (401, "{}"))
    check(_STACK, {"api_url": _URL}, ask=api)
    assert api.asked == [("GET", f"{_URL}/health"), ("POST", f"{_URL}/process")]
    assert capsys.readouterr().out == "tap-pr4-us-east-1 answers.\n"


def test_any_region_may_answer_for_the_edge() -> None:
    check(IDENTITIES["tap-dev-edge"], {"api_url": _URL}, ask=Api(_HEALTHY, (401, "{}")))


def test_a_stack_that_was_not_deployed_is_told() -> None:
    with pytest.raises(DeliveryError, match="tap-pr4-us-east-1 has no output api_url: deploy it first"):
        check(_STACK, {}, ask=Api())


def test_a_name_that_takes_time_to_get_around_is_waited_for(capsys: pytest.CaptureFixture[str]) -> None:
    clock, unknown = Clock(), NoAnswerError("DNS doesn't know api.example.com (Name or service not known)")
    check(_STACK, {"api_url": _URL}, ask=Api(unknown, unknown, _HEALTHY, (401, "{}")), patience=clock.patience())
    assert clock.seconds == 30
    assert capsys.readouterr().out.splitlines() == [
        "tap-pr4-us-east-1: DNS doesn't know api.example.com (Name or service not known); trying for another 600 s ...",
        "tap-pr4-us-east-1: DNS doesn't know api.example.com (Name or service not known); trying for another 585 s ...",
        "tap-pr4-us-east-1 answers.",
    ]


def test_it_is_not_waited_for_ever() -> None:
    def forever() -> Iterator[Exception]:
        while True:
            yield NoAnswerError("DNS doesn't know api.example.com")

    clock = Clock()
    api = Api()
    api._answers = forever()
    with pytest.raises(DeliveryError, match=r"DNS doesn't know api\.example\.com, for 600 s"):
        check(_STACK, {"api_url": _URL}, ask=api, patience=clock.patience())
    assert clock.seconds == 600


def _certificate_error() -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_message = "Hostname mismatch"
    return error


@pytest.mark.parametrize(
    ("raised", "told"),
    [
        (
            urllib.error.URLError(socket.gaierror(-2, "Name or service not known")),
            "DNS doesn't know api.example.com (Name or service not known)",
        ),
        (
            urllib.error.URLError(_certificate_error()),
            "TLS: the certificate of api.example.com isn't valid for it (Hostname mismatch)",
        ),
        (
            urllib.error.URLError(ssl.SSLError(1, "handshake failure")),
            "TLS: no secure connection to api.example.com",
        ),
        (urllib.error.URLError(TimeoutError("timed out")), "api.example.com didn't answer within 30 s"),
        (TimeoutError("The read operation timed out"), "api.example.com didn't answer within 30 s"),
        (
            urllib.error.URLError(ConnectionRefusedError(111, "Connection refused")),
            "no connection to api.example.com ([Errno 111] Connection refused)",
        ),
        (http.client.RemoteDisconnected("closed"), "no connection to api.example.com (closed)"),
    ],
)
def test_what_failed_is_told_in_words(monkeypatch: pytest.MonkeyPatch, raised: Exception, told: str) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise raised

    monkeypatch.setattr(urllib.request, "urlopen", fail)
    with pytest.raises(NoAnswerError) as failure:
        smoke.request("GET", f"{_URL}/health")
    assert str(failure.value).startswith(told)


def test_an_answer_that_is_an_error_is_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise urllib.error.HTTPError(_URL, 403, "Forbidden", Message(), io.BytesIO(b"\xff no"))

    monkeypatch.setattr(urllib.request, "urlopen", refuse)
    assert smoke.request("GET", _URL) == (403, "\ufffd no")


@pytest.mark.parametrize("url", ["http://api.example.com", "file:///etc/passwd"])
def test_nothing_is_asked_without_tls(url: str) -> None:
    with pytest.raises(DeliveryError, match="must begin with https://"):
        smoke.request("GET", url)


def test_a_name_without_an_address_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """By the resolver's own error."""

    def unknown(*_: Any, **__: Any) -> Sequence[Any]:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(NoAnswerError, match=r"DNS doesn't know name\.invalid"):
        smoke.request("GET", "https://name.invalid/health")
