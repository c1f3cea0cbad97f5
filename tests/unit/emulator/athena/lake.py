"""A catalog and objects in memory, and queries over them."""

import base64
import gzip
import json
from collections.abc import Mapping, Sequence
from typing import Any

from tools.emulator.athena import engine
from tools.emulator.athena.engine import Outcome, Statement
from tools.emulator.athena.errors import reason_of

TEXT = "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe"
PARQUET = "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"
HOURS = {"date": "string", "hour": "string"}
PROJECTION = {
    "projection.enabled": "true",
    "projection.date.type": "date",
    "projection.date.format": "yyyy-MM-dd",
    "projection.date.range": "2025-01-01,NOW",
    "projection.hour.type": "integer",
    "projection.hour.range": "0,23",
    "projection.hour.digits": "2",
    "storage.location.template": "s3://archive/events/date=${date}/hour=${hour}/",
}


class FakeLake:
    """What a test puts into it."""

    def __init__(self) -> None:
        self.tables: dict[str, dict[str, Any]] = {}
        self.partitions_of: dict[str, list[dict[str, Any]]] = {}
        self.objects: dict[tuple[str, str], bytes] = {}
        self.read_keys: list[str] = []

    def database(self, name: str) -> Mapping[str, Any] | None:
        return {"Name": name} if name in ("tap", "other") else None

    def table(self, database: str, name: str) -> Mapping[str, Any] | None:
        return self.tables.get(f"{database}/{name}")

    def partitions(self, database: str, name: str) -> Sequence[Mapping[str, Any]]:
        return self.partitions_of.get(f"{database}/{name}", [])

    def keys(self, bucket: str) -> Sequence[str]:
        return sorted(key for of, key in self.objects if of == bucket)

    def read(self, bucket: str, key: str) -> bytes | None:
        self.read_keys.append(key)
        return self.objects.get((bucket, key))

    def put(self, key: str, *lines: str) -> None:
        """An object of lines, compressed if it is called so."""
        content = "".join(f"{line}\n" for line in lines).encode()
        self.objects["archive", key] = gzip.compress(content, mtime=0) if key.endswith(".gz") else content

    def create(
        self,
        name: str,
        columns: Mapping[str, str],
        *,
        location: str,
        library: str = TEXT,
        partitioned_by: Mapping[str, str] | None = None,
        parameters: Mapping[str, str] | None = None,
    ) -> None:
        """A table of the database `tap`."""
        self.tables[f"tap/{name}"] = {
            "Name": name,
            "TableType": "EXTERNAL_TABLE",
            "Parameters": parameters or {},
            "PartitionKeys": [{"Name": key, "Type": value} for key, value in (partitioned_by or {}).items()],
            "StorageDescriptor": {
                "Location": location,
                "Columns": [{"Name": key, "Type": value} for key, value in columns.items()],
                "SerdeInfo": {"SerializationLibrary": library},
            },
        }

    def create_view(self, name: str, columns: Sequence[str], sql: str, *, schema: str = "tap") -> None:
        """A view of the database `tap`, all of whose columns are texts."""
        declared = [{"name": column, "type": "varchar"} for column in columns]
        view = {"originalSql": sql, "catalog": "awsdatacatalog", "schema": schema, "columns": declared}
        self.tables[f"tap/{name}"] = {
            "Name": name,
            "TableType": "VIRTUAL_VIEW",
            "ViewOriginalText": f"/* Presto View: {base64.b64encode(json.dumps(view).encode()).decode()} */",
        }

    def publish(self, name: str, values: Sequence[str], location: str) -> None:
        """A partition of a table."""
        partition = {"Values": list(values), "StorageDescriptor": {"Location": location}}
        self.partitions_of.setdefault(f"tap/{name}", []).append(partition)

    def run(self, sql: str, *, is_enforced: bool = False) -> Outcome:
        """Run a statement, and do what it leaves to be done."""
        self.read_keys.clear()
        outcome = engine.run(Statement("query-1", sql, "tap", "s3://results/tables/query-1/", is_enforced), self)
        if outcome.written:
            self.tables[f"{outcome.written.database}/{outcome.written.table['Name']}"] = outcome.written.table
            for bucket, key, content in outcome.written.objects:
                self.objects[bucket, key] = content
        return outcome

    def rows(self, sql: str) -> list[list[str | None]]:
        """What a query selects."""
        return self.run(sql).results.rows

    def value(self, expression: str) -> str | None:
        """The value of an expression."""
        return self.rows(f"SELECT {expression}")[0][0]

    def reason(self, sql: str, *, is_enforced: bool = False) -> str:
        """Why a statement fails."""
        try:
            self.run(sql, is_enforced=is_enforced)
        except Exception as error:
            return reason_of(error)
        raise AssertionError(f"{sql} succeeds")
