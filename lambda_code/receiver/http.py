"""Requests and answers in the payload format 2.0 of API Gateway's HTTP APIs."""

import binascii
import re
from collections.abc import Mapping
from typing import Any, Literal

import msgspec

Answer = dict[str, Any]
ProblemStatus = Literal[400, 401, 404, 405, 413, 415, 422, 503]
"""Every status of an answer other than success."""

MAX_BODY_BYTES = 1024 * 1024
"""Largest request body, in bytes after base64."""

_TRACE = re.compile(r"Root=(1-[0-9a-f]{8}-[0-9a-f]{24})")
_TITLES: Mapping[ProblemStatus, str] = {
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
    """An answer other than success; `detail` is for the client and repeats nothing of the request.

    `members` are those that RFC 9457 calls extension members.
    """

    def __init__(
        self,
        status: ProblemStatus,
        code: str,
        detail: str,
        *,
        headers: Mapping[str, str] | None = None,
        members: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.headers = headers or {}
        self.members = members or {}


class Request(msgspec.Struct, frozen=True):
    """A request; header names are in lower case, `trace` is its X-Ray id or empty.

    `route` is the gateway's, which it authorizes: `$default` for every request without a route of its own.
    """

    id: str
    route: str
    method: str
    path: str
    trace: str
    headers: Mapping[str, str]
    content: str
    is_base64: bool

    def body(self) -> bytes:
        """The body's bytes; raises ProblemError."""
        try:
            "".join([*self.headers, *self.headers.values()]).encode()  # fails for invalid Unicode
            body = binascii.a2b_base64(self.content, strict_mode=True) if self.is_base64 else self.content.encode()
        except ValueError:
            raise ProblemError(400, "bad_encoding", "the encoding of the body, or of a header, is damaged") from None
        if len(body) > MAX_BODY_BYTES:
            raise ProblemError(413, "too_large", f"the body is larger than {MAX_BODY_BYTES} bytes")
        return body


def decode(event: Mapping[str, Any]) -> Request:
    """Read the gateway's event."""
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    trace = _TRACE.search(headers.get("x-amzn-trace-id", ""))
    context = event["requestContext"]
    http = context.get("http") or {}
    method, _, path = event["routeKey"].partition(" ")
    return Request(
        id=context["requestId"],
        route=event["routeKey"],
        method=method if path else http.get("method", ""),
        path=path or http.get("path", ""),
        trace=trace[1] if trace else "",
        headers=headers,
        content=event.get("body") or "",
        is_base64=bool(event.get("isBase64Encoded")),
    )


def answer(
    request: Request, status: int, content: Mapping[str, object], *, headers: Mapping[str, str] | None = None
) -> Answer:
    """A JSON answer with the request's id."""
    return _answer(request, status, "application/json", content, headers or {})


def problem(request: Request, error: ProblemError) -> Answer:
    """The problem in the format of RFC 9457."""
    content = {
        "type": f"urn:tap:problem:{error.code}",
        "title": _TITLES[error.status],
        "status": error.status,
        "detail": error.detail,
        **error.members,
    }
    return _answer(request, error.status, "application/problem+json", content, error.headers)


def _answer(
    request: Request, status: int, media_type: str, content: Mapping[str, object], more: Mapping[str, str]
) -> Answer:
    headers = {"content-type": media_type, "cache-control": "no-store", "x-request-id": request.id, **more}
    body = msgspec.json.encode({**content, "request_id": request.id}).decode()
    return {"statusCode": status, "headers": headers, "body": body, "isBase64Encoded": False}
