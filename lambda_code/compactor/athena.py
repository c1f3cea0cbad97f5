"""Athena, which rewrites and counts what no function could hold."""
# ruff: noqa: N803 - AWS writes its parameters so

import time
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from lambda_code.compactor import statements
from lambda_code.compactor.archive import COMPACTED
from lambda_code.compactor.hours import Hour
from lambda_code.compactor.ports import Proof, Totals, UnprovableError
from lambda_code.shared.errors import UnavailableError

_FIRST_PAUSE_SECONDS = 0.25
_LONGEST_PAUSE_SECONDS = 5.0
_GROWTH = 1.5
_RUNNING = ("QUEUED", "RUNNING")


class AthenaClient(Protocol):
    """The part of the SDK's Athena client that is used."""

    def start_query_execution(
        self, *, QueryString: str, QueryExecutionContext: dict[str, str], WorkGroup: str
    ) -> Mapping[str, Any]:
        """Begin a query; the SDK adds a token, so that its own retries begin no second one."""

    def get_query_execution(self, *, QueryExecutionId: str) -> Mapping[str, Any]:
        """How far it is."""

    def stop_query_execution(self, *, QueryExecutionId: str) -> object:
        """End it."""

    def get_query_results(self, *, QueryExecutionId: str) -> Mapping[str, Any]:
        """Its first rows, names first."""


class Athena:
    """Runs queries in a workgroup; may be used by several threads."""

    def __init__(
        self,
        client: AthenaClient,
        *,
        workgroup: str,
        database: str,
        bucket: str,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client = client
        self._workgroup = workgroup
        self._database = database
        self._bucket = bucket
        self._sleep = sleep

    def write(self, hour: Hour, run: str, size_bytes: int, is_time: Callable[[], bool]) -> None:
        """Write the hour's raw events into the run's folder; raises UnavailableError, or UnprovableError."""
        folder = f"s3://{self._bucket}/{COMPACTED}{hour.folder}{run}/"
        self._query(statements.write(hour, run, folder=folder, size_bytes=size_bytes), is_time)

    def prove(self, hour: Hour, run: str, is_time: Callable[[], bool]) -> Proof:
        """Read both sides; raises UnavailableError, or UnprovableError."""
        query = self._query(statements.prove(hour, run), is_time)
        try:
            # One row, which is on the first page.
            names, values = self._client.get_query_results(QueryExecutionId=query)["ResultSet"]["Rows"]
        except (BotoCoreError, ClientError) as error:
            raise UnavailableError(f"no result: {error}") from error
        texts = (cell.get("VarCharValue", "") for cell in values["Data"])
        found = dict(zip((cell["VarCharValue"] for cell in names["Data"]), texts, strict=True))

        def totals(side: str) -> Totals:
            return Totals(int(found[f"{side}_events"]), found[f"{side}_identities"], found[f"{side}_lines"])

        return Proof(totals("raw"), int(found["objects"]), totals("compacted"))

    def _query(self, text: str, is_time: Callable[[], bool]) -> str:
        """Run a query to its end, and return its id."""
        try:
            query = self._client.start_query_execution(
                QueryString=text, QueryExecutionContext={"Database": self._database}, WorkGroup=self._workgroup
            )["QueryExecutionId"]
            status = self._wait(query, is_time)
        except (BotoCoreError, ClientError) as error:
            raise UnavailableError(f"no query: {error}") from error
        state, reason = status["State"], status.get("StateChangeReason", "no reason given")
        if state == "FAILED" and not status.get("AthenaError", {}).get("Retryable"):
            raise UnprovableError(f"query {query} failed: {reason}")
        if state != "SUCCEEDED":
            raise UnavailableError(f"query {query} is {state}: {reason}")
        return str(query)

    def _wait(self, query: str, is_time: Callable[[], bool]) -> Mapping[str, Any]:
        """The query's last status; it is stopped when there is no time left for it."""
        pause = _FIRST_PAUSE_SECONDS
        while True:
            status: Mapping[str, Any] = self._client.get_query_execution(QueryExecutionId=query)["QueryExecution"][
                "Status"
            ]
            if status["State"] not in _RUNNING:
                return status
            if not is_time():
                self._client.stop_query_execution(QueryExecutionId=query)
                return {"State": "STOPPED", "StateChangeReason": "it takes longer than the function has time"}
            self._sleep(pause)
            pause = min(pause * _GROWTH, _LONGEST_PAUSE_SECONDS)
