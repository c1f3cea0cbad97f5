"""The archive as a lake: awkward events in old hours, queries over them, and a compactor that may be killed."""

import csv
import gzip
import io
import json
import random
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from lambda_code.compactor.archive import S3Archive
from lambda_code.compactor.athena import Athena
from lambda_code.compactor.catalog import GlueCatalog
from lambda_code.compactor.compactor import Compactor, Report
from lambda_code.compactor.hours import Hour
from lambda_code.compactor.request import Request
from lambda_code.compactor.settings import Settings
from tests.faults.injection import CrashError
from tests.integration.deployment import Deployment
from tests.synthesized import Json

LINES_PER_OBJECT = 500
_QUERY_SECONDS = 20
SETTLED_SECONDS = 2.5
"""After so long an hour counts as one that nothing is being stored into."""


def line(number: int, *, of: int) -> bytes:
    """One event as the archive keeps it; the last tenth of `of` events has data of other types than those before."""
    pick = random.Random(number)
    late: tuple[object, ...] = ("text, 'quoted' and \"so\" \\ and on", [1, "2", None], None, True, 7, {}, "")
    plain = {"n": number, "Id": "upper", "id": "lower", "text": "ü € 😀 \u2028 \\ \" ' \n\t", "a.b": {"$": [{}]}}
    event: Json = {
        "specversion": "1.0",
        "id": pick.choice(["{}", "it's {}", 'a "{}"', "ü-{}", "\\{}", "{} ", "${{{}}}"]).format(number),
        "source": f"/shop/{number % 7}",
        "type": pick.choice(["order", "order.paid", "Änderung", "select * from raw; --", "NULL"]),
        "data": late[number % len(late)] if number * 10 >= of * 9 else plain,
    }
    if number % 3 == 0:
        event["subject"] = pick.choice(["", "s", "null", "日本", "a'b"])
    if number % 5 == 0:
        event |= {"date": "1999-01-01", "hour": "99", "event": "mine", "raw": "x"}
    text = json.dumps(event, ensure_ascii=number % 2 == 0)
    if number % 4 == 0:  # numbers that no double holds
        exact = ',"precise":[18446744073709551617,-9223372036854775809,0.10000000000000000555,1E400,-0.0,1.50]'
        text = text[:-1] + exact + "}"
    return f'{text[:-1]},"taptime":"2026-01-01T00:00:00.000Z","tapsequence":"{number:056}"}}'.encode()


@dataclass
class Lake:
    """The archive of a deployment, of which `hours` are ours; `lines` are what was put into them."""

    deployment: Deployment
    hours: Sequence[Hour]
    lines: dict[str, list[bytes]] = field(default_factory=dict)

    def fill(self, count: int) -> None:
        """Put so many events into the hours."""
        events = [line(number, of=count) for number in range(count)]
        for number, start in enumerate(range(0, count, LINES_PER_OBJECT)):
            hour = self.hours[number % len(self.hours)]
            self.put(hour, f"shardId-000000000000-{number}.ndjson.gz", events[start : start + LINES_PER_OBJECT])

    def put(self, hour: Hour, name: str, lines: Sequence[bytes]) -> None:
        """Store an object, or add to it."""
        key = f"events/{hour.folder}{name}"
        self.lines[key] = [*self.lines.get(key, []), *lines]
        body = gzip.compress(b"".join(each + b"\n" for each in self.lines[key]))
        s3, bucket = self.deployment.client("s3"), self.deployment.outputs["archive_bucket"]
        s3.put_object(Bucket=bucket, Key=key, Body=body, ContentType="application/gzip")

    def expected(self, *hours: Hour) -> Counter[str]:
        """Every line that was put into these hours, by default all."""
        folders = tuple(f"events/{hour.folder}" for hour in hours or self.hours)
        return Counter(each.decode() for key, lines in self.lines.items() if key.startswith(folders) for each in lines)

    def stored(self) -> list[str]:
        """Keys of our raw objects that are there."""
        s3, bucket = self.deployment.client("s3"), self.deployment.outputs["archive_bucket"]
        pages = (
            page
            for hour in self.hours
            for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=f"events/{hour.folder}")
        )
        return [each["Key"] for page in pages for each in page.get("Contents", [])]

    # Queries.

    def condition(self, *hours: Hour) -> str:
        """Where our events of these hours are, by default all."""
        named = ", ".join(f"'{hour.name}'" for hour in hours or self.hours)
        return f'"date" || \'-\' || "hour" IN ({named})'

    def lines_of(self, table: str, *hours: Hour) -> Counter[str]:
        """Our lines of these hours, by default all, in a table or view."""
        return Counter(event for (event,) in self.query(f"SELECT event FROM {table} WHERE {self.condition(*hours)}"))  # noqa: S608

    def query(self, text: str) -> list[tuple[str, ...]]:
        """The rows of a query, as people ask it."""
        athena = self.deployment.client("athena")
        outputs = self.deployment.outputs
        query = athena.start_query_execution(
            QueryString=text,
            QueryExecutionContext={"Database": outputs["query_database"]},
            WorkGroup=outputs["query_workgroup"],
        )["QueryExecutionId"]
        end = time.monotonic() + _QUERY_SECONDS
        while time.monotonic() < end:
            execution = athena.get_query_execution(QueryExecutionId=query)["QueryExecution"]
            if execution["Status"]["State"] not in ("QUEUED", "RUNNING"):
                assert execution["Status"]["State"] == "SUCCEEDED", execution["Status"]
                return list(self._rows(execution["ResultConfiguration"]["OutputLocation"]))
            time.sleep(0.05)
        raise AssertionError(f"no result within {_QUERY_SECONDS} s: {text}")

    def _rows(self, location: str) -> Iterator[tuple[str, ...]]:
        bucket, _, key = location.removeprefix("s3://").partition("/")
        body = self.deployment.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read().decode()
        rows = csv.reader(io.StringIO(body, newline=""))
        next(rows)
        return map(tuple, rows)

    # The compactor.

    def invoke(self, event: Json) -> Json:
        """What the deployed function answers."""
        client = self.deployment.client("lambda")
        name = self.deployment.functions["compactor"]
        answer = client.invoke(FunctionName=name, Payload=json.dumps(event).encode())
        found: Json = json.loads(answer["Payload"].read())
        assert "FunctionError" not in answer, found
        return found

    def settings(self) -> Settings:
        """What the deployed function is told."""
        client = self.deployment.client("lambda")
        configuration = client.get_function_configuration(FunctionName=self.deployment.functions["compactor"])
        return Settings.from_environ(configuration["Environment"]["Variables"])

    def catalog(self) -> GlueCatalog:
        """The tables of the deployment."""
        told = self.settings()
        return GlueCatalog(
            self.deployment.client("glue"),
            database=told.database,
            bucket=told.archive_bucket,
            events_view=told.events_view,
        )

    def run(self, *hours: Hour, crash: "Crash | None" = None, raw_expiration_days: int | None = None) -> Report:
        """One run of our own, which may end at a call, and need not wait until hours have settled."""
        told = self.settings()
        clients = {service: self.deployment.client(service) for service in ("s3", "athena", "glue")}
        for client in clients.values():
            if crash:
                crash.watch(client)
        compactor = Compactor(
            S3Archive(clients["s3"], told.archive_bucket),
            Athena(clients["athena"], workgroup=told.workgroup, database=told.database, bucket=told.archive_bucket),
            GlueCatalog(
                clients["glue"], database=told.database, bucket=told.archive_bucket, events_view=told.events_view
            ),
            check_days=1,
            raw_expiration_days=raw_expiration_days,
            clock=lambda: time.time() + SETTLED_SECONDS,
            workers=1,
        )
        return compactor.run(Request(hours=tuple(hour.name for hour in hours)), lambda: 60.0)

    def end_others(self) -> None:
        """As if the time of a run that was killed were over."""
        catalog = self.catalog()
        view = catalog.view()
        assert view
        catalog.change_view(view, view.through, "", 0.0)


@dataclass
class Crash:
    """The process ends before or after the first call of an operation, once `skipped` such calls were made."""

    operation: str
    when: str
    skipped: int = 0
    is_over: bool = False

    def watch(self, client: Any) -> None:
        """Look at every call of a client."""
        client.meta.events.register_first("before-call", self._before)
        client.meta.events.register_last("after-call", self._after)

    def _before(self, model: Any, **_: object) -> None:
        if self.is_over:
            raise CrashError
        if model.name == self.operation and self.when == "before":
            self._count()

    def _after(self, model: Any, **_: object) -> None:
        if model.name == self.operation and self.when == "after":
            self._count()

    def _count(self) -> None:
        self.skipped -= 1
        if self.skipped < 0:
            self.is_over = True
            raise CrashError
