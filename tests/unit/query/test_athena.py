"""The calls that are made, checked against the SDK's own description of Athena, and how failures are told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from tests.unit.replay.test_services import TARGET
from tools.query import athena
from tools.query.athena import Column, Done, Queries, QueryError, connect
from tools.replay.ports import ServiceError

_SESSION = boto3.Session("access", "secret", region_name="us-east-1")
_DONE = Done(id="q-1", read_bytes=0, seconds=0, charged=True)
_ASKED = {
    "QueryString": "select ?",
    "QueryExecutionContext": {"Database": "catalog"},
    "WorkGroup": "queries",
}


@pytest.fixture
def stubber(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stubber]:
    monkeypatch.setattr(athena, "_FIRST_PAUSE", 0)
    with Stubber(_SESSION.client("athena")) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def _queries(stubber: Stubber) -> Queries:
    return Queries(stubber.client, workgroup="queries", database="catalog")


def _execution(state: str, **more: Any) -> dict[str, Any]:
    reason = more.pop("reason", None)
    status = {"State": state} | ({"StateChangeReason": reason} if reason else {})
    return {"QueryExecution": {"Status": status, "StatementType": "DML"} | more}


def _page(names: list[str], *rows: list[str | None], token: str | None = None) -> dict[str, Any]:
    data = [{"Data": [{} if cell is None else {"VarCharValue": cell} for cell in row]} for row in rows]
    columns = [{"Name": name, "Type": "varchar"} for name in names]
    found = {"ResultSet": {"Rows": data, "ResultSetMetadata": {"ColumnInfo": columns}}}
    return found | ({"NextToken": token} if token else {})


def test_a_query_runs_in_the_workgroup_and_database_of_the_stack(stubber: Stubber) -> None:
    stubber.add_response("start_query_execution", {"QueryExecutionId": "q-1"}, _ASKED | {"QueryString": "select 1"})
    assert _queries(stubber).start("select 1") == "q-1"


def test_a_text_for_a_parameter_is_a_literal_whatever_is_in_it(stubber: Stubber) -> None:
    asked = _ASKED | {"ExecutionParameters": ["'it''s'", "'1'"]}
    stubber.add_response("start_query_execution", {"QueryExecutionId": "q-1"}, asked)
    _queries(stubber).start("select ?", ["it's", "1"])


def test_what_athena_cannot_read_is_told_with_what_to_do(stubber: Stubber) -> None:
    reason = "line 1:1: mismatched input 'selec'. Expecting: ..."
    stubber.add_client_error("start_query_execution", "InvalidRequestException", reason)
    with pytest.raises(QueryError, match=r"mismatched input 'selec'[^\n]*\nText stands in single quotes"):
        _queries(stubber).start("selec 1")


def test_whoever_may_not_ask_is_told(stubber: Stubber) -> None:
    stubber.add_client_error("start_query_execution", "AccessDeniedException", "not you")
    with pytest.raises(ServiceError, match=r"starting the query: AccessDeniedException: not you \(see the permissions"):
        _queries(stubber).start("select 1")


def test_a_query_is_waited_for(stubber: Stubber) -> None:
    states: list[str] = []
    for state in ("QUEUED", "RUNNING"):
        stubber.add_response("get_query_execution", _execution(state), {"QueryExecutionId": "q-1"})
    read = {"DataScannedInBytes": 12, "TotalExecutionTimeInMillis": 1500}
    stubber.add_response("get_query_execution", _execution("SUCCEEDED", Statistics=read))
    assert _queries(stubber).wait("q-1", states.append) == Done(id="q-1", read_bytes=12, seconds=1.5, charged=True)
    assert states == ["queued", "running"]


@pytest.mark.parametrize("state", ["FAILED", "CANCELLED"])
def test_a_query_that_fails_is_told_with_its_reason(stubber: Stubber, state: str) -> None:
    stubber.add_response(
        "get_query_execution", _execution(state, reason="Query cancelled! Bytes scanned limit was ...")
    )
    with pytest.raises(QueryError, match=r"(?s)Bytes scanned limit.*or raise query.scan_limit_mb"):
        _queries(stubber).wait("q-1", print)


def test_a_query_that_fails_without_a_reason_is_told(stubber: Stubber) -> None:
    stubber.add_response("get_query_execution", _execution("CANCELLED"))
    with pytest.raises(QueryError, match="the query was CANCELLED"):
        _queries(stubber).wait("q-1", print)


def test_a_query_is_stopped(stubber: Stubber) -> None:
    stubber.add_response("stop_query_execution", {}, {"QueryExecutionId": "q-1"})
    _queries(stubber).stop("q-1")


def test_all_pages_are_read_without_the_names_that_the_first_begins_with(stubber: Stubber) -> None:
    asked = {"QueryExecutionId": "q-1"}
    stubber.add_response("get_query_results", _page(["a"], ["a"], ["1"], [None], token="t"), asked)
    stubber.add_response("get_query_results", _page(["a"], ["a"], [""]), asked | {"NextToken": "t"})
    columns, pages = _queries(stubber).answer(_DONE)
    assert columns == [Column("a", "varchar")]
    # A row of a later page may well be the name of its column.
    assert [*pages] == [[["1"], [None]], [["a"], [""]]]


def test_an_answer_that_begins_with_no_names_keeps_its_first_row(stubber: Stubber) -> None:
    stubber.add_response("get_query_results", _page(["tab_name"], ["tab_name"]))
    _, pages = _queries(stubber).answer(replace(_DONE, charged=False))
    assert [*pages] == [[["tab_name"]]]


def test_a_statement_that_answers_nothing_has_no_columns(stubber: Stubber) -> None:
    stubber.add_response("get_query_results", _page([]))
    columns, pages = _queries(stubber).answer(_DONE)
    assert (columns, [*pages]) == ([], [[]])


def test_every_saved_query_is_found(stubber: Stubber) -> None:
    ids = [f"id-{number:03}" for number in range(60)]
    workgroup = {"WorkGroup": "queries"}
    stubber.add_response("list_named_queries", {"NamedQueryIds": ids[:55], "NextToken": "t"}, workgroup)
    stubber.add_response("list_named_queries", {"NamedQueryIds": ids[55:]}, workgroup | {"NextToken": "t"})
    for some in (ids[:50], ids[50:]):
        found = [
            {"Name": f"tap-dev/n-{one}", "Database": "catalog", "QueryString": f"select '{one}'"}
            for one in reversed(some)
        ]
        stubber.add_response("batch_get_named_query", {"NamedQueries": found}, {"NamedQueryIds": some})
    saved = _queries(stubber).saved()
    assert [one.name for one in saved] == [f"n-{one}" for one in ids]
    assert saved[0].sql == "select 'id-000'"


def test_a_stack_without_tables_is_told_what_to_set() -> None:
    with pytest.raises(QueryError, match=r"tap-dev-us-east-1 has no tables to query: set query.enabled = true"):
        connect(TARGET, "tap-dev-us-east-1")
    assert isinstance(connect(replace(TARGET, workgroup="w", database="d"), "tap-dev-us-east-1"), Queries)
