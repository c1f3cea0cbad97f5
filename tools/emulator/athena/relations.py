"""Tables as views of DuckDB, over copies of their objects in a folder."""
# ruff: noqa: S608 - identifiers and texts are quoted, and DuckDB may read nothing but the folder

import gzip
import json
from dataclasses import dataclass
from pathlib import Path

import duckdb
from sqlglot import exp

from tools.emulator.athena.dialect import duckdb_sql
from tools.emulator.athena.errors import QueryError
from tools.emulator.athena.tables import PATH, Column, Lake, Partition, Table, objects

_LINES = "unnest(string_split(content, chr(10)))"


@dataclass(frozen=True, slots=True)
class Source:
    """What there is to be copied: a table, the condition on its partitions, and whether the query names objects."""

    name: str
    table: Table
    condition: exp.Expr | None
    has_path: bool


def create(connection: duckdb.DuckDBPyConnection, source: Source, lake: Lake, folder: Path) -> int:
    """Create the view of that name, and return how many bytes its objects have; raises QueryError."""
    table, name = source.table, source.name
    copies = folder / name
    copies.mkdir()
    rows: list[dict[str, object]] = []
    scanned = 0
    for partition in _wanted(connection, source, lake):
        for bucket, key in objects(lake, partition.location):
            content = lake.read(bucket, key)
            if content is None:
                raise QueryError(f"HIVE_CANNOT_OPEN_SPLIT: s3://{bucket}/{key} is gone")
            scanned += len(content)
            copy = copies / str(len(rows))
            if _copy(table, key, content, copy):
                rows.append({"file": str(copy), "uri": f"s3://{bucket}/{key}", "values": partition.values})
    columns = [*(f"{_cast('NULL', one)} AS {_quoted(one.name)}" for one in (*table.columns, *table.partition_columns))]
    path = f", __uri AS {_quoted(PATH)}" if source.has_path else ""
    selected = f"SELECT {', '.join(columns)}{path} FROM (SELECT NULL::VARCHAR AS __uri) WHERE false"
    if rows:
        index = folder / f"{name}.json"
        index.write_text("\n".join(map(json.dumps, rows)))
        selected = _selected(connection, table, copies, index, path)
    connection.execute(f"CREATE VIEW {name} AS {selected}")
    return scanned


def _wanted(connection: duckdb.DuckDBPyConnection, source: Source, lake: Lake) -> list[Partition]:
    partitions = source.table.partitions(lake)
    if source.condition is None or not source.table.partition_columns or not partitions:
        return partitions
    columns = ", ".join(
        f"{_cast(f'v[{number}]', one)} AS {_quoted(one.name)}"
        for number, one in enumerate(source.table.partition_columns, start=1)
    )
    listed = [list(one.values) for one in partitions]
    try:
        found = connection.execute(
            f"SELECT i FROM (SELECT i, {columns} FROM (SELECT unnest(range(len($1))) AS i, unnest($1) AS v)) "
            f"WHERE {duckdb_sql(source.condition)}",
            [listed],
        )
        return [partitions[number] for (number,) in found.fetchall()]
    except duckdb.Error:
        return partitions  # if it fails for rows that are wanted, the query will


def _copy(table: Table, key: str, content: bytes, file: Path) -> bool:
    """Write what DuckDB is to read, and tell whether there is anything."""
    if "parquet" not in table.library.lower():
        if key.endswith(".gz"):
            content = gzip.decompress(content)
        # Lines end as in Trino's reader; an end at the end begins no other line.
        content = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        if not content:
            return False
        # What is no UTF-8 is shown as such.
        content = content.removesuffix(b"\n").decode(errors="replace").encode()
    file.write_bytes(content)
    return True


def _selected(connection: duckdb.DuckDBPyConnection, table: Table, copies: Path, index: Path, path: str) -> str:
    files = f"{_literal(f'{copies}/*')}"
    if "parquet" in table.library.lower():
        read = f"read_parquet({files}, union_by_name = true, filename = '__file')"
        present = {row[0].lower() for row in connection.execute(f"DESCRIBE SELECT * FROM {read}").fetchall()}
        values = [_quoted(one.name) if one.name in present else "NULL" for one in table.columns]
    elif "LazySimpleSerDe" in table.library:
        parts = f"string_split({_LINES}, {_literal(table.delimiter)})"
        read = f"(SELECT filename AS __file, {parts} AS __parts FROM read_text({files}))"
        values = [f"nullif(__parts[{number}], '\\N')" for number in range(1, len(table.columns) + 1)]
    else:
        raise QueryError(
            f"HIVE_UNSUPPORTED_FORMAT: the emulator can't read {table.name}: {table.library or 'no SerDe'}"
        )
    values += [f"__values[{number}]" for number in range(1, len(table.partition_columns) + 1)]
    columns = zip(values, (*table.columns, *table.partition_columns), strict=True)
    selected = ", ".join(f"{_cast(value, one)} AS {_quoted(one.name)}" for value, one in columns)
    fields = "{file: 'VARCHAR', uri: 'VARCHAR', values: 'VARCHAR[]'}"
    return (
        f'SELECT {selected}{path} FROM {read} JOIN (SELECT file AS __file, uri AS __uri, "values" AS __values '
        f"FROM read_json({_literal(str(index))}, columns = {fields})) USING (__file)"
    )


def _cast(value: str, column: Column) -> str:
    """The value in the type that the catalog has for the column; null where it can't be one, as in Hive."""
    return f"TRY_CAST({value} AS {column.duckdb_type})"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
