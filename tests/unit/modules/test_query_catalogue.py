"""The saved queries are written in Logs Insights QL, name fields that are logged, and find what they are for."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from lambda_code.processor.archive import S3Archive
from lambda_code.processor.batch import Processor
from lambda_code.processor.handler import answer as process
from lambda_code.processor.ledger import DynamoLedger
from lambda_code.shared.errors import UnavailableError
from lambda_code.shared.quarantine import Quarantine
from modules.query_catalogue import EVERY_FUNCTION, QUERIES
from tests.synthesized import Stack
from tests.unit.cost.test_logged_bytes import logged
from tests.unit.lambda_code import importing, receiving
from tests.unit.lambda_code.fakes import FakeContext, FakeDynamo, FakeS3, client_error
from tests.unit.lambda_code.receiving import EVENT, STRUCTURED
from tests.unit.modules.insights import QuerySyntaxError, Row, fields_of, flat, run
from tests.unit.replay.world import payload

__all__ = ["logged"]  # a fixture

_FUNCTIONS = ("receiver", "importer", "processor")
# As Lambda writes them (Lambda developer guide, "Lambda Telemetry API Event schema reference", `platform.report`).
_REPORT = {
    "requestId": "6d68ca91-49c9-448d-89b8-7ca3e6dc66aa",
    "status": "success",
    "metrics": {"durationMs": 120.5, "initDurationMs": 300.1, "maxMemoryUsedMB": 90},
}
_TIMEOUT = {**_REPORT, "status": "timeout", "metrics": {**_REPORT["metrics"], "durationMs": 30000.0}}  # type: ignore[dict-item]


@pytest.fixture
def logs(logged: Any, dev: Stack) -> dict[str, list[Row]]:
    """Lines of every log: our functions', those that Lambda adds, and the access log as the stack formats it."""
    made: dict[str, list[Row]] = {}
    for role, write in (("receiver", _receive), ("importer", _import), ("processor", _process)):
        with logged() as found:
            write()
        lines = [json.loads(line) for line in found.lines]
        lines += [{"type": "platform.report", "record": record} for record in (_REPORT, _TIMEOUT)]
        made[role] = [_row(role, at, line) for at, line in enumerate(lines)]
    stage = next(iter(dev.resources("aws_apigatewayv2_stage").values()))
    form: dict[str, str] = json.loads(stage["access_log_settings"]["format"])
    answers = [("202", "request-0"), ("401", "request-1"), ("429", "request-2")]
    made["api"] = [
        _row("api", at, dict.fromkeys(form, "1") | {"status": status, "requestId": id_, "sourceIp": "192.0.2.1"})
        for at, (status, id_) in enumerate(answers)
    ]
    return made


def _row(role: str, at: int, line: dict[str, Any]) -> Row:
    return {"@timestamp": f"2026-11-28 10:30:{at:02}", "@log": role, "@message": json.dumps(line)} | flat(line)


def _receive() -> None:
    world = receiving.World()
    assert world.post(EVENT, STRUCTURED).status == 202
    world.kinesis.before.append(client_error("AccessDeniedException"))
    world.milliseconds = 3_000  # not enough for a second try
    assert world.post(EVENT, STRUCTURED).status == 503
    assert receiving.World(secrets={"AWSCURRENT": receiving.SECRET}).post(EVENT, STRUCTURED).status == 401


def _import() -> None:
    world = importing.World()
    world.put(importing.ndjson(EVENT, EVENT) + b"{broken\n")
    world.kinesis.before += [client_error("AccessDeniedException")] * 500
    with pytest.raises(UnavailableError):
        world.put(importing.ndjson(EVENT), key="incoming/b.ndjson")


def _process() -> None:
    table, store = FakeDynamo(), FakeS3()
    processor = Processor(
        DynamoLedger(table, "ledger", 35, sleep=lambda _: None),
        S3Archive(store, "archive"),
        Quarantine(store, "failures"),
    )
    (poison,) = payload(9)["Records"]
    poison["kinesis"]["data"] = "bm90IGpzb24="
    process({"Records": [*payload(1, 2)["Records"], poison]}, FakeContext(), processor, "tap-test")
    store.before += [client_error("SlowDown")] * 50
    process(payload(3), FakeContext(), processor, "tap-test")


def _found(logs: dict[str, list[Row]], id_: str) -> list[Row]:
    (query,) = (query for query in QUERIES if query.id == id_)
    roles = [role for source in query.sources for role in (_FUNCTIONS if source == EVERY_FUNCTION else (source,))]
    return run(query.text, [row for role in roles for row in logs[role]])


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.id)
def test_a_query_names_fields_that_are_logged(query: Any, logs: dict[str, list[Row]]) -> None:
    roles = [role for source in query.sources for role in (_FUNCTIONS if source == EVERY_FUNCTION else (source,))]
    there = {name for role in roles for row in logs[role] for name in row}
    made = set(re.findall(r" as (\w+)", query.text))
    # What only a failure in Lambda itself brings: an exception's line, and the type of an error of the platform.
    assert fields_of(query.text) - there - made <= {"errorMessage", "record.errorType"}


def test_errors_are_counted_by_their_reasons(logs: dict[str, list[Row]]) -> None:
    found = {role: {row["why"] for row in _found(logs, "errors") if row["@log"] == role} for role in _FUNCTIONS}
    assert all("timeout" in reasons for reasons in found.values())
    assert "undecodable" in found["processor"]
    for role in ("receiver", "importer"):
        assert any("AccessDenied" in why for why in found[role])
        assert any("not accepted" in why for why in found[role])


def test_the_slowest_invocations_come_first(logs: dict[str, list[Row]]) -> None:
    rows = _found(logs, "invocations")
    assert [row["outcome"] for row in rows[:6]] == ["timeout"] * 3 + ["success"] * 3
    assert {row["outcome"] for row in rows[6:]} == {"accepted", "refused", "processed", "imported"}
    assert [row["duration_ms"] for row in rows] == sorted((row["duration_ms"] for row in rows), reverse=True)


def test_answers_and_senders_are_counted(logs: dict[str, list[Row]]) -> None:
    assert {row["status"]: row["requests"] for row in _found(logs, "answers")} == {"202": 1, "401": 1, "429": 1}
    assert {(row["status"], row["sourceIp"]) for row in _found(logs, "senders")} == {
        ("401", "192.0.2.1"),
        ("429", "192.0.2.1"),
    }


def test_refusals_have_their_code(logs: dict[str, list[Row]]) -> None:
    assert {row["code"] for row in _found(logs, "refusals")} == {"not_signed", "unavailable"}


def test_a_request_is_joined_from_both_logs(logs: dict[str, list[Row]]) -> None:
    found = {row["request"]: row for row in _found(logs, "requests")}
    # The receiver answered several times under the same id here; the gateway's answer to it comes from its own log.
    assert found["request-1"]["ip"] == "192.0.2.1"
    assert found["request-1"]["refused_as"] == "not_signed"
    assert "AccessDenied" in found["request-1"]["why"] or "not accepted" in found["request-1"]["why"]
    assert (found["request-2"]["answer"], found["request-2"]["refused_as"]) == ("429", None)
    assert "request-0" not in found


def test_batches_add_up(logs: dict[str, list[Row]]) -> None:
    rows = _found(logs, "batches")
    assert sum(row["batches"] for row in rows) == 2
    assert sum(row["all"] for row in rows) == 4
    assert sum(row["stored"] for row in rows) == 2
    assert sum(row["quarantined"] for row in rows) == 1
    assert sum(row["not_finished"] for row in rows) == 1


def test_what_was_quarantined_is_named(logs: dict[str, list[Row]]) -> None:
    (row,) = _found(logs, "quarantined")
    assert (row["reason"], row["shard"]) == ("undecodable", "shardId-000000000001")


def test_imports_are_followed_to_their_end(logs: dict[str, list[Row]]) -> None:
    found = {row["message"]: row for row in _found(logs, "imports")}
    assert found["imported"]["quarantined"] == 1
    assert found["not imported"]["key"] == "incoming/b.ndjson"
    assert found["not imported"]["reason"]


def test_ids_are_names_and_no_two_are_equal() -> None:
    ids = [query.id for query in QUERIES]
    assert len(set(ids)) == len(ids)
    assert all(id_.replace("-", "").isalpha() for id_ in ids)


@pytest.mark.parametrize(
    "text",
    [
        "filter level = ",
        'filtre level = "ERROR"',
        "stats count(*) as many",
        "stats counts(*) as many by level",
        "fields nullif(a, b) as c",
        "sort level upwards",
        "limit 5 limit 6",
        "filter level & 5",
    ],
)
def test_what_is_no_query_is_refused(text: str) -> None:
    with pytest.raises((QuerySyntaxError, ValueError)):
        run(text, [])


def test_the_reading_of_queries_is_that_of_logs_insights() -> None:
    rows: list[Row] = [{"a": 1, "b": "x"}, {"a": 3, "b": "y"}, {"b": "z"}, {"a": 2, "b": "x", "c": 1}]
    find: Callable[[str], list[Row]] = lambda text: run(text, rows)  # noqa: E731
    assert [row["a"] for row in find('filter b in ["x"] and ispresent(a) | sort a desc')] == [2, 1]
    assert [row["b"] for row in find('filter b = "y" or b like /^z/ | limit 1')] == ["y"]
    assert [row["d"] for row in find("fields coalesce(c, a) as d")] == [1, 3, None, 1]
    assert find("stats count(*) as n, sum(a) as s, max(a) as m, latest(a) as l, pct(a, 50) as p by b | limit 1") == [
        {"b": "x", "n": 2, "s": 3, "m": 2, "l": 2, "p": 1}
    ]
    assert flat({"a": {"b": [1, {"c": 2}]}}) == {"a.b.0": 1, "a.b.1.c": 2}
