"""What calls of Athena and Glue need permission on."""

import json
from typing import Any

import pytest

from tools.emulator.arns import with_tables_and_workgroups

_DATABASE = {"DatabaseName": "d"}


def _arn(service: str, operation: str, asked: dict[str, Any]) -> str:
    arn_of = with_tables_and_workgroups(lambda *_: "MiniStack's", {"q": "people"}.get)
    headers = {"x-amz-target": f"AnyService.{operation}"}
    return arn_of(service, "POST", "/", headers, json.dumps(asked).encode(), {}, "r", "1")


@pytest.mark.parametrize(
    ("service", "operation", "asked", "arn"),
    [
        ("athena", "StartQueryExecution", {"WorkGroup": "people"}, "workgroup/people"),
        ("athena", "GetQueryExecution", {"QueryExecutionId": "q"}, "workgroup/people"),
        ("athena", "CreateWorkGroup", {"Name": "people"}, "workgroup/people"),
        ("glue", "GetDatabase", {"Name": "d"}, "database/d"),
        ("glue", "CreateDatabase", {"DatabaseInput": {"Name": "d"}}, "database/d"),
        ("glue", "GetTable", {**_DATABASE, "Name": "t"}, "table/d/t"),
        ("glue", "UpdateTable", {**_DATABASE, "TableInput": {"Name": "t"}}, "table/d/t"),
        ("glue", "CreatePartition", {**_DATABASE, "TableName": "t"}, "table/d/t"),
        ("glue", "GetTables", _DATABASE, "table/d/*"),
        ("glue", "GetDatabases", {}, "catalog"),
    ],
)
def test_a_call_is_about_a_table_a_database_or_a_workgroup(
    service: str, operation: str, asked: dict[str, Any], arn: str
) -> None:
    assert _arn(service, operation, asked) == f"arn:aws:{service}:r:1:{arn}"


def test_what_is_tagged_is_named_and_what_nobody_knows_is_anything() -> None:
    assert _arn("glue", "TagResource", {"ResourceArn": "arn:aws:glue:r:1:database/d"}) == "arn:aws:glue:r:1:database/d"
    assert _arn("athena", "GetQueryExecution", {"QueryExecutionId": "another"}) == "*"
    assert _arn("s3", "", {}) == "MiniStack's"
