"""What a request and a batch log, against a line to read, a line to count, and Lambda's own two lines."""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Callable, Iterator
from typing import Any

from lambda_code.processor.handler import answer as process
from lambda_code.processor.ledger import NoLedger
from tests.benchmarks.lambda_cpu import Context
from tests.benchmarks.lambda_process import RECORDS, make_record, processor_of
from tests.benchmarks.lambda_receive import make_request, receiver_alone
from tests.benchmarks.report import Target

_MAX_SHARE = 0.5
_TIME = "2026-01-31T10:00:00.123Z"
# Lambda Telemetry API Event schema reference: `platform.start` and `platform.report`.
_TRACING = {
    "spanId": "54565fb41ac79632",
    "type": "X-Amzn-Trace-Id",
    "value": "Root=1-67a5b3c2-0123456789abcdef01234567;Parent=0123456789abcdef;Sampled=1",
}
_METRICS = {"durationMs": 31.42, "billedDurationMs": 32, "memorySizeMB": 512, "maxMemoryUsedMB": 98}


def logging() -> Iterator[Target]:
    """Bytes of one invocation of each."""
    receiver = receiver_alone()
    yield from _logged("receiver: a request of one event", lambda: receiver.answer(make_request(), Context()))
    batch = {"Records": [make_record(number) for number in range(RECORDS)]}
    yield from _logged(
        f"processor: a batch of {RECORDS}", lambda: process(batch, Context(), processor_of(NoLedger()), "tap-bench")
    )


def _logged(name: str, work: Callable[[], object]) -> Iterator[Target]:
    with contextlib.redirect_stdout(io.StringIO()) as out:
        work()
    lines = out.getvalue().splitlines()
    ours = sum(len(line.encode()) for line in lines)
    apart = sum(len(line.encode()) for line in _four_lines(json.loads(lines[0])))
    yield Target(f"{name}, bytes logged", ours, None, "B")
    yield Target(f"{name}, bytes / as four lines", ours / apart, _MAX_SHARE)


def _four_lines(line: dict[str, Any]) -> Iterator[str]:
    """What the line says, once to read and once to count, and how Lambda itself begins and ends an invocation."""
    metrics = [each["Name"] for each in line["_aws"]["CloudWatchMetrics"][0]["Metrics"]]
    counted = {name: line[name] for name in ("_aws", "Stack", "Function", *metrics)}
    said = {name: value for name, value in line.items() if name not in ("_aws", "Stack", "Function")}
    request = Context.aws_request_id
    head = {"timestamp": _TIME, "level": "INFO", "logger": "lambda_code.function.handler", "requestId": request}
    yield json.dumps(head | said)
    yield json.dumps(counted, separators=(",", ":"))
    start = {"requestId": request, "version": "$LATEST", "tracing": _TRACING}
    report = {"requestId": request, "status": "success", "tracing": _TRACING, "metrics": _METRICS}
    for event, record in (("start", start), ("report", report)):
        yield json.dumps({"time": _TIME, "type": f"platform.{event}", "record": record}, separators=(",", ":"))
