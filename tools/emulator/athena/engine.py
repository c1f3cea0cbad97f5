"""Running a statement."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

import duckdb
import sqlglot
from sqlglot import exp

from tools.emulator.athena import relations, writing
from tools.emulator.athena.comparing import check_comparisons
from tools.emulator.athena.dialect import MACROS, SETTINGS, duckdb_sql, names_path
from tools.emulator.athena.errors import QueryError
from tools.emulator.athena.pruning import conditions
from tools.emulator.athena.resolving import DIALECT, resolve
from tools.emulator.athena.results import Results, rows_of, type_of
from tools.emulator.athena.tables import Lake


@dataclass(frozen=True, slots=True)
class Statement:
    """What is to be run."""

    id: str
    sql: str
    database: str
    """That of names without one."""
    tables_location: str
    """Where a CREATE TABLE AS writes that names no location."""
    is_enforced: bool
    """The workgroup enforces its settings, so that no statement may name a location."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What it selected or wrote, and the sum of the sizes of all objects that it opened, in bytes."""

    results: Results
    scanned_bytes: int
    written: writing.Written | None = None


def run(statement: Statement, lake: Lake) -> Outcome:
    """Run a SELECT or CREATE TABLE AS, which is left to the caller to put into S3; raises what `reason_of` reads."""
    parsed = sqlglot.parse_one(statement.sql, read=DIALECT)
    query: exp.Expr | None = parsed.expression if isinstance(parsed, exp.Create) else parsed
    if not isinstance(query, exp.Query) or (isinstance(parsed, exp.Create) and parsed.kind != "TABLE"):
        raise QueryError(f"NOT_SUPPORTED: the emulator runs no such statement: {statement.sql.strip()[:80]}")
    resolved = resolve(query, statement.database, lake)
    qualified = resolved.qualified()
    if qualified:
        check_comparisons(qualified)
    wanted = conditions(qualified, resolved.tables) if qualified else {}
    target = None
    if isinstance(parsed, exp.Create):
        target = writing.target_of(parsed, statement.database, lake, statement.tables_location, statement.is_enforced)
        if target is None:
            return Outcome(Results(), 0)
    with tempfile.TemporaryDirectory(prefix="athena-") as name, duckdb.connect(":memory:") as connection:
        folder = Path(name)
        # A query reads S3's objects, not this machine's files.
        for each in (
            *SETTINGS,
            f"SET allowed_directories = ['{folder}']",
            "SET enable_external_access = false",
            *MACROS,
        ):
            connection.execute(each)
        has_path = names_path(resolved.query)
        scanned = sum(
            relations.create(connection, relations.Source(name, table, wanted.get(name), has_path), lake, folder)
            for name, table in resolved.tables.items()
        )
        selected = duckdb_sql(resolved.query)
        if target:
            return Outcome(Results(), scanned, writing.write(connection, selected, target, statement.id, folder))
        found = connection.execute(selected)
        described = [(each[0], type_of(str(each[1]))) for each in found.description or ()]
        columns, types = ([*each] for each in zip(*described, strict=True))
        return Outcome(Results(columns, types, rows_of(found.fetchall())), scanned)
