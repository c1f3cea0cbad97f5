"""What calls of Athena and Glue need permission on, where the emulator enforces IAM (Service Authorization Reference).

MiniStack takes no database for what it is, and knows no workgroup of a query that has begun.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

ArnOf = Callable[..., str]
WorkgroupOf = Callable[[str], str | None]


def with_tables_and_workgroups(arn_of: ArnOf, workgroup_of: WorkgroupOf) -> ArnOf:
    """MiniStack's function for the ARN of a call, with ours for these two services.

    `workgroup_of` finds the workgroup of a query by its id.
    """

    def arn(service: str, method: str, path: str, headers: Mapping[str, str], body: bytes, *more: Any) -> str:  # noqa: ANN401
        if service not in ("athena", "glue"):
            return arn_of(service, method, path, headers, body, *more)
        _, region, account_id = more
        asked = json.loads(body or b"{}")
        if tagged := asked.get("ResourceARN") or asked.get("ResourceArn"):
            return str(tagged)
        operation = headers.get("x-amz-target", "").rpartition(".")[2]
        found = _workgroup(operation, asked, workgroup_of) if service == "athena" else _table(operation, asked)
        return f"arn:aws:{service}:{region}:{account_id}:{found}" if found else "*"

    return arn


def _workgroup(operation: str, asked: Mapping[str, Any], workgroup_of: WorkgroupOf) -> str | None:
    query = asked.get("QueryExecutionId")
    name = asked.get("WorkGroup") or (asked.get("Name") if operation == "CreateWorkGroup" else None)
    name = name or (workgroup_of(query) if query else None)
    return f"workgroup/{name}" if name else None


def _table(operation: str, asked: Mapping[str, Any]) -> str:
    """The most particular one: AWS asks for what it is in, too."""
    database = asked.get("DatabaseName") or asked.get("DatabaseInput", {}).get("Name") or asked.get("Name")
    if not database:
        return "catalog"
    if operation.endswith("Database"):
        return f"database/{database}"
    table = asked.get("TableName") or asked.get("TableInput", {}).get("Name") or asked.get("Name")
    return f"table/{database}/{table or '*'}"
