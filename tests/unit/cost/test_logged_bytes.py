"""What figures.toml says that functions log, and how many metrics that makes, is what they log."""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from lambda_code.compactor.compactor import Report
from lambda_code.compactor.handler import report
from lambda_code.compactor.request import Answer
from tests.unit.cost.made_up import TRACE, Processing, made_up_event
from tests.unit.lambda_code import importing, receiving
from tests.unit.lambda_code.fakes import FakeContext
from tests.unit.lambda_code.receiving import BATCH, STRUCTURED
from tools.cost.prices import BASE, price_list

FUNCTIONS = price_list(BASE).functions
_MANY = 100


class Logged:
    """Lines of log."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    @property
    def bytes(self) -> int:
        return sum(len(line.encode()) for line in self.lines)

    @property
    def metrics(self) -> set[str]:
        found = [json.loads(line).get("_aws", {}).get("CloudWatchMetrics", []) for line in self.lines]
        return {metric["Name"] for directives in found for each in directives for metric in each["Metrics"]}


@pytest.fixture
def logged(capsys: pytest.CaptureFixture[str]) -> Any:
    """Collects what is printed, and what is logged as Lambda's runtime writes it in its JSON format."""

    @contextmanager
    def collecting() -> Iterator[Logged]:
        found, logger, handler = Logged(), logging.getLogger("lambda_code"), logging.Handler()
        handler.emit = lambda record: found.lines.append(_as_json(record))  # type: ignore[method-assign]
        level = logger.level
        logger.addHandler(handler)
        logger.setLevel(logging.INFO)
        capsys.readouterr()
        try:
            yield found
        finally:
            logger.removeHandler(handler)
            logger.setLevel(level)
            found.lines += capsys.readouterr().out.splitlines()

    return collecting


def _as_json(record: logging.LogRecord) -> str:
    """A line of the runtime (Lambda developer guide, "Using structured JSON logs with Python")."""
    standard = {*vars(logging.makeLogRecord({})), "message", "asctime", "taskName"}
    more = {name: value for name, value in vars(record).items() if name not in standard}
    time, request = "2026-11-28T10:30:12Z", FakeContext.aws_request_id
    head = {"timestamp": time, "level": record.levelname, "message": record.getMessage(), "logger": record.name}
    return json.dumps({**head, "requestId": request, **more})


def _check(name: str, found: Logged, events: int) -> None:
    figures = FUNCTIONS[name]
    expected = figures.log_bytes + events * figures.log_bytes_per_event
    assert found.bytes == pytest.approx(expected, rel=0.15), "say in figures.toml what it logs now"
    assert len(found.lines) == figures.log_lines
    assert len(found.metrics) == figures.metrics


@pytest.mark.parametrize("events", [1, _MANY])
def test_a_request(events: int, logged: Any) -> None:
    world = receiving.World()
    body = [made_up_event(number, 200) for number in range(events)]
    with logged() as found:
        world.post(body[0] if events == 1 else body, STRUCTURED if events == 1 else BATCH, **TRACE)
    assert len(world.kinesis.taken) == events
    _check("receiver", found, events)


@pytest.mark.parametrize("events", [1, _MANY])
def test_a_batch(events: int, logged: Any) -> None:
    processing = Processing()
    with logged() as found:
        processing.store(events)
    assert len(processing.s3.bodies("archive")) == 1
    _check("processor", found, events)


def test_a_run_of_the_compactor(logged: Any) -> None:
    made = Report(answer=Answer(compacted=("2026-11-28-13",), through="2026-11-28-13"), lag_hours=1)
    with logged() as found:
        report(made, "tap-dev-us-east-1", {"requestId": FakeContext.aws_request_id, "ms": 15_000})
    _check("compactor", found, 0)


@pytest.mark.parametrize("events", [1, _MANY])
def test_a_file(events: int, logged: Any) -> None:
    world = importing.World()
    with logged() as found:
        world.put(importing.ndjson(*(made_up_event(number, 200) for number in range(events))))
    assert len(world.events()) == events
    _check("importer", found, events)
