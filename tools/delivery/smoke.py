"""Checks that a deployed pipeline answers, through its API, as any client would."""

import json
import urllib.error
import urllib.request
from collections.abc import Mapping

from stacks.identity import StackIdentity, StackKind
from tools.delivery.stacks import DeliveryError

_WAIT_SECONDS = 30


def check(stack: StackIdentity, outputs: Mapping[str, str]) -> None:
    """`GET /health` must answer for this stack; a request without a body must be refused with 4xx, not 5xx."""
    url = outputs["api_url"]
    status, body = _request("GET", f"{url}/health")
    if status != 200 or (stack.kind is StackKind.PIPELINE and json.loads(body).get("stack") != stack.name):
        raise DeliveryError(f"{stack.name}: GET /health answered {status} {body[:200]!r}")
    status, body = _request("POST", f"{url}/process")
    if not 400 <= status < 500:
        raise DeliveryError(
            f"{stack.name}: POST /process without a body or a signature answered {status} {body[:200]!r}"
        )
    print(f"{stack.name} answers.")


def _request(method: str, url: str) -> tuple[int, str]:
    if not url.startswith("https://"):
        raise DeliveryError(f"{url} must begin with https://")
    request = urllib.request.Request(url, method=method)  # noqa: S310  https, as checked
    try:
        with urllib.request.urlopen(request, timeout=_WAIT_SECONDS) as answer:  # noqa: S310
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as answer:
        return answer.code, answer.read().decode(errors="replace")
