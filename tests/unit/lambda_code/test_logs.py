"""What is written about a request or a file: fields that programs can read, one id from end to end, and no content."""

from __future__ import annotations

import base64
import io
import json
import logging
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lambda_code.processor.archive import S3Archive
from lambda_code.processor.batch import Processor
from lambda_code.processor.handler import answer as process
from lambda_code.processor.ledger import DynamoLedger
from lambda_code.shared.errors import UnavailableError
from lambda_code.shared.quarantine import Quarantine
from tests.unit.lambda_code import importing, receiving
from tests.unit.lambda_code.fakes import FakeContext, FakeDynamo, FakeS3, client_error, lost_answer
from tests.unit.lambda_code.receiving import BATCH, EVENT, SECRET, STRUCTURED, gateway_event, signed

TRACE = "1-67891233-abcdef012345678912345678"
TRACE_HEADER = {"x-amzn-trace-id": f"Self=1-a;Root={TRACE};Sampled=1"}
STANDARD = {*vars(logging.makeLogRecord({})), "message", "asctime", "taskName"}


@contextmanager
def logged() -> Iterator[list[dict[str, Any]]]:
    """Every line of log: the printed ones, and messages as Lambda's JSON format has them, with `extra`."""
    lines: list[dict[str, Any]] = []

    class Printed(io.StringIO):
        def write(self, text: str) -> int:
            lines.extend(json.loads(line) for line in text.splitlines() if line)
            return len(text)

    class Collect(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            more = {name: value for name, value in vars(record).items() if name not in STANDARD}
            lines.append({"level": record.levelname, "message": record.getMessage(), **more})
            json.dumps(lines[-1], allow_nan=False)
            assert record.exc_info is None, "a traceback may hold anything"

    handler, logger = Collect(), logging.getLogger("lambda_code")
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    try:
        with redirect_stdout(Printed()):
            yield lines
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)


class Pipeline:
    """The processor behind a receiver or an importer."""

    def __init__(self) -> None:
        self.s3 = FakeS3()
        ledger = DynamoLedger(FakeDynamo(), "ledger", 35)
        self.processor = Processor(ledger, S3Archive(self.s3, "archive"), Quarantine(self.s3, "failures"))

    def run(self, records: list[bytes]) -> list[dict[str, Any]]:
        """Process the records of a stream and give the archive's lines."""
        given = [
            {
                "eventID": f"shardId-000000000000:{number}",
                "kinesis": {
                    "sequenceNumber": str(number),
                    "data": base64.b64encode(data).decode(),
                    "approximateArrivalTimestamp": 1_750_000_000.5,
                },
            }
            for number, data in enumerate(records)
        ]
        assert process({"Records": given}, FakeContext(), self.processor, "tap-test") == {"batchItemFailures": []}
        bodies = self.s3.bodies("archive").values()
        return [json.loads(line) for body in bodies for line in zlib.decompress(body, wbits=31).splitlines()]


def test_the_ids_of_a_request_are_in_its_answer_its_log_the_record_and_the_archive() -> None:
    world = receiving.World()
    with logged() as lines:
        answer = world.post([EVENT, {**EVENT, "id": "2"}], BATCH, x_amzn_trace_id=TRACE_HEADER["x-amzn-trace-id"])
    [line] = lines
    assert (line["message"], line["request_id"], line["trace_id"]) == ("accepted", "request-1", TRACE)
    assert line["event_ids"] == answer.body["ids"] == ["1", "2"]
    assert answer.body["request_id"] == answer.headers["x-request-id"] == line["request_id"]
    for records in ([data for _, data in world.kinesis.taken], [data for _, data in reversed(world.kinesis.taken)]):
        archived = Pipeline().run(records)
        assert {event["id"] for event in archived} == set(line["event_ids"])
        assert {(event["taprequest"], event["taptrace"]) for event in archived} == {("request-1", TRACE)}


def test_a_line_of_log_holds_no_more_ids_than_it_can() -> None:
    events = [{**EVENT, "id": f"{number}-{'x' * 1000}"} for number in range(500)]
    with logged() as lines:
        answer = receiving.World().post(events, BATCH)
    [line] = lines
    assert (answer.body["accepted"], line["EventsAccepted"]) == (500, 500)
    assert 0 < len(line["event_ids"]) < 500
    assert line["event_ids"] == answer.body["ids"][: len(line["event_ids"])]
    assert len(json.dumps(line, ensure_ascii=False).encode()) < 256 * 1024


def test_the_processors_line_names_the_object_that_the_events_are_in() -> None:
    world, pipeline = receiving.World(), Pipeline()
    world.post(EVENT, STRUCTURED)
    with logged() as lines:
        pipeline.run([data for _, data in world.kinesis.taken])
    [line] = lines
    assert list(pipeline.s3.bodies("archive")) == [line["object_key"]]
    assert (line["message"], line["records"], line["EventsStored"]) == ("processed", 1, 1)


def test_what_is_quarantined_by_the_processor_is_named_in_its_log_by_source_and_id() -> None:
    conflicting = [json.dumps({**EVENT, "data": data}).encode() for data in (1, 2)]
    with logged() as lines:
        Pipeline().run(conflicting)
    [line] = [line for line in lines if line["message"] == "quarantined"]
    assert (line["reason"], line["event"], line["sequence"]) == ("id_conflict", "/shop 1", "1")


def test_a_file_is_named_by_key_and_version_and_its_events_by_the_request() -> None:
    world = importing.World()
    with logged() as lines:
        world.put(importing.ndjson(EVENT) + b"bad\n")
    [line] = lines
    assert (line["message"], line["key"], line["version"]) == ("imported", importing.KEY, "v1")
    assert (line["accepted"], line["quarantined"]) == (1, 1)
    archived = Pipeline().run([data for _, data in world.kinesis.taken])
    assert [event["taprequest"] for event in archived] == [line["request_id"]] == [FakeContext.aws_request_id]


def test_a_file_that_comes_again_is_logged_as_an_error_with_its_reason() -> None:
    world = importing.World()
    world.s3.before = [client_error("SlowDown")]
    with logged() as lines, pytest.raises(UnavailableError):
        world.put(b"{}")
    [line] = lines
    assert (line["level"], line["message"]) == ("ERROR", "not imported")
    assert (line["request_id"], line["key"], line["version"]) == (FakeContext.aws_request_id, importing.KEY, "v1")
    assert "SlowDown" in line["reason"]


@pytest.mark.parametrize(
    ("route", "body", "status", "code"),
    [
        ("POST /process", b"[]", 422, "not_an_event"),
        ("POST /process", b"x", 400, "not_json"),
        ("GET /x", b"", 404, "not_found"),
        ("GET /process", b"", 405, "method_not_allowed"),
    ],
)
def test_a_refusal_is_logged_with_the_ids_that_its_answer_has(route: str, body: bytes, status: int, code: str) -> None:
    with logged() as lines:
        answer = receiving.World().send(
            gateway_event(route, {"content-type": "application/json", **TRACE_HEADER}, body)
        )
    [line] = lines
    assert line == {
        "level": "INFO",
        "message": "refused",
        "request_id": answer.body["request_id"],
        "trace_id": TRACE,
        "status": status,
        "code": code,
        "ms": 0,
    }


def test_a_fault_of_ours_is_logged_as_an_error_with_its_reason() -> None:
    world = receiving.World()
    world.milliseconds = 1_000
    world.kinesis.before = [client_error("KMSDisabledException")]
    with logged() as lines:
        assert world.post(EVENT, STRUCTURED).status == 503
    [line] = [line for line in lines if line["level"] == "ERROR"]
    assert (line["message"], line["status"], line["code"]) == ("refused", 503, "unavailable")
    assert (line["request_id"], line["reason"]) == ("request-1", "1 records were not accepted")
    assert any("KMSDisabledException" in line.get("error", "") for line in lines)


def check_embedded_metrics(line: dict[str, Any]) -> None:
    """Hold a line against the Embedded Metric Format specification (CloudWatch user guide), rule by rule."""
    about = line["_aws"]
    assert about.keys() == {"Timestamp", "CloudWatchMetrics"}
    assert type(about["Timestamp"]) is int
    assert about["Timestamp"] > 1_000_000_000_000, "milliseconds"
    assert len(json.dumps(line)) < 256 * 1024
    for directive in about["CloudWatchMetrics"]:
        assert directive.keys() == {"Namespace", "Dimensions", "Metrics"}
        assert 1 <= len(directive["Namespace"]) <= 255
        assert directive["Dimensions"]
        for dimensions in directive["Dimensions"]:
            assert 1 <= len(dimensions) <= 30
            assert all(isinstance(line[name], str) and 1 <= len(line[name]) <= 1024 for name in dimensions)
        assert 1 <= len(directive["Metrics"]) <= 100
        for metric in directive["Metrics"]:
            assert metric.keys() <= {"Name", "Unit", "StorageResolution"}
            assert 1 <= len(metric["Name"]) <= 1024
            assert metric["Unit"] in ("Count", "Bytes")
            assert type(line[metric["Name"]]) in (int, float)


def test_every_metric_line_follows_the_specification(capsys: pytest.CaptureFixture[str]) -> None:
    world = receiving.World()
    world.post(EVENT, STRUCTURED)
    Pipeline().run([b"poison", *(data for _, data in world.kinesis.taken)])
    importing.World().put(b"bad\n")
    importing.World().notify({})
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["Function"] for line in lines] == ["receiver", "processor", "importer", "importer"]
    for line in lines:
        check_embedded_metrics(line)
        [[*dimensions]] = line["_aws"]["CloudWatchMetrics"][0]["Dimensions"]
        assert dimensions == ["Stack", "Function"]


CANARY = "cAnArY"
_CANARY_JSON = st.recursive(
    st.just(CANARY) | st.just(CANARY * 3) | st.integers(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([CANARY, "a", "id"]), inner, max_size=3)
    ),
    max_leaves=6,
)
_CANARY_BODIES = st.one_of(
    st.builds(lambda data: {**EVENT, "data": data}, _CANARY_JSON),
    st.builds(lambda data: {**EVENT, "type": CANARY, "subject": CANARY, CANARY.lower(): data}, _CANARY_JSON),
    st.builds(lambda data: [{**EVENT, "data": data}, CANARY], _CANARY_JSON),
    _CANARY_JSON,
).map(lambda value: json.dumps(value).encode()) | st.sampled_from([CANARY.encode(), b"\xff" + CANARY.encode()])
_SHARED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


def silent(lines: list[dict[str, Any]], printed: str, *secrets: str) -> None:
    written = json.dumps(lines) + printed
    assert written
    for secret in (CANARY, CANARY.lower(), base64.b64encode(CANARY.encode()).decode(), *secrets):
        assert secret not in written


@_SHARED
@given(
    body=_CANARY_BODIES,
    content_type=st.sampled_from(["application/json", STRUCTURED, BATCH, "text/plain", CANARY]),
    secret=st.sampled_from([None, SECRET, CANARY]),
    errors=st.sampled_from([[], [client_error("InternalFailure")] * 9, [lost_answer()]]),
)
def test_nothing_that_is_written_holds_a_body_a_secret_or_a_signature(
    body: bytes, content_type: str, secret: str | None, errors: list[Exception], capsys: pytest.CaptureFixture[str]
) -> None:
    world = receiving.World(secrets={"AWSCURRENT": secret} if secret else None)
    world.milliseconds = 3_000
    world.kinesis.before = list(errors)
    headers = {name.replace("_", "-"): text for name, text in signed(body, world.clock).items()}
    headers |= {"content-type": content_type, "authorization": CANARY, "ce-x": CANARY, "content-language": CANARY}
    with logged() as lines:
        answer = world.send(gateway_event("POST /process", headers, body))
        if answer.status == 202:
            records = [data for _, data in world.kinesis.taken]
            Pipeline().run(
                [*records, b"x" + b"".join(records[:1]), b'{"specversion":"1.0","data":"%b"}' % CANARY.encode()]
            )
    silent(lines, capsys.readouterr().out, SECRET, headers["webhook-signature"][3:])
    if answer.status != 202:
        assert CANARY not in answer.text + str(answer.headers)


@_SHARED
@given(body=_CANARY_BODIES, down=st.booleans())
def test_nothing_that_is_written_about_a_file_holds_its_lines(
    body: bytes, down: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    world = importing.World()
    world.kinesis.before = [client_error("InternalFailure")] * (3 if down else 0)
    with logged() as lines:
        world.put(body + b"\n" + CANARY.encode())
    silent(lines, capsys.readouterr().out)
