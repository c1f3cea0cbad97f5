"""Entry point: `GET /health`, `POST /process`, and problems for everything else."""

import logging
import os
import random
import re
import time
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from lambda_code.receiver import http, signature
from lambda_code.receiver.binding import events_of
from lambda_code.receiver.http import Answer, ProblemError, ProblemStatus, Request
from lambda_code.receiver.settings import Settings
from lambda_code.receiver.signing_keys import SigningKeys
from lambda_code.shared import aws, environment
from lambda_code.shared.build import BUILD
from lambda_code.shared.errors import RefusedError, UnavailableError
from lambda_code.shared.events import Event, marks_of
from lambda_code.shared.metrics import print_metrics
from lambda_code.shared.stream import Entry, EventStream

_KEYS_SECONDS = 300  # for how long the signing keys are kept
_KEYS_SECONDS_IN_DOUBT = 15  # how old they may be when a signature does not fit: the secret may have been rotated
_METHODS = {"/health": "GET", "/process": "POST"}
_AGAIN = "nothing is lost: send the same request again, with the same ids"
# Any other refusal is about what the content means: 422.
_STATUS: Mapping[str, ProblemStatus] = {"not_json": 400, "too_large": 413}
PATIENCE_SECONDS = 1.0
"""For how long a request's records are put again of which the stream takes nothing.

A shard's limits are those of a second: what a burst exceeds is taken soon. While nothing is taken for longer, a
function that waits costs money and keeps others from their turn.
"""
_RETRY_AFTER_SECONDS = (2, 10)  # spread, so that clients that were refused together don't come back together
_LOGGED_BYTES = 64 * 1024  # of ids in a log line: far below what CloudWatch Logs accepts
_DNS_NAME = re.compile(r"\A[A-Za-z0-9.-]{1,253}(:[0-9]{1,5})?\Z")

_log = logging.getLogger(__name__)


class Receiver:
    """Answers requests: 202 when every event is in the stream, otherwise a problem."""

    def __init__(
        self,
        settings: Settings,
        stream: EventStream,
        keys: SigningKeys | None,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._settings = settings
        self._stream = stream
        self._keys = keys
        self._clock = clock

    def answer(self, event: Mapping[str, Any], context: aws.Context) -> Answer:
        """Answer one request; every answer and every log line has the request's id."""
        request = http.decode(event)
        level, began = logging.INFO, self._clock()
        about: dict[str, object] = {"request_id": request.id, "trace_id": request.trace}
        try:
            return self._route(request, began, lambda: context.get_remaining_time_in_millis() / 1000)
        except ProblemError as error:
            found = error
        except RefusedError as error:
            place = {"pointer": error.pointer, "attribute": error.attribute}
            members = {name: value for name, value in place.items() if value}
            found = ProblemError(_STATUS.get(error.code, 422), error.code, str(error), members=members)
        except UnavailableError as error:
            level, about = logging.ERROR, {**about, "reason": str(error)}
            after = random.randint(*_RETRY_AFTER_SECONDS)  # noqa: S311 - jitter, not a secret
            found = ProblemError(503, "unavailable", _AGAIN, headers={"retry-after": str(after)})
        about = {**about, "status": found.status, "code": found.code, "ms": self._milliseconds_since(began)}
        _log.log(level, "refused", extra=about)
        return http.problem(request, found)

    def _route(self, request: Request, began: float, seconds_left: Callable[[], float]) -> Answer:
        if request.route == "GET /health":
            return self._health(request)
        if request.route == "POST /process":
            return self._process(request, began, seconds_left)
        method = _METHODS.get(request.path)
        if method and request.method == "OPTIONS":
            return self._options(request, method)
        if method and request.method != method:
            raise ProblemError(405, "method_not_allowed", f"only {method} is allowed here", headers={"allow": method})
        # Also for a path that is only spelled differently: the gateway has not authorized this request.
        raise ProblemError(404, "not_found", "allowed: GET /health and POST /process, without a trailing slash")

    def _options(self, request: Request, method: str) -> Answer:
        """Answer a browser's preflight, to which the gateway adds CORS headers, or a sender that asks for consent.

        Consent is that of the CloudEvents specification "HTTP 1.1 Web Hooks for Event Delivery", section 4. If
        requests must be signed there is none: a sender that asks for it doesn't sign.
        """
        headers = {"allow": method}
        origin = request.headers.get("webhook-request-origin", "")
        if request.path == "/process" and self._keys is None and _DNS_NAME.match(origin):
            rate = self._settings.requests_per_minute
            headers |= {"webhook-allowed-origin": origin, "webhook-allowed-rate": rate}
        return http.answer(request, 200, {}, headers=headers)

    def _health(self, request: Request) -> Answer:
        about = self._settings
        names = {"stack": about.stack, "environment": about.environment, "region": about.region}
        return http.answer(request, 200, {"status": "ok", "version": about.version, "build": BUILD, **names})

    def _process(self, request: Request, began: float, seconds_left: Callable[[], float]) -> Answer:
        body = request.body()
        signed_id = self._authenticate(request, body)
        events = events_of(
            request.headers,
            body,
            source=f"/{self._settings.stack}/api",
            idempotency_key=request.headers.get("idempotency-key") or signed_id,
        )
        marks = self._marks(request)
        self._stream.put([Entry(each.partition_key, each.record(marks)) for each in events], seconds_left=seconds_left)
        self._report(request, began, events)
        return http.answer(request, 202, {"accepted": len(events), "ids": [each.id for each in events]})

    def _authenticate(self, request: Request, body: bytes) -> str | None:
        """The id that the client has signed; None if the gateway, or nobody, decides who may send."""
        if self._keys is None:
            return None
        headers = signature.standard_headers(request.headers)
        for seconds in (_KEYS_SECONDS, _KEYS_SECONDS_IN_DOUBT):
            if signature.is_signed(self._keys.newer_than(seconds), headers, body, now=self._clock()):
                return headers["webhook-id"]
        raise ProblemError(
            401, "not_signed", "the request is not signed with an active secret, or its timestamp is not current"
        )

    def _marks(self, request: Request) -> dict[str, str]:
        marks = marks_of(request.id, self._clock())
        return {**marks, "taptrace": request.trace} if request.trace else marks

    def _report(self, request: Request, began: float, events: list[Event]) -> None:
        about = {
            "request_id": request.id,
            "trace_id": request.trace,
            "event_ids": _logged_ids(events),
            "ms": self._milliseconds_since(began),
        }
        print_metrics(self._settings.stack, "receiver", "accepted", {"EventsAccepted": len(events)}, about)

    def _milliseconds_since(self, began: float) -> int:
        return round(1000 * (self._clock() - began))


def _logged_ids(events: list[Event]) -> list[str]:
    """The first ids, as many as fit into a log line."""
    left = _LOGGED_BYTES
    return [event.id for event in events if (left := left - len(event.id.encode())) >= 0]


@cache
def receiver() -> Receiver:
    """The receiver of this process, from its environment variables."""
    settings = Settings.from_environ(os.environ)
    stream = EventStream(aws.client("kinesis", aws.PRODUCER), settings.stream_name, patience_seconds=PATIENCE_SECONDS)
    arn = settings.signing_secret_arn
    return Receiver(settings, stream, SigningKeys(aws.client("secretsmanager", aws.SECRETS), arn) if arn else None)


def handle(event: Mapping[str, Any], context: aws.Context) -> Answer:
    """Answer one invocation by API Gateway."""
    return receiver().answer(event, context)


if environment.is_lambda(os.environ):
    receiver()  # during the cold start Lambda provides a full CPU
