"""Athena's SQL as DuckDB's, where sqlglot leaves a difference."""

import sqlglot
from sqlglot import exp
from sqlglot.optimizer.annotate_types import annotate_types

from tools.emulator.athena.tables import PATH

_JSON, _JSON_SCALAR = "athena_json", "athena_json_scalar"

MACROS = (
    # The value is null where the text is no JSON, as in Athena.
    f"CREATE MACRO {_JSON}(x, path) AS CASE WHEN json_valid(x) THEN x -> path END",
    f"CREATE MACRO {_JSON_SCALAR}(x, path) AS CASE WHEN json_valid(x) THEN "
    "CASE WHEN json_type(x, path) NOT IN ('OBJECT', 'ARRAY') THEN x ->> path END END",
    # Athena sums other hashes: the same for equal rows in any order, but not equal to these.
    "CREATE MACRO checksum(x) AS unhex(format('{:016X}', sum(hash(x)) % 18446744073709551616))",
)
"""What a connection needs for the SQL below."""

SETTINGS = ("SET TimeZone = 'UTC'", "SET integer_division = true")


def names_path(node: exp.Expr) -> bool:
    """Tell whether it names the hidden column, which tables of DuckDB can't hide."""
    return any(column.name == PATH for column in node.find_all(exp.Column))


def has_name(selected: exp.Expr) -> bool:
    """Tell whether something that is selected has a name in the result."""
    return isinstance(selected, (exp.Alias, exp.Column, exp.Star, exp.Dot))


def duckdb_sql(node: exp.Expr) -> str:
    """The SQL of a query or condition, in DuckDB's words."""
    hides_path = names_path(node)
    whole = exp.Paren(this=annotate_types(node.copy(), dialect="athena"))  # so that its root can be replaced, too
    for each in reversed(list(whole.walk())):  # children first
        if (other := _translated(each, hides_path)) is not each:
            each.replace(other)
    translated: exp.Expr = whole.this
    return translated.sql(dialect="duckdb")


def _translated(node: exp.Expr, hides_path: bool) -> exp.Expr:
    match node:
        case exp.JSONExtractScalar():
            return exp.func(_JSON_SCALAR, node.this, _path(node))
        case exp.JSONExtract():
            return exp.func(_JSON, node.this, _path(node))
        case exp.JSONFormat():
            return exp.Cast(this=node.this, to=exp.DataType.build("varchar"))
        case exp.Cast() if node.to.is_type("json"):
            return exp.func("to_json", node.this)
        case exp.Cast() if node.to.is_type("varchar") and (
            isinstance(node.this, exp.ParseJSON) or (isinstance(node.this, exp.Anonymous) and node.this.name == _JSON)
        ):
            return exp.func(_JSON_SCALAR, node.this, exp.Literal.string("$"))
        case exp.Add() | exp.Sub() | exp.DateAdd() | exp.DateSub() if node.is_type("date"):
            return exp.cast(exp.paren(node), "date")  # DuckDB makes it a timestamp
        case exp.TimestampTrunc() | exp.DateTrunc() if node.this.is_type("date"):
            return exp.cast(node, "date")
        case exp.Select():
            node.set("expressions", [_named(each, index, hides_path) for index, each in enumerate(node.expressions)])
    return node


def _path(node: exp.JSONExtract | exp.JSONExtractScalar) -> exp.Expr:
    path: exp.Expr = node.expression
    if isinstance(path, exp.JSONPath):
        return exp.Literal.string(path.sql(dialect="duckdb")[1:-1].replace("''", "'"))
    return path


def _named(selected: exp.Expr, index: int, hides_path: bool) -> exp.Expr:
    """Athena calls what has no name by its place; `*` doesn't contain the hidden column."""
    if isinstance(selected, exp.Star) and hides_path:
        return sqlglot.parse_one(f"COLUMNS(LAMBDA c : c <> '{PATH}')", read="duckdb")
    if has_name(selected):
        return selected
    return exp.alias_(selected, f"_col{index}", quoted=True, copy=False)
