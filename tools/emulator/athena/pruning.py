"""Conditions of a query on the partition columns of its tables: other partitions need no reading.

Only what is certain is followed: conditions joined by AND that name columns of one source, through subqueries, WITH
and UNION, but into no outer join, aggregation, window or limit. What isn't understood reads more, never less.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from sqlglot import exp

from tools.emulator.athena.tables import Table

_CHOOSES_ROWS = ("group", "having", "limit", "offset", "qualify", "pivots")
_DEPENDS_ON_ROWS = (exp.AggFunc, exp.Window, exp.Unnest, exp.Query, exp.Rand)

Known = Mapping[str, tuple[exp.Query, "Known"]]
"""What WITH defines, each with what was defined before it."""


def conditions(query: exp.Expr, tables: Mapping[str, Table]) -> dict[str, exp.Expr]:
    """For names of tables, what their partition columns must satisfy; tables that are read whole are not in it.

    `query` is what they were resolved in, qualified.
    """
    if any(with_.recursive for with_ in query.find_all(exp.With)):
        return {}
    search = _Search({name: {one.name for one in table.partition_columns} for name, table in tables.items()})
    search.follow(query, [], {})
    return {name: exp.or_(*found) for name, found in search.found.items()}


class _Search:
    def __init__(self, partitioned: Mapping[str, set[str]]) -> None:
        self._partitioned = partitioned
        self.found: dict[str, list[exp.Expr]] = defaultdict(list)
        """For each table one condition for each place that reads it."""

    def follow(self, query: exp.Expr, wanted: Sequence[exp.Expr], known: Known) -> None:
        """Go through a query, of whose rows only those matter that satisfy `wanted`: conditions on its columns."""
        if any(query.args.get(each) for each in _CHOOSES_ROWS):
            wanted = []
        if with_ := query.args.get("with_"):
            for cte in with_.expressions:
                known = {**known, cte.alias: (cte.this, known)}
        if isinstance(query, exp.Subquery):
            self.follow(query.this, wanted, known)
        elif isinstance(query, exp.SetOperation):
            for side in (query.this, query.expression):
                columns = (exp.column(name, quoted=True) for name in side.named_selects)
                renamed = dict(zip(query.named_selects, columns, strict=False))
                self.follow(side, [_replaced(each, renamed) for each in wanted], known)
        elif isinstance(query, exp.Select):
            self._follow_select(query, wanted, known)

    def _follow_select(self, select: exp.Select, wanted: Sequence[exp.Expr], known: Known) -> None:
        selected = {each.alias_or_name: each.unalias() for each in select.selects}
        if any(each.find(*_DEPENDS_ON_ROWS) for each in selected.values()):
            wanted = []
        where = select.args.get("where")
        all_ = [*(_parts(where.this) if where else ()), *(_replaced(each, selected) for each in wanted)]
        joins = select.args.get("joins") or []
        if any(join.side or join.kind in ("SEMI", "ANTI") for join in joins):
            all_ = []
        from_ = select.args.get("from_")
        sources = [each.this for each in (*([from_] if from_ else ()), *joins)]
        for source in sources:
            self._follow_source(source, [each for each in all_ if _is_about(each, source.alias_or_name)], known)
        for nested in select.walk(prune=lambda node: node is not select and isinstance(node, (exp.Query, exp.With))):
            if isinstance(nested, exp.Query) and nested is not select and not any(nested is one for one in sources):
                self.follow(nested, [], known)

    def _follow_source(self, source: exp.Expr, about: Sequence[exp.Expr], known: Known) -> None:
        if source.args.get("alias") and source.args["alias"].columns:
            about = []  # its columns have other names than those of the query in it
        about = [
            _replaced(each, {column.name: exp.column(column.name, quoted=True) for column in each.find_all(exp.Column)})
            for each in about
        ]
        if isinstance(source, exp.Subquery):
            self.follow(source, about, known)
        elif source.name in known:
            self.follow(known[source.name][0], about, known[source.name][1])
        elif source.name in self._partitioned:
            columns = self._partitioned[source.name]
            on_partitions = [each for each in about if all(one.name in columns for one in each.find_all(exp.Column))]
            self.found[source.name].append(exp.and_(exp.true(), *on_partitions))


def _parts(condition: exp.Expr) -> Iterator[exp.Expr]:
    """What must all be true."""
    condition = condition.unnest()
    if isinstance(condition, exp.And):
        yield from _parts(condition.left)
        yield from _parts(condition.right)
    else:
        yield condition


def _is_about(condition: exp.Expr, source: str) -> bool:
    tables = {column.table for column in condition.find_all(exp.Column)}
    return tables == {source} and not condition.find(*_DEPENDS_ON_ROWS)


def _replaced(condition: exp.Expr, columns: Mapping[str, exp.Expr]) -> exp.Expr:
    def other(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Column) and node.name in columns:
            return exp.paren(columns[node.name])
        return node

    return condition.transform(other)
