"""The step between Athena's API, which MiniStack answers, and the engine. It imports the engine when a query is run."""

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import cache
from typing import Any

# A pool of their own: functions that wait for queries would otherwise leave none of the loop's threads for these.
_POOL = ThreadPoolExecutor(4, thread_name_prefix="athena")
_log = logging.getLogger("athena")

Execute = Callable[[str, str, str, object, str | None], Coroutine[Any, Any, None]]


class MiniStackLake:
    """MiniStack's Glue catalog and S3, of the account and region of the request."""

    def __init__(self) -> None:
        from ministack.services import glue, s3  # type: ignore[import-untyped]

        self._glue, self._s3 = glue, s3
        self.keys = cache(self._keys)

    def database(self, name: str) -> Mapping[str, Any] | None:
        """As Glue describes it."""
        found: Mapping[str, Any] | None = self._glue._databases.get(name)
        return found

    def table(self, database: str, name: str) -> Mapping[str, Any] | None:
        """As Glue describes it."""
        found: Mapping[str, Any] | None = self._glue._tables.get(f"{database}/{name}")
        return found

    def partitions(self, database: str, name: str) -> Sequence[Mapping[str, Any]]:
        """As Glue describes them."""
        return list(self._glue._partitions.get(f"{database}/{name}", ()))

    def read(self, bucket: str, key: str) -> bytes | None:
        """The current version."""
        content: bytes | None = self._s3._get_object_data(bucket, key)
        return content

    def _keys(self, bucket: str) -> Sequence[str]:
        found = self._s3._buckets.get(bucket)
        return sorted(found["objects"]) if found else ()


def executing(athena: Any) -> Execute:  # noqa: ANN401 - it has no types
    """What runs a query of MiniStack's module `athena` instead of its own `_execute_query`."""

    async def execute(id_: str, _sql: str, database: str, ddl: object, _catalog: str | None = None) -> None:
        execution = athena._executions[id_]
        status, statistics = execution["Status"], execution["Statistics"]
        workgroup = (athena._workgroups.get(execution["WorkGroup"]) or {}).get("Configuration", {})
        output = _output_location(execution, workgroup)
        execution["ResultConfiguration"]["OutputLocation"] = f"{output}{id_}.csv"
        status["State"] = "RUNNING"
        started = time.monotonic()
        try:
            if ddl is not None:
                results = athena._run_ddl(ddl, database)
            else:
                results = await _run(execution, database, output, bool(workgroup.get("EnforceWorkGroupConfiguration")))
            if status["State"] == "RUNNING":
                execution |= {"_results": results, "_column_types": results["column_types"]}
                status["State"] = "SUCCEEDED"
        except Exception as error:  # whatever is wrong with a query, the emulator goes on
            if status["State"] == "RUNNING":
                status |= {"State": "FAILED", "StateChangeReason": _reason(error)[:2000]}
                _log.warning("query %s failed: %s", id_, _reason(error))
        statistics["EngineExecutionTimeInMillis"] = int((time.monotonic() - started) * 1000)
        statistics["TotalExecutionTimeInMillis"] = statistics["EngineExecutionTimeInMillis"]
        status["CompletionDateTime"] = int(time.time())

    return execute


async def _run(execution: dict[str, Any], database: str, output: str, enforced: bool) -> dict[str, Any]:
    from tools.emulator.athena import engine

    id_ = execution["QueryExecutionId"]
    statement = engine.Statement(id_, execution["Query"], database, f"{output}tables/{id_}/", enforced)
    # Off the event loop, in which MiniStack answers; what it changes, it changes there.
    run = copy_context().run  # with the account and the region of the request
    outcome = await asyncio.get_running_loop().run_in_executor(_POOL, run, engine.run, statement, MiniStackLake())
    execution["Statistics"]["DataScannedInBytes"] = outcome.scanned_bytes
    results = outcome.results
    if execution["Status"]["State"] == "RUNNING":
        from ministack.services import glue

        if outcome.written:
            # First, so that of two statements at once that create it one writes nothing.
            created = {"DatabaseName": outcome.written.database, "TableInput": outcome.written.table}
            _check(glue._create_table(created))
            for bucket, key, content in outcome.written.objects:
                _put(bucket, key, content)
        else:
            bucket, _, key = execution["ResultConfiguration"]["OutputLocation"].removeprefix("s3://").partition("/")
            _put(bucket, key, results.as_csv())
    return {"columns": results.columns, "column_types": results.types, "rows": results.rows}


def _output_location(execution: Mapping[str, Any], workgroup: Mapping[str, Any]) -> str:
    """Where the query's results go: the workgroup says so where it enforces its settings, else whoever asks."""
    asked: str = execution["ResultConfiguration"]["OutputLocation"].removesuffix(f"{execution['QueryExecutionId']}.csv")
    of_workgroup: str = workgroup.get("ResultConfiguration", {}).get("OutputLocation", "")
    chosen = of_workgroup if of_workgroup and workgroup.get("EnforceWorkGroupConfiguration") else asked
    return chosen.rstrip("/") + "/"


def _put(bucket: str, key: str, content: bytes) -> None:
    from ministack.services import s3

    _check(s3._put_object(bucket, key, content, {"content-length": str(len(content))}))


def _check(answer: tuple[int, object, bytes | str]) -> None:
    status, _, body = answer
    if status >= 300:
        raise RuntimeError(body.decode() if isinstance(body, bytes) else body)


def _reason(error: Exception) -> str:
    if isinstance(error, ImportError):
        return f"the emulator runs queries with duckdb and sqlglot: {error}"
    from tools.emulator.athena.errors import reason_of

    return reason_of(error)
