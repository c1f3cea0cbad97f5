"""CREATE TABLE AS: what a query selects becomes files and a table of the catalog."""
# ruff: noqa: S608 - identifiers are quoted

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
from sqlglot import exp

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
    """What is to be put into S3 and into the catalog, in this order."""

    database: str
    table: dict[str, Any]
    objects: list[tuple[str, str, bytes]]


def target_of(create: exp.Create, database: str, lake: Lake, tables_location: str, is_enforced: bool) -> Target:
    """The target that the statement describes; raises QueryError if it can't be written."""
    given = {
        each.name.lower(): each.args["value"] for each in create.find_all(exp.Property) if type(each) is exp.Property
    }
    format_ = create.find(exp.FileFormatProperty)
    known = {"write_compression", "external_location", "bucketed_by", "bucket_count"}
    if unknown := sorted(given.keys() - known):
        raise QueryError(f"NOT_SUPPORTED: the emulator knows no table property {unknown[0]!r} of CREATE TABLE AS")
    if format_ and format_.name.upper() != "PARQUET":
        raise QueryError(f"NOT_SUPPORTED: the emulator writes PARQUET, not {format_.name}")
    schema, name = (create.this.db or database).lower(), create.this.name.lower()
    if lake.database(schema) is None:
        raise QueryError(f"SCHEMA_NOT_FOUND: line 1:1: Schema '{schema}' does not exist")
    if lake.table(schema, name) is not None:
        raise QueryError(f"TABLE_ALREADY_EXISTS: line 1:1: Table 'awsdatacatalog.{schema}.{name}' already exists")
    if is_enforced and "external_location" in given:
        raise QueryError(
            "The Create Table As Select query failed because it was submitted with an 'external_location' property to "
            "an Athena Workgroup that enforces a centralized output location for all queries. Please remove the "
            "'external_location' property and resubmit the query."
        )
    location = given["external_location"].name if "external_location" in given else tables_location
    location = location.rstrip("/") + "/"
    if next(objects(lake, location), None):
        raise QueryError(
            f"HIVE_PATH_ALREADY_EXISTS: Target directory for table '{schema}.{name}' already exists: {location}. You "
            "may need to manually clean the data before retrying. Athena will not delete data in your account."
        )
    compression = given["write_compression"].name.upper() if "write_compression" in given else "GZIP"
    if compression not in _COMPRESSIONS:
        raise QueryError(
            f"INVALID_TABLE_PROPERTY: write_compression {compression} is none of {', '.join(_COMPRESSIONS)}"
        )
    bucketed_by = tuple(each.name for each in given["bucketed_by"].expressions) if "bucketed_by" in given else ()
    if ("bucketed_by" in given) != ("bucket_count" in given):
        raise QueryError("INVALID_TABLE_PROPERTY: bucketed_by and bucket_count must be specified together")
    count = int(given["bucket_count"].name) if bucketed_by else 1
    return Target(schema, name, location, compression, bucketed_by, count)


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
