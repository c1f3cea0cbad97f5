"""Sends signed CloudEvents and other requests to the API on the emulator."""

import base64
import hashlib
import hmac
import http.client
import json
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tools.local.errors import LocalError

SOURCE = "/make/local"
_TIMEOUT_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Answer:
    """A response of the API: status, body, and how long it took in seconds."""

    status: int
    body: Mapping[str, Any]
    seconds: float


def cloud_event(data: object) -> dict[str, object]:
    """A new event with this data."""
    return {
        "specversion": "1.0",
        "id": str(uuid.uuid4()),
        "source": SOURCE,
        "type": "tap.hello",
        "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "data": data,
    }


def signed(secret: str, message_id: str, body: bytes, *, now: int) -> dict[str, str]:
    """The headers of Standard Webhooks 1.0."""
    content = f"{message_id}.{now}.".encode() + body
    signature = base64.b64encode(hmac.digest(base64.b64decode(secret), content, hashlib.sha256)).decode()
    return {"webhook-id": message_id, "webhook-timestamp": str(now), "webhook-signature": f"v1,{signature}"}


def post_event(url: str, secret: str | None, event: Mapping[str, object]) -> Answer:
    """Sends an event to the API at `url`, signed if there is a secret; raises LocalError unless it is accepted."""
    body = json.dumps(event).encode()
    headers = signed(secret, f"msg-{event['id']}", body, now=int(time.time())) if secret else {}
    answer = request(f"{url}/process", body, {"content-type": "application/cloudevents+json", **headers})
    if answer.status != 202:
        raise LocalError(f"the API didn't accept the event: {answer.status} {json.dumps(answer.body)}")
    return answer


def request(url: str, body: bytes | None = None, headers: Mapping[str, str] | None = None) -> Answer:
    """Sends a request, a POST if there is a body; raises LocalError when there is no response."""
    asked = urllib.request.Request(url, body, dict(headers or {}))  # noqa: S310 - our own URL
    started = time.monotonic()
    try:
        with urllib.request.urlopen(asked, timeout=_TIMEOUT_SECONDS) as answer:  # noqa: S310
            return Answer(answer.status, _content(answer.read()), time.monotonic() - started)
    except urllib.error.HTTPError as answer:
        return Answer(answer.code, _content(answer.read()), time.monotonic() - started)
    except (OSError, http.client.HTTPException) as error:
        raise LocalError(f"{url} doesn't respond: {error}") from error


def _content(body: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        return {"text": body.decode(errors="replace")}
    return found if isinstance(found, dict) else {"text": found}
