"""Comparisons of values of different types, which Athena refuses and DuckDB makes possible."""

from sqlglot import exp

from tools.emulator.athena.errors import QueryError
from tools.emulator.athena.resolving import DIALECT

_FAMILIES = (
    exp.DataType.TEXT_TYPES,
    exp.DataType.NUMERIC_TYPES,
    exp.DataType.TEMPORAL_TYPES,
    {exp.DataType.Type.BOOLEAN},
)
_OPERATORS: dict[type[exp.Expr], str] = {
    exp.EQ: "=",
    exp.NEQ: "<>",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.GT: ">",
    exp.GTE: ">=",
}


def check_comparisons(query: exp.Expr) -> None:
    """Raise QueryError for a comparison of different types in a query whose types are known as far as can be."""
    for node in query.find_all(exp.In, exp.Between, *_OPERATORS):
        if isinstance(node, exp.In):
            others = node.expressions
        elif isinstance(node, exp.Between):
            others = [node.args["low"], node.args["high"]]
        else:
            others = [node.expression]
        for other in others:
            families = {_family(node.this), _family(other)} - {None}
            if len(families) > 1:
                types = [each.type.sql(dialect=DIALECT).lower() for each in (node.this, other) if each.type]
                operator = _OPERATORS.get(type(node), "=")
                raise QueryError(f"TYPE_MISMATCH: Cannot apply operator: {f' {operator} '.join(types)}")


def _family(node: exp.Expr) -> int | None:
    types = (number for number, family in enumerate(_FAMILIES) if node.type and node.type.this in family)
    return next(types, None)
