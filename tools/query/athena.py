"""Queries in a stack's workgroup on AWS, or on an emulator."""

import itertools
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from tools.errors import ToolError
from tools.local.accounts import Client
from tools.query.advice import explained
from tools.replay.services import asked, session_of
from tools.replay.target import Target

_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 2.0  # seconds between two looks at a query
_AT_ONCE = 50  # named queries in a BatchGetNamedQuery (Athena API reference)

Row = Sequence[str | None]
_Page = dict[str, Any]  # an answer of GetQueryResults


class QueryError(ToolError):
    """A query failed; the text says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of an answer, with Athena's type."""

    name: str
    type: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Done:
    """A query that was answered: what it read, how long it took, and whether it was one that AWS charges for."""

    id: str
    read_bytes: int
    seconds: float
    charged: bool


@dataclass(frozen=True, slots=True)
class Saved:
    """A query that is saved in the workgroup; `name` is its own, without that of the stack before it."""

    name: str
    about: str
    sql: str


class Queries:
    """The workgroup. Methods raise ServiceError."""

    def __init__(self, client: Client, *, workgroup: str, database: str) -> None:
        self._client, self._workgroup, self._database = client, workgroup, database

    def start(self, sql: str, parameters: Sequence[str] = ()) -> str:
        """Starts a query, with texts for its `?`; returns its id. Raises QueryError where Athena can't read it."""
        literals = ["'" + one.replace("'", "''") + "'" for one in parameters]
        arguments = {"ExecutionParameters": literals} if literals else {}

        def ask() -> str:
            try:
                answer = self._client.start_query_execution(
                    QueryString=sql,
                    QueryExecutionContext={"Database": self._database},
                    WorkGroup=self._workgroup,
                    **arguments,
                )
            except ClientError as error:
                if error.response["Error"]["Code"] != "InvalidRequestException":
                    raise
                raise QueryError(explained(error.response["Error"]["Message"])) from None
            return str(answer["QueryExecutionId"])

        return asked("starting the query", ask)

    def wait(self, id_: str, on_state: Callable[[str], None]) -> Done:
        """Waits for a query; `on_state` gets how far it is. Raises QueryError where it failed."""
        pause = _FIRST_PAUSE
        while True:
            found = asked("waiting for the query", lambda: self._client.get_query_execution(QueryExecutionId=id_))
            execution = found["QueryExecution"]
            state, statistics = execution["Status"]["State"], execution.get("Statistics", {})
            if state == "SUCCEEDED":
                return Done(
                    id=id_,
                    read_bytes=statistics.get("DataScannedInBytes", 0),
                    seconds=statistics.get("TotalExecutionTimeInMillis", 0) / 1000,
                    charged=execution.get("StatementType") == "DML",
                )
            if state in ("FAILED", "CANCELLED"):
                raise QueryError(explained(execution["Status"].get("StateChangeReason") or f"the query was {state}"))
            on_state(state.lower())
            time.sleep(pause)
            pause = min(1.5 * pause, _LONGEST_PAUSE)

    def stop(self, id_: str) -> None:
        """Stops a query; it may have ended already."""
        asked("stopping the query", lambda: self._client.stop_query_execution(QueryExecutionId=id_))

    def answer(self, done: Done) -> tuple[list[Column], Iterator[list[Row]]]:
        """The columns, and the rows by the page; the first page may be empty."""
        pages = iter(self._client.get_paginator("get_query_results").paginate(QueryExecutionId=done.id))

        def read() -> _Page | None:
            return asked("reading the answer", lambda: next(pages, None))

        first = read() or {"ResultSet": {"Rows": [], "ResultSetMetadata": {}}}
        columns = [
            Column(one["Name"], one["Type"]) for one in first["ResultSet"]["ResultSetMetadata"].get("ColumnInfo", [])
        ]
        rows = _rows(first)
        # Only the answers of some statements begin with the names of their columns (user guide, "Query results").
        if rows and done.charged and list(rows[0]) == [one.name for one in columns]:
            del rows[0]
        return columns, itertools.chain([rows], map(_rows, iter(read, None)))

    def saved(self) -> list[Saved]:
        """The queries that are saved in the workgroup, by name."""
        pages = self._client.get_paginator("list_named_queries").paginate(WorkGroup=self._workgroup)
        ids = asked("listing the saved queries", lambda: [one for page in pages for one in page["NamedQueryIds"]])
        some = [ids[at : at + _AT_ONCE] for at in range(0, len(ids), _AT_ONCE)]
        answers = asked(
            "reading the saved queries", lambda: [self._client.batch_get_named_query(NamedQueryIds=one) for one in some]
        )
        found = [one for answer in answers for one in answer["NamedQueries"]]
        queries = [
            Saved(one["Name"].rpartition("/")[2], one.get("Description", ""), one["QueryString"]) for one in found
        ]
        return sorted(queries, key=lambda one: one.name)


def _rows(page: _Page) -> list[Row]:
    # NULL comes without a value, an empty text with an empty one.
    return [[datum.get("VarCharValue") for datum in row.get("Data", [])] for row in page["ResultSet"]["Rows"]]


def connect(target: Target, stack: str) -> Queries:
    """The stack's workgroup, with the caller's own credentials. Raises ServiceError and QueryError."""
    if target.workgroup is None or target.database is None:
        raise QueryError(f"{stack} has no tables to query: set query.enabled = true in its environment, and deploy it")
    workgroup, database = target.workgroup, target.database
    client = asked("connecting", lambda: session_of(target).client("athena", endpoint_url=target.endpoint_url))
    return Queries(client, workgroup=workgroup, database=database)
