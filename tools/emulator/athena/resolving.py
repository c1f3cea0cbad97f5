"""Names in a query: views become what they select, and each mention of a table a name of its own."""

from dataclasses import dataclass, field
from itertools import count

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.annotate_types import annotate_types
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import traverse_scope

from tools.emulator.athena.errors import QueryError
from tools.emulator.athena.tables import PATH, Lake, Table, View

DIALECT = "athena"


@dataclass
class Resolved:
    """A query that names no view, and the tables behind the names that it has instead."""

    query: exp.Query
    tables: dict[str, Table] = field(default_factory=dict)

    def qualified(self) -> exp.Expr | None:
        """A copy of the query in which each column says whose it is and has a type; None if that isn't clear."""
        schema: dict[str, object] = {
            name: {one.name: one.athena_type for one in (*table.columns, *table.partition_columns)} | {PATH: "varchar"}
            for name, table in self.tables.items()
        }
        try:
            query = qualify(self.query.copy(), schema=schema, dialect=DIALECT, validate_qualify_columns=False)
            return annotate_types(query, schema=schema, dialect=DIALECT)
        except SqlglotError:
            return None  # DuckDB will say what is wrong with it


def resolve(query: exp.Query, database: str, lake: Lake) -> Resolved:
    """Resolve every name; raises QueryError for one that isn't in the catalog."""
    resolved = Resolved(query)
    names = (f"__table{number}" for number in count())

    def replace_all(query: exp.Query, database: str, inside: tuple[Table, ...]) -> None:
        for node in _tables_of(query):
            table = _find(node, database, lake)
            if not node.alias:
                node.set("alias", exp.TableAlias(this=exp.to_identifier(table.name, quoted=True)))
            if view := table.view:
                if any((table.database, table.name) == (one.database, one.name) for one in inside):
                    raise QueryError(f"VIEW_IS_RECURSIVE: Statement is recursive in view '{table.name}'")
                selected = parse_query(view.sql)
                replace_all(selected, view.schema, (*inside, table))
                node.replace(exp.Subquery(this=_as_declared(view, selected, table.name), alias=node.args["alias"]))
            else:
                name = next(names)
                resolved.tables[name] = table
                for part, value in (("this", exp.to_identifier(name)), ("db", None), ("catalog", None)):
                    node.set(part, value)
        for column in query.find_all(exp.Column):
            column.set("db", None)
            column.set("catalog", None)

    replace_all(query, database, ())
    return resolved


def parse_query(sql: str) -> exp.Query:
    """A SELECT, also one with WITH or UNION; raises QueryError for what is none."""
    parsed = sqlglot.parse_one(sql, read=DIALECT)
    if not isinstance(parsed, exp.Query):
        raise QueryError(f"NOT_SUPPORTED: the emulator runs no such statement: {sql[:80]}")
    return parsed


def _tables_of(query: exp.Query) -> list[exp.Table]:
    """Where it names tables, not what its own WITH defines."""
    sources = (source for scope in traverse_scope(query) for source in scope.sources.values())
    found = {id(source): source for source in sources if isinstance(source, exp.Table)}
    return list(found.values())


def _find(node: exp.Table, database: str, lake: Lake) -> Table:
    meta = node.this.meta  # of an identifier's end
    where = f"line {meta.get('line', 1)}:{meta.get('col', 1) - meta.get('end', 0) + meta.get('start', 0)}"
    if node.catalog.lower() not in ("", "awsdatacatalog"):
        raise QueryError(f"CATALOG_NOT_FOUND: {where}: Catalog '{node.catalog}' not found")
    schema, name = (node.db or database).lower(), node.name.lower()
    if lake.database(schema) is None:
        raise QueryError(f"SCHEMA_NOT_FOUND: {where}: Schema '{schema}' does not exist")
    described = lake.table(schema, name)
    if described is None:
        raise QueryError(f"TABLE_NOT_FOUND: {where}: Table 'awsdatacatalog.{schema}.{name}' does not exist")
    return Table(schema, described)


def _as_declared(view: View, selected: exp.Query, name: str) -> exp.Select:
    declared = [column.name for column in view.columns]
    if not selected.is_star and [found.lower() for found in selected.named_selects] != declared:
        raise QueryError(
            f"INVALID_VIEW: View '{name}' is stale or in invalid state: it selects {selected.named_selects}"
        )
    columns = (
        exp.cast(exp.column(column.name, quoted=True), column.type, dialect=DIALECT).as_(column.name, quoted=True)
        for column in view.columns
    )
    return exp.select(*columns).from_(selected.subquery("view"))
