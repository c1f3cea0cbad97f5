"""Requests and answers in the payload format 2.0 of API Gateway's HTTP APIs."""

import binascii
import re
from collections.abc import Mapping
from typing import Any

import msgspec

Answer = dict[str, Any]

MAX_BODY_BYTES = 1024 * 1024
"""Largest request body, in bytes after base64."""

_TRACE = re.compile(r"Root=(1-[0-9a-f]{8}-[0-9a-f]{24})")
_TITLES = {
    400: "Bad Request",
    401: "Unauthorized",
    404: "Not Found",
    405: "Method Not Allowed",
    413: "Content Too Large",
    415: "Unsupported Media Type",
    422: "Unprocessable Content",
    503: "Service Unavailable",
}


class ProblemError(Exception):
    """An answer other than success; `detail` is for the client and repeats nothing of the request."""

    def __init__(self, status: int, code: str, detail: str, *, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.headers = headers or {}


class Request(msgspec.Struct, frozen=True):
    """A request; header names are in lower case, `trace` is X-Ray's id of it or empty."""

    id: str
    route: str
    trace: str
    headers: Mapping[str, str]
    content: str
    is_base64: bool

    @property
    def path(self) -> str:
        """The path of the route; for a route without one (`$default`) empty."""
        return self.route.partition(" ")[2]

    def body(self) -> bytes:
        """The body's bytes; raises ProblemError."""
        try:
            "".join([*self.headers, *self.headers.values()]).encode()  # fails for what is no Unicode
            body = binascii.a2b_base64(self.content, strict_mode=True) if self.is_base64 else self.content.encode()
        except ValueError:
            raise ProblemError(400, "bad_encoding", "the encoding of the body, or of a header, is damaged") from None
        if len(body) > MAX_BODY_BYTES:
            raise ProblemError(413, "too_large", f"the body is larger than {MAX_BODY_BYTES} bytes")
        return body


def decode(event: Mapping[str, Any]) -> Request:
    """Read what the gateway passes on."""
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    trace = _TRACE.search(headers.get("x-amzn-trace-id", ""))
    return Request(
        id=event["requestContext"]["requestId"],
        route=event["routeKey"],
        trace=trace[1] if trace else "",
        headers=headers,
        content=event.get("body") or "",
        is_base64=bool(event.get("isBase64Encoded")),
    )


def answer(request: Request, status: int, content: Mapping[str, object]) -> Answer:
    """A JSON answer that carries the request's id."""
    return _answer(request, status, "application/json", content)


def problem(request: Request, error: ProblemError) -> Answer:
    """The problem as RFC 9457 wants it."""
    content = {
        "type": f"urn:tap:problem:{error.code}",
        "title": _TITLES[error.status],
        "status": error.status,
        "detail": error.detail,
    }
    return _answer(request, error.status, "application/problem+json", content, **error.headers)


def _answer(request: Request, status: int, media_type: str, content: Mapping[str, object], **more: str) -> Answer:
    headers = {"content-type": media_type, "cache-control": "no-store", "x-request-id": request.id, **more}
    body = msgspec.json.encode({**content, "request_id": request.id}).decode()
    return {"statusCode": status, "headers": headers, "body": body, "isBase64Encoded": False}
