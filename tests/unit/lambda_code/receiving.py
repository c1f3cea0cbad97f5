"""A receiver in memory, and its clients."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

import msgspec

from lambda_code.receiver.handler import PATIENCE_SECONDS, Receiver
from lambda_code.receiver.settings import Settings
from lambda_code.receiver.signing_keys import SigningKeys
from lambda_code.shared.stream import EventStream
from tests.unit.lambda_code.fakes import FakeClock, FakeContext, FakeKinesis, FakeSecrets

SECRET = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUV"
SETTINGS = Settings(
    stack="tap-test-us-east-1",
    environment="test",
    version="0.1.0",
    region="us-east-1",
    stream_name="tap-events-test",
    signing_secret_arn=None,
)
EVENT: dict[str, Any] = {"specversion": "1.0", "id": "1", "source": "/shop", "type": "order", "data": {"n": 1}}
STRUCTURED = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"


class World:
    """A receiver and what it stands on."""

    def __init__(self, *, secrets: Mapping[str, str | None] | None = None, requests_per_minute: str = "*") -> None:
        self.milliseconds = 10_000
        self.clock = FakeClock()
        self.kinesis = FakeKinesis()
        self.secrets = FakeSecrets(stages=dict(secrets or {}))
        keys = SigningKeys(self.secrets, "arn:secret", clock=self.clock) if secrets else None
        stream = EventStream(
            self.kinesis,
            "tap-events-test",
            patience_seconds=PATIENCE_SECONDS,
            sleep=self.clock.sleep,
            clock=self.clock,
        )
        settings = msgspec.structs.replace(SETTINGS, requests_per_minute=requests_per_minute)
        self.receiver = Receiver(settings, stream, keys, clock=self.clock)

    def post(self, body: object = None, content_type: str | None = "application/json", **headers: str) -> Answer:
        text = body if isinstance(body, bytes) else json.dumps(body).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if content_type is not None:
            named["Content-Type"] = content_type
        return self.send(gateway_event("POST /process", named, text))

    def send(self, event: dict[str, Any]) -> Answer:
        return Answer(self.receiver.answer(event, FakeContext(self.milliseconds)))

    def events(self) -> list[Any]:
        return [json.loads(data) for _, data in self.kinesis.taken]


class Answer:
    """An answer as a client sees it."""

    def __init__(self, raw: dict[str, Any]) -> None:
        self.status = raw["statusCode"]
        self.headers = raw["headers"]
        self.text = raw["body"]
        self.body = json.loads(raw["body"])
        assert self.headers["x-request-id"] == self.body["request_id"] == "request-1"
        assert self.headers["cache-control"] == "no-store"
        json.dumps(raw)


def gateway_event(route: str, headers: dict[str, str], body: bytes, *, as_text: bool = False) -> dict[str, Any]:
    return {
        "version": "2.0",
        "routeKey": route,
        "headers": headers,
        "requestContext": {"requestId": "request-1"},
        "body": body.decode() if as_text else base64.b64encode(body).decode(),
        "isBase64Encoded": not as_text,
    }


def caught(request: str, headers: dict[str, str], body: bytes = b"") -> dict[str, Any]:
    """The event of a request, such as `PUT /process`, that no route but `$default` takes."""
    method, _, path = request.partition(" ")
    event = gateway_event("$default", headers, body)
    http = {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": ""}
    return {**event, "rawPath": path, "requestContext": {**event["requestContext"], "http": http}}


def signed(body: bytes, clock: FakeClock, secret: str = SECRET) -> dict[str, str]:
    """The headers of a request that is signed as the specification says, written from its text."""
    content = b"msg_1." + str(int(clock.now)).encode() + b"." + body
    digest = hmac.new(base64.b64decode(secret), content, hashlib.sha256).digest()
    return {
        "webhook_id": "msg_1",
        "webhook_timestamp": str(int(clock.now)),
        "webhook_signature": "v1," + base64.b64encode(digest).decode(),
    }
