"""What a request costs the receiver."""

from __future__ import annotations

import binascii
import hmac
import json
import time
from collections.abc import Iterator
from typing import Any

from lambda_code.receiver.handler import Receiver
from lambda_code.receiver.settings import Settings
from lambda_code.receiver.signing_keys import SigningKeys
from lambda_code.shared import aws
from lambda_code.shared.stream import EventStream
from tests.benchmarks.lambda_cpu import Context, cpu_seconds, quiet, unsent
from tests.benchmarks.report import Target

_SECRET = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
_TAKEN = b'{"FailedRecordCount": 0, "Records": [{"SequenceNumber": "1", "ShardId": "shardId-000000000000"}]}'


class _Stream:
    """Takes every record."""

    def put_records(self, *, Records: list[dict[str, Any]], **_: object) -> dict[str, Any]:  # noqa: N803
        return {"FailedRecordCount": 0, "Records": [{} for _ in Records]}


class _Secrets:
    """Holds one key."""

    def get_secret_value(self, **_: object) -> dict[str, Any]:
        return {"SecretString": _SECRET}


def receiving(rounds: int) -> Iterator[Target]:
    """One signed CloudEvent: our own work alone, and with all that the SDK does for it but sending."""
    request, context = make_request(), Context()
    kinesis = unsent("kinesis", aws.PRODUCER, _TAKEN)
    alone, whole = receiver_alone(), _receiver(kinesis)
    entry = {"Data": request["body"].encode(), "PartitionKey": "customer-1"}
    with quiet():
        assert alone.answer(request, context)["statusCode"] == 202
    found = cpu_seconds(
        {
            "alone": lambda: alone.answer(request, context),
            "whole": lambda: whole.answer(request, context),
            "sdk": lambda: kinesis.put_records(StreamName="events", Records=[entry]),
            "returns": lambda: _returns(request, context),
        },
        rounds=rounds,
        repeats=50,
    )
    yield Target("receiver: a request, our own work", found["alone"] * 1e6, None, "µs")
    yield Target("receiver: a request, with the SDK", found["whole"] * 1e6, None, "µs")
    yield Target("receiver: a request / PutRecords of the SDK alone", found["whole"] / found["sdk"], None)
    yield Target("receiver: a request / a handler that only returns", found["whole"] / found["returns"], None)


def _returns(_event: object, _context: object) -> dict[str, Any]:
    return {"statusCode": 202, "headers": {"content-type": "application/json"}, "body": json.dumps({"accepted": 1})}


def receiver_alone() -> Receiver:
    """One whose stream takes everything at once."""
    return _receiver(_Stream())


def _receiver(client: Any) -> Receiver:
    settings = Settings.from_environ(
        {
            "TAP_STACK": "tap-bench",
            "TAP_ENVIRONMENT": "bench",
            "TAP_VERSION": "0.0.0",
            "AWS_REGION": "us-east-1",
            "TAP_STREAM_NAME": "events",
            "TAP_API_AUTH": "signature",
            "TAP_SIGNING_SECRET_ARN": "arn",
        }
    )
    return Receiver(settings, EventStream(client, "events"), SigningKeys(_Secrets(), "arn"))


def make_request() -> dict[str, Any]:
    """One signed CloudEvent, as API Gateway passes it on."""
    event = {
        "specversion": "1.0",
        "id": "11111111-2222-4333-8444-555555555555",
        "source": "/shop/orders",
        "type": "com.example.order.created",
        "subject": "customer-1",
        "data": {"order": 1, "total": 1.25, "items": [{"sku": "A1", "count": 2}]},
    }
    body, now = json.dumps(event), int(time.time())
    signed = hmac.digest(binascii.a2b_base64(_SECRET), f"msg_1.{now}.{body}".encode(), "sha256")
    headers = {
        "content-type": "application/cloudevents+json",
        "webhook-id": "msg_1",
        "webhook-timestamp": str(now),
        "webhook-signature": f"v1,{binascii.b2a_base64(signed, newline=False).decode()}",
        "x-amzn-trace-id": "Root=1-67a5b3c2-0123456789abcdef01234567",
    }
    context = {"requestId": "JKJaXmPLvHcESHA=", "http": {"method": "POST", "path": "/process"}}
    return {
        "routeKey": "POST /process",
        "headers": headers,
        "requestContext": context,
        "body": body,
        "isBase64Encoded": False,
    }
