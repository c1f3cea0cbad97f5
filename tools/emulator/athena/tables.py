"""Tables of the Glue catalog: their columns, the partitions they have, and the objects that these hold."""

import base64
import json
import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from sqlglot import exp

from tools.emulator.athena.errors import QueryError

PATH = "$path"
"""The hidden column of every table: the URI of the object that a row is in."""


class Lake(Protocol):
    """What there is: the Glue catalog, and S3."""

    def database(self, name: str) -> Mapping[str, Any] | None:
        """The database of that name, as Glue describes it."""

    def table(self, database: str, name: str) -> Mapping[str, Any] | None:
        """The table of that name, as Glue describes it."""

    def partitions(self, database: str, name: str) -> Sequence[Mapping[str, Any]]:
        """The table's partitions, as Glue describes them."""

    def keys(self, bucket: str) -> Sequence[str]:
        """The keys of all objects of a bucket, sorted; none if there is no such bucket."""

    def read(self, bucket: str, key: str) -> bytes | None:
        """The object's bytes; None if it is gone."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column, with the type that the catalog has for it."""

    name: str
    type: str

    @property
    def athena_type(self) -> str:
        """As it is called in a query."""
        return exp.DataType.build(self.type, dialect="hive").sql(dialect="athena")

    @property
    def duckdb_type(self) -> str:
        """As DuckDB calls it."""
        return exp.DataType.build(self.type, dialect="hive").sql(dialect="duckdb")


@dataclass(frozen=True, slots=True)
class Partition:
    """The values of a table's partition columns, and where the rows are that have them."""

    values: tuple[str, ...]
    location: str


@dataclass(frozen=True, slots=True)
class View:
    """A view as Athena keeps it in the catalog."""

    sql: str
    schema: str
    columns: tuple[Column, ...]


class Table:
    """A table or view of the catalog."""

    def __init__(self, database: str, described: Mapping[str, Any]) -> None:
        self.database = database
        self.name = str(described["Name"])
        self._described = described
        self._storage = described.get("StorageDescriptor") or {}
        self._parameters: Mapping[str, str] = described.get("Parameters") or {}
        self.columns = _columns(self._storage.get("Columns"))
        self.partition_columns = _columns(described.get("PartitionKeys"))
        self.location = str(self._storage.get("Location") or "")

    @property
    def view(self) -> View | None:
        """What the view selects; None for a table. Raises QueryError for a view of another engine."""
        if self._described.get("TableType") != "VIRTUAL_VIEW":
            return None
        text = re.fullmatch(r"/\* Presto View: (\S+) \*/", (self._described.get("ViewOriginalText") or "").strip())
        if text is None:
            raise QueryError(
                f"INVALID_VIEW: View '{self.database}.{self.name}' has no Presto view in its original text"
            )
        view = json.loads(base64.b64decode(text[1]))
        columns = tuple(Column(one["name"], one["type"]) for one in view["columns"])
        return View(view["originalSql"], view["schema"], columns)

    @property
    def library(self) -> str:
        """The class that reads its rows."""
        return str((self._storage.get("SerdeInfo") or {}).get("SerializationLibrary") or "")

    @property
    def delimiter(self) -> str:
        """What separates the columns of a line of text."""
        given = (self._storage.get("SerdeInfo") or {}).get("Parameters") or {}
        return str(given.get("field.delim") or "\x01")

    def partitions(self, lake: Lake) -> list[Partition]:
        """All of them; a table without partition columns is one. Projected are those whose folders have objects."""
        if not self.partition_columns:
            return [Partition((), self.location)]
        if self._parameters.get("projection.enabled") != "true":
            found = lake.partitions(self.database, self.name)
            return [Partition(tuple(one["Values"]), one["StorageDescriptor"]["Location"]) for one in found]
        default = "/".join(
            [self.location.rstrip("/"), *(f"{one.name}=${{{one.name}}}" for one in self.partition_columns)]
        )
        template = self._parameters.get("storage.location.template", default)
        pattern = re.compile(re.sub(r"\\\$\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(template.rstrip("/"))) + "/")
        bucket, prefix = split_uri(template.partition("${")[0])
        matches = (pattern.match(f"s3://{bucket}/{key}") for key in _below(lake.keys(bucket), prefix))
        found_at = {each[0]: tuple(each[one.name] for one in self.partition_columns) for each in matches if each}
        return [Partition(values, location) for location, values in found_at.items() if self._projects(values)]

    def _projects(self, values: tuple[str, ...]) -> bool:
        """Tell whether they are in the ranges for which there are partitions."""
        settings = [
            {
                key: self._parameters.get(f"projection.{one.name}.{key}", "")
                for key in ("type", "range", "digits", "format")
            }
            for one in self.partition_columns
        ]
        return all(_is_in_range(value, one) for value, one in zip(values, settings, strict=True))


def objects(lake: Lake, location: str) -> Iterator[tuple[str, str]]:
    """Bucket and key of what a location holds, but for what Athena hides: names that begin with `_` or a dot."""
    bucket, prefix = split_uri(location.rstrip("/") + "/")
    for key in _below(lake.keys(bucket), prefix):
        if not key.endswith("/") and not re.search(r"(^|/)[_.]", key.removeprefix(prefix)):
            yield bucket, key


def split_uri(uri: str) -> tuple[str, str]:
    """Bucket and key, or prefix, of an S3 URI."""
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    return bucket, key


def _columns(described: Sequence[Mapping[str, str]] | None) -> tuple[Column, ...]:
    return tuple(Column(one["Name"], one.get("Type") or "string") for one in described or ())


def _below(keys: Sequence[str], prefix: str) -> Iterator[str]:
    for index in range(bisect_left(keys, prefix), len(keys)):
        if not keys[index].startswith(prefix):
            return
        yield keys[index]


def _is_in_range(value: str, projection: Mapping[str, str]) -> bool:
    first, _, last = projection["range"].partition(",")
    if projection["type"] == "integer":
        digits = int(projection["digits"] or 0)
        return value.isdecimal() and value == str(int(value)).zfill(digits) and int(first) <= int(value) <= int(last)
    if projection["type"] == "date" and projection["format"] == "yyyy-MM-dd":
        today = datetime.now(UTC).strftime("%Y-%m-%d")
        return first.replace("NOW", today) <= value <= last.replace("NOW", today)
    return True
