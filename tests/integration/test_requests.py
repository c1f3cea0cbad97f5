"""The deployed pipeline does what its users want of it."""

import base64
import hashlib
import hmac
import json
import time
import uuid

import pytest

from tests.integration.account import PIPELINE_STACK, REGION
from tests.integration.deployment import Deployment

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def secret(deployment: Deployment) -> str:
    """The secret that requests are signed with."""
    client = deployment.client("secretsmanager")
    return str(client.get_secret_value(SecretId=deployment.outputs["signing_secret_arn"])["SecretString"])


def _signed(secret: str, message: str, body: bytes) -> dict[str, str]:
    """Headers as the Standard Webhooks specification 1.0 wants them, made without our own code."""
    now = str(int(time.time()))
    signature = hmac.digest(base64.b64decode(secret), f"{message}.{now}.".encode() + body, hashlib.sha256)
    return {
        "content-type": "application/json",
        "webhook-id": message,
        "webhook-timestamp": now,
        "webhook-signature": f"v1,{base64.b64encode(signature).decode()}",
    }


def test_health_tells_which_stack_answers(deployment: Deployment) -> None:
    status, content = deployment.request("GET", "/health")
    assert status == 200
    assert (content["stack"], content["environment"], content["region"]) == (PIPELINE_STACK, "local", REGION)


def test_a_signed_event_ends_up_in_the_archive(deployment: Deployment, secret: str) -> None:
    marker = str(uuid.uuid4())
    body = json.dumps({"marker": marker}).encode()
    status, content = deployment.request("POST", "/process", body=body, headers=_signed(secret, f"msg-{marker}", body))
    assert (status, content["accepted"]) == (202, 1)
    (event,) = deployment.wait_for_event(lambda event: event["data"] == {"marker": marker})
    assert event["id"] == content["ids"][0]
    assert event["type"] == "tap.raw"


def test_an_event_without_a_signature_is_refused(deployment: Deployment) -> None:
    status, content = deployment.request("POST", "/process", body=b"{}", headers={"content-type": "application/json"})
    assert (status, content["type"]) == (401, "urn:tap:problem:not_signed")


def test_an_event_signed_for_another_body_is_refused(deployment: Deployment, secret: str) -> None:
    status, _ = deployment.request("POST", "/process", body=b'{"a":2}', headers=_signed(secret, "msg-1", b'{"a":1}'))
    assert status == 401


def test_every_line_of_a_file_dropped_in_the_inbox_ends_up_in_the_archive(deployment: Deployment) -> None:
    marker = str(uuid.uuid4())
    lines = [json.dumps({"marker": marker, "line": number}) for number in (1, 2, 3)]
    deployment.client("s3").put_object(
        Bucket=deployment.outputs["inbox_bucket"], Key=f"incoming/{marker}.ndjson", Body="\n".join(lines).encode()
    )
    found = deployment.wait_for_event(lambda event: event["data"].get("marker") == marker)
    assert sorted(event["data"]["line"] for event in found) == [1, 2, 3]


def test_a_file_elsewhere_in_the_inbox_is_left_alone(deployment: Deployment) -> None:
    marker = str(uuid.uuid4())
    s3, bucket = deployment.client("s3"), deployment.outputs["inbox_bucket"]
    for key in ("elsewhere/one.ndjson", "incoming/two.ndjson"):
        s3.put_object(Bucket=bucket, Key=key, Body=json.dumps({"marker": marker, "key": key}).encode())
    # The second file is the proof that the first one would have been there by now.
    found = deployment.wait_for_event(lambda event: event["data"].get("marker") == marker)
    assert [event["data"]["key"] for event in found] == ["incoming/two.ndjson"]
