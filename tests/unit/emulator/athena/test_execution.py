"""Queries by way of the emulator's API."""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.unit.emulator.athena.lake import PARQUET, TEXT
from tools.emulator import program
from tools.emulator.athena import engine
from tools.emulator.athena.engine import Outcome
from tools.emulator.athena.execution import executing
from tools.emulator.athena.results import Results

pytestmark = pytest.mark.slow

_OURS = "000000000000"
_LINES = b'{"type":"a"}\n{"type":"b \\"\\u00e9\\""}\n'


class _Account:
    def __init__(self, port: int) -> None:
        keys: Any = {"aws_access_key_id": _OURS, "aws_secret_access_key": "emulator", "region_name": "us-east-1"}
        url = program.url_of(port)
        self.s3 = boto3.client("s3", endpoint_url=url, **keys)
        self.glue: Any = boto3.client("glue", endpoint_url=url, **keys)
        self.athena: Any = boto3.client("athena", endpoint_url=url, **keys)

    def create_workgroup(self, name: str, *, is_enforced: bool) -> None:
        results = {"OutputLocation": f"s3://results/{name}"}
        settings = {"EnforceWorkGroupConfiguration": is_enforced, "ResultConfiguration": results}
        self.athena.create_work_group(Name=name, Configuration=settings)

    def create_table(self, name: str, folder: str, columns: list[str], library: str) -> None:
        described = [{"Name": column, "Type": "string"} for column in columns]
        serde = {"SerializationLibrary": library}
        storage = {"Location": f"s3://archive/{folder}/", "Columns": described, "SerdeInfo": serde}
        self.glue.create_table(DatabaseName="tap", TableInput={"Name": name, "StorageDescriptor": storage})

    def query(
        self,
        sql: str,
        *parameters: str,
        workgroup: str = "queries",
        output: str = "s3://elsewhere/",
    ) -> dict[str, Any]:
        """The execution, when it has ended."""
        more = {"ExecutionParameters": [*parameters]} if parameters else {}
        query = self.athena.start_query_execution(
            QueryString=sql,
            QueryExecutionContext={"Database": "tap"},
            WorkGroup=workgroup,
            ResultConfiguration={"OutputLocation": output},
            **more,
        )["QueryExecutionId"]
        while True:
            found: dict[str, Any] = self.athena.get_query_execution(QueryExecutionId=query)["QueryExecution"]
            if found["Status"]["State"] not in ("QUEUED", "RUNNING"):
                return found
            time.sleep(0.01)

    def results(self, execution: dict[str, Any]) -> list[list[str | None]]:
        found = self.athena.get_query_results(QueryExecutionId=execution["QueryExecutionId"])["ResultSet"]["Rows"]
        return [[cell.get("VarCharValue") for cell in row["Data"]] for row in found]

    def keys(self, bucket: str, prefix: str = "") -> list[str]:
        return [one["Key"] for one in self.s3.list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", [])]


@pytest.fixture(scope="module")
def account(port: int) -> _Account:
    """With a table over two lines, and workgroups as a stack has them."""
    account = _Account(port)
    for bucket in ("archive", "results", "elsewhere"):
        account.s3.create_bucket(Bucket=bucket)
    account.create_workgroup("queries", is_enforced=True)
    account.create_workgroup("compaction", is_enforced=False)
    account.glue.create_database(DatabaseInput={"Name": "tap"})
    account.create_table("raw", "events", ["event"], TEXT)
    account.s3.put_object(Bucket="archive", Key="events/a", Body=_LINES)
    return account


def test_results_are_answered_and_written_where_the_workgroup_says(account: _Account) -> None:
    execution = account.query("SELECT json_extract_scalar(event, '$.type') AS type, NULL, '' FROM raw ORDER BY 1")
    id_, output = execution["QueryExecutionId"], execution["ResultConfiguration"]["OutputLocation"]
    assert execution["Status"]["State"] == "SUCCEEDED"
    assert execution["Statistics"]["DataScannedInBytes"] == len(_LINES)
    assert account.results(execution) == [["type", "_col1", "_col2"], ["a", None, ""], ['b "é"', None, ""]]
    assert output == f"s3://results/queries/{id_}.csv"
    written = account.s3.get_object(Bucket="results", Key=f"queries/{id_}.csv")["Body"].read().decode()
    assert written == '"type","_col1","_col2"\n"a",,""\n"b ""é""",,""\n'


def test_who_asks_says_where_results_go_if_the_workgroup_enforces_nothing(account: _Account) -> None:
    execution = account.query("SELECT 1", workgroup="compaction", output="s3://elsewhere/mine")
    id_ = execution["QueryExecutionId"]
    assert execution["ResultConfiguration"]["OutputLocation"] == f"s3://elsewhere/mine/{id_}.csv"
    assert f"mine/{id_}.csv" in account.keys("elsewhere")


def test_a_table_is_written_and_dropped_without_its_objects(account: _Account) -> None:
    create = (
        "CREATE TABLE copy WITH (format = 'PARQUET', external_location = 's3://archive/copy/') AS SELECT event FROM raw"
    )
    assert "enforces a centralized output location" in account.query(create)["Status"]["StateChangeReason"]
    assert account.query(create, workgroup="compaction")["Status"]["State"] == "SUCCEEDED"
    storage = account.glue.get_table(DatabaseName="tap", Name="copy")["Table"]["StorageDescriptor"]
    assert storage["Location"] == "s3://archive/copy/"
    assert storage["SerdeInfo"]["SerializationLibrary"] == PARQUET
    assert account.results(account.query("SELECT count(*) FROM copy")) == [["_col0"], ["2"]]
    assert account.query("DROP TABLE copy")["Status"]["State"] == "SUCCEEDED"
    with pytest.raises(ClientError, match="EntityNotFound"):
        account.glue.get_table(DatabaseName="tap", Name="copy")
    assert len(account.keys("archive", "copy/")) == 1


def test_of_two_statements_at_once_that_create_a_table_one_writes(account: _Account) -> None:
    create = "CREATE TABLE once WITH (external_location = 's3://archive/once/') AS SELECT event FROM raw"
    with ThreadPoolExecutor() as threads:
        found = [*threads.map(lambda _: account.query(create, workgroup="compaction"), range(4))]
    assert sorted(one["Status"]["State"] for one in found) == ["FAILED", "FAILED", "FAILED", "SUCCEEDED"]
    assert len(account.keys("archive", "once/")) == 1


def test_a_query_fails_with_its_reason_and_the_emulator_goes_on(account: _Account) -> None:
    status = account.query("SELECT * FROM nothing")["Status"]
    assert (status["State"], status["StateChangeReason"]) == (
        "FAILED",
        "TABLE_NOT_FOUND: line 1:15: Table 'awsdatacatalog.tap.nothing' does not exist",
    )
    account.s3.delete_bucket(Bucket=account.s3.create_bucket(Bucket="gone")["Location"].strip("/"))
    status = account.query("SELECT 1", workgroup="compaction", output="s3://gone/")["Status"]
    assert status["State"] == "FAILED"
    assert "NoSuchBucket" in status["StateChangeReason"]
    assert account.query("SELECT 1")["Status"]["State"] == "SUCCEEDED"


def test_a_query_has_its_parameters_in_the_order_of_their_places(account: _Account) -> None:
    sql = "SELECT '?' AS a, ? AS b /* ? */, ? AS c -- ?"
    assert account.results(account.query(sql, "'it''s ?'", "1"))[1:] == [["?", "it's ?", "1"]]
    assert account.query(sql, "1")["Status"]["StateChangeReason"].startswith(
        "INVALID_PARAMETER_USAGE: Incorrect number"
    )


def _run_alone(run: Callable[..., Outcome], monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The status of a query that is run so."""
    status = {"State": "QUEUED"}
    execution = {
        "QueryExecutionId": "1",
        "Query": "SELECT 1",
        "WorkGroup": "queries",
        "ResultConfiguration": {"OutputLocation": "s3://results/1.csv"},
        "Status": status,
        "Statistics": {},
    }
    ministack = SimpleNamespace(_executions={"1": execution}, _workgroups={})
    monkeypatch.setattr(engine, "run", lambda *_: run(status))
    asyncio.run(executing(ministack)("1", "SELECT 1", "tap", None, None))
    return status


def test_a_query_that_is_stopped_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(status: dict[str, Any]) -> Outcome:
        status["State"] = "CANCELLED"
        return Outcome(Results(), 0)

    assert _run_alone(stopped, monkeypatch)["State"] == "CANCELLED"


def test_a_package_that_is_missing_is_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_status: dict[str, Any]) -> Outcome:
        raise ModuleNotFoundError("No module named 'duckdb'")

    status = _run_alone(missing, monkeypatch)
    assert status["State"] == "FAILED"
    assert status["StateChangeReason"] == "the emulator runs queries with duckdb and sqlglot: No module named 'duckdb'"
