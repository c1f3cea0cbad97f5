"""CREATE TABLE AS: what a query selects becomes files and a table of the catalog."""
# ruff: noqa: S608 - identifiers are quoted

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
from sqlglot import exp

from tools.emulator.athena.dialect import has_name
from tools.emulator.athena.errors import QueryError
from tools.emulator.athena.tables import Lake, objects, split_uri

_PARQUET = {
    "InputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
    "OutputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
    "SerdeInfo": {
        "SerializationLibrary": "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
        "Parameters": {"serialization.format": "1"},
    },
}
_PROPERTIES = ("write_compression", "external_location", "bucketed_by", "bucket_count")
_COMPRESSIONS = ("ZSTD", "GZIP", "SNAPPY", "NONE")


@dataclass(frozen=True, slots=True)
class Target:
    """The table that is to be created."""

    database: str
    name: str
    location: str
    compression: str
    bucketed_by: tuple[str, ...]
    bucket_count: int


@dataclass(frozen=True, slots=True)
class Written:
    """What is to be put into the catalog and into S3."""

    database: str
    table: dict[str, Any]
    objects: list[tuple[str, str, bytes]]


def target_of(create: exp.Create, database: str, lake: Lake, default_location: str, is_enforced: bool) -> Target | None:
    """The target that the statement describes, None if it exists and may; raises QueryError if it can't be written."""
    schema, name = (create.this.db or database).lower(), create.this.name.lower()
    if lake.database(schema) is None:
        raise QueryError(f"SCHEMA_NOT_FOUND: line 1:1: Schema '{schema}' does not exist")
    if lake.table(schema, name) is not None:
        if create.args.get("exists"):
            return None
        raise QueryError(f"TABLE_ALREADY_EXISTS: line 1:1: Table 'awsdatacatalog.{schema}.{name}' already exists")
    for position, selected in enumerate(create.expression.selects, start=1):
        if not has_name(selected):
            raise QueryError(f"MISSING_COLUMN_NAME: line 1:1: Column name not specified at position {position}")
    given = _properties(create)
    if is_enforced and "external_location" in given:
        raise QueryError(
            "The Create Table As Select query failed because it was submitted with an 'external_location' property to "
            "an Athena Workgroup that enforces a centralized output location for all queries. Please remove the "
            "'external_location' property and resubmit the query."
        )
    location = given.get("external_location", default_location).rstrip("/") + "/"
    if next(objects(lake, location), None):
        raise QueryError(
            f"HIVE_PATH_ALREADY_EXISTS: Target directory for table '{schema}.{name}' already exists: {location}. You "
            "may need to manually clean the data before retrying. Athena will not delete data in your account."
        )
    bucketed_by, count = given.get("bucketed_by", ()), int(given.get("bucket_count", 1))
    return Target(schema, name, location, given["write_compression"].upper(), tuple(bucketed_by), count)


def _properties(create: exp.Create) -> dict[str, Any]:
    """What WITH says, and Athena's defaults."""
    given: dict[str, Any] = {"format": "PARQUET", "write_compression": "GZIP"}  # Athena user guide, "CREATE TABLE AS"
    for each in create.args["properties"].expressions if create.args.get("properties") else ():
        if isinstance(each, exp.FileFormatProperty):
            given["format"] = each.name
        elif type(each) is exp.Property and each.name.lower() in _PROPERTIES:
            value = each.args["value"]
            is_list = isinstance(value, exp.Array)
            given[each.name.lower()] = [one.name for one in value.expressions] if is_list else value.name
        else:
            raise QueryError(f"NOT_SUPPORTED: the emulator knows no property of CREATE TABLE AS such as {each.sql()}")
    if given["format"].upper() != "PARQUET":
        raise QueryError(f"NOT_SUPPORTED: the emulator writes PARQUET, not {given['format']}")
    if given["write_compression"].upper() not in _COMPRESSIONS:
        raise QueryError(f"INVALID_TABLE_PROPERTY: write_compression is none of {', '.join(_COMPRESSIONS)}")
    if ("bucketed_by" in given) != ("bucket_count" in given):
        raise QueryError("INVALID_TABLE_PROPERTY: bucketed_by and bucket_count must be specified together")
    return given


def write(connection: duckdb.DuckDBPyConnection, selected: str, target: Target, id_: str, folder: Path) -> Written:
    """Write what a query of DuckDB selects into files of the folder; raises QueryError, and DuckDB's errors."""
    connection.execute(f"CREATE TEMP TABLE written AS {selected}")
    columns = [_column(name, type_) for name, type_, *_ in connection.execute("DESCRIBE written").fetchall()]
    bucket_of = f"hash({', '.join(map(_quoted, target.bucketed_by))}) % {target.bucket_count}"
    bucket, prefix = split_uri(target.location)
    files = []
    for number in range(target.bucket_count):
        file = folder / f"bucket-{number}"
        chosen = f"WHERE {bucket_of} = {number}" if target.bucketed_by else ""
        values = ", ".join(f"CAST({_quoted(name)} AS {type_}) AS {_quoted(name)}" for name, type_, _ in columns)
        compression = target.compression.replace("NONE", "UNCOMPRESSED")
        connection.execute(
            f"COPY (SELECT {values} FROM written {chosen}) TO '{file}' (FORMAT parquet, COMPRESSION {compression})"
        )
        files.append((bucket, f"{prefix}{id_}_bucket-{number:05}", file.read_bytes()))
    storage = {
        **_PARQUET,
        "Columns": [{"Name": name.lower(), "Type": hive_type} for name, _, hive_type in columns],
        "Location": target.location,
        "BucketColumns": list(target.bucketed_by),
        "NumberOfBuckets": target.bucket_count if target.bucketed_by else -1,
    }
    table = {
        "Name": target.name,
        "TableType": "EXTERNAL_TABLE",
        "Parameters": {"EXTERNAL": "TRUE", "has_encrypted_data": "false", "parquet.compression": target.compression},
        "StorageDescriptor": storage,
        "PartitionKeys": [],
    }
    return Written(target.database, table, files)


def _column(name: str, type_: str) -> tuple[str, str, str]:
    """Its name, and its type in DuckDB and in the catalog."""
    type_ = "BIGINT" if type_ in ("HUGEINT", "UBIGINT") else type_
    if "JSON" in type_ or "TIME ZONE" in type_ or type_ in ("INTERVAL", "NULL"):
        raise QueryError(f"NOT_SUPPORTED: Unsupported Hive type: {type_.lower()}")
    return name, type_, exp.DataType.build(type_, dialect="duckdb").sql(dialect="hive").lower()


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
