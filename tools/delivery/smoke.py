"""Checks that a deployed pipeline answers, through its API, as any client would."""

import http.client
import json
import socket
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from stacks.identity import StackIdentity, StackKind
from tools.delivery.stacks import DeliveryError

_ANSWER_SECONDS = 30
# A new name is known to Route 53's servers within 60 s (Route 53 developer guide, "Checking the status of your
# changes"), and a resolver that was asked too early may remember for some minutes that there was none.
_WAIT_SECONDS = 600
_PAUSE_SECONDS = 15

Answer = tuple[int, str]
Request = Callable[[str, str], Answer]


class NoAnswerError(DeliveryError):
    """Nobody answers; the text says why. It may pass: a name, a certificate and a route take time to get around."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for an answer, and on which clock."""

    seconds: float = _WAIT_SECONDS
    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], float] = time.monotonic


def request(method: str, url: str) -> Answer:
    """The status and the body of the answer; without one, a `NoAnswerError`."""
    if not url.startswith("https://"):
        raise DeliveryError(f"{url} must begin with https://")
    asked = urllib.request.Request(url, method=method)  # noqa: S310  https, as checked
    try:
        with urllib.request.urlopen(asked, timeout=_ANSWER_SECONDS) as answer:  # noqa: S310
            return answer.status, answer.read().decode(errors="replace")
    except urllib.error.HTTPError as answer:
        return answer.code, answer.read().decode(errors="replace")
    except urllib.error.URLError as error:
        raise NoAnswerError(_in_words(error.reason, urlsplit(url).netloc)) from error
    except (OSError, http.client.HTTPException) as error:
        raise NoAnswerError(_in_words(error, urlsplit(url).netloc)) from error


def _in_words(reason: object, host: str) -> str:
    match reason:
        case socket.gaierror():
            return f"DNS doesn't know {host} ({reason.strerror})"
        case ssl.SSLCertVerificationError():
            return f"TLS: the certificate of {host} isn't valid for it ({reason.verify_message})"
        case ssl.SSLError():
            return f"TLS: no secure connection to {host} ({reason})"
        case TimeoutError():
            return f"{host} didn't answer within {_ANSWER_SECONDS} s"
        case _:
            return f"no connection to {host} ({reason or type(reason).__name__})"


def check(
    stack: StackIdentity, outputs: Mapping[str, Any], *, ask: Request = request, patience: Patience | None = None
) -> None:
    """`GET /health` must answer for this stack; a request without a body must be refused with 4xx, not 5xx.

    Waits until somebody answers, ten minutes at most, and says so. What is wrong then is a `DeliveryError`.
    """
    url = outputs.get("api_url")
    if url is None:
        raise DeliveryError(f"{stack.name} has no output api_url: deploy it first")
    patience = patience or Patience()
    status, body = _first(stack.name, lambda: ask("GET", f"{url}/health"), patience)
    if status != 200:
        raise DeliveryError(f"{stack.name}: GET {url}/health answered {status} {body[:200]!r}, and not 200")
    if stack.kind is StackKind.PIPELINE:
        _expect_stack(stack.name, f"GET {url}/health", body)
    status, body = _first(stack.name, lambda: ask("POST", f"{url}/process"), patience)
    if not 400 <= status < 500:
        raise DeliveryError(
            f"{stack.name}: POST {url}/process without a body or a signature answered {status} {body[:200]!r}, and not "
            "4xx"
        )
    print(f"{stack.name} answers.")


def _first(name: str, ask: Callable[[], Answer], patience: Patience) -> Answer:
    """The first answer; a `NoAnswerError` that names the last reason when the time is over."""
    end = patience.now() + patience.seconds
    while True:
        try:
            return ask()
        except NoAnswerError as error:
            left = end - patience.now()
            if left <= 0:
                raise NoAnswerError(f"{name}: {error}, for {patience.seconds:.0f} s") from error
            print(f"{name}: {error}; trying for another {left:.0f} s ...", flush=True)
            patience.sleep(min(_PAUSE_SECONDS, left))


def _expect_stack(name: str, what: str, body: str) -> None:
    try:
        found = json.loads(body)
    except ValueError:
        raise DeliveryError(f"{name}: {what} answered 200, but no JSON: {body[:200]!r}") from None
    told = found.get("stack") if isinstance(found, dict) else None
    if told != name:
        raise DeliveryError(f"{name}: {what} answered for {told or 'no stack'}: {body[:200]!r}")
