"""As much of Logs Insights QL as the saved queries use, to see that they are written in it, and what they find.

Source: CloudWatch Logs user guide, "CloudWatch Logs Insights language query syntax". What isn't known here is refused.
"""

import math
import operator
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

_Item = TypeVar("_Item")
Row = dict[str, Any]
Value = Callable[[Row], Any]

_TOKEN = re.compile(r'\s*("[^"]*"|/(?:[^/\\]|\\.)*/|[A-Za-z_@][\w.@-]*|\d+[a-z]*|!=|<=|>=|[=<>()\[\],*|])')
_RELATIONS: dict[str, Callable[[Any, Any], bool]] = {"=": operator.eq, "!=": operator.ne}


class QuerySyntaxError(Exception):
    """Not a query; the text says where it stops to be one."""


def flat(line: Mapping[str, Any], prefix: str = "") -> Row:
    """The fields that Logs Insights discovers in a line of JSON: `record.metrics.durationMs`, `event_ids.0`."""
    found: Row = {}
    for name, value in line.items():
        if isinstance(value, list):
            value = {str(at): one for at, one in enumerate(value)}
        found |= flat(value, f"{prefix}{name}.") if isinstance(value, dict) else {f"{prefix}{name}": value}
    return found


def run(text: str, rows: Iterable[Row]) -> list[Row]:
    """What the query finds. Raises QuerySyntaxError."""
    return _Parser(text).query(list(rows))


class _Parser:
    def __init__(self, text: str) -> None:
        self._tokens: list[str] = []
        at = 0
        while at < len(text.rstrip()):
            found = _TOKEN.match(text, at)
            if not found:
                raise QuerySyntaxError(f"at {text[at : at + 30]!r}")
            self._tokens.append(found[1])
            at = found.end()
        self.fields: set[str] = set()

    def query(self, rows: list[Row]) -> list[Row]:
        while True:
            rows = self._stage(self._next(), rows)
            if not self._tokens:
                return rows
            self._take("|")

    def _stage(self, command: str, rows: list[Row]) -> list[Row]:
        if command == "filter":
            holds = self._either()
            return [row for row in rows if holds(row)]
        if command == "fields":
            named = self._list(self._named)
            return [row | {name: value(row) for name, value in named} for row in rows]
        if command == "stats":
            return self._stats(rows)
        if command == "sort":
            value, order = self._field(), self._next()
            if order not in ("asc", "desc"):
                raise QuerySyntaxError(f"sort by {order}")
            there = [row for row in rows if value(row) is not None]
            return sorted(there, key=value, reverse=order == "desc")
        if command == "limit":
            return rows[: int(self._next())]
        raise QuerySyntaxError(f"no command {command}")

    def _stats(self, rows: list[Row]) -> list[Row]:
        wanted = self._list(self._aggregate)
        self._take("by")
        groups = self._list(self._named)
        found: dict[tuple[Any, ...], list[Row]] = {}
        for row in rows:
            found.setdefault(tuple(value(row) for _, value in groups), []).append(row)
        names = [name for name, _ in groups]
        return [
            dict(zip(names, key, strict=True)) | {name: value(some) for name, value in wanted}
            for key, some in found.items()
        ]

    def _aggregate(self) -> tuple[str, Callable[[Sequence[Row]], Any]]:
        function = self._next()
        self._take("(")
        value: Value = (lambda _: 1) if self._skip("*") else self._field()
        share = int(self._next()) if self._skip(",") else 0
        self._take(")")
        self._take("as")

        def of(rows: Sequence[Row]) -> Any:
            there = [found for row in rows if (found := value(row)) is not None]
            known: dict[str, Callable[[], Any]] = {
                "count": lambda: len(there),
                "sum": lambda: sum(there),
                "min": lambda: min(there, default=None),
                "max": lambda: max(there, default=None),
                "latest": lambda: there[-1] if there else None,
                "pct": lambda: sorted(there)[math.ceil(len(there) * share / 100) - 1] if there else None,
            }
            if function not in known:
                raise QuerySyntaxError(f"no function {function}")
            return known[function]()

        of([])
        return self._next(), of

    def _named(self) -> tuple[str, Value]:
        name = self._tokens[0]
        value = self._field()
        return (self._next(), value) if self._skip("as") else (name, value)

    def _either(self) -> Value:
        parts = [self._both()]
        while self._skip("or"):
            parts.append(self._both())
        return lambda row: any(part(row) for part in parts)

    def _both(self) -> Value:
        parts = [self._condition()]
        while self._skip("and"):
            parts.append(self._condition())
        return lambda row: all(part(row) for part in parts)

    def _condition(self) -> Value:
        value = self._field()
        if self._skip("in"):
            self._take("[")
            texts = self._list(lambda: self._next().strip('"'))
            self._take("]")
            return lambda row: value(row) in texts
        if self._skip("like"):
            pattern = re.compile(self._next().strip("/"))
            return lambda row: pattern.search(str(value(row) or "")) is not None
        if self._tokens and self._tokens[0] in _RELATIONS:
            relation, text = _RELATIONS[self._next()], self._next().strip('"')
            return lambda row: relation(value(row), text)
        return value

    def _field(self) -> Value:
        name = self._next()
        if not re.match(r"[A-Za-z_@]", name):
            raise QuerySyntaxError(f"{name} is no field")
        if not self._skip("("):
            self.fields.add(name)
            return lambda row: row.get(name)
        if name == "bin":
            self._next()
            self._take(")")
            return lambda row: row.get("@timestamp")
        values = self._list(self._field)
        self._take(")")
        if name == "ispresent":
            return lambda row: values[0](row) is not None
        if name == "coalesce":
            return lambda row: next((found for value in values if (found := value(row)) is not None), None)
        raise QuerySyntaxError(f"no function {name}")

    def _list(self, read: Callable[[], _Item]) -> list[_Item]:
        items = [read()]
        while self._skip(","):
            items.append(read())
        return items

    def _next(self) -> str:
        if not self._tokens:
            raise QuerySyntaxError("it ends too early")
        return self._tokens.pop(0)

    def _skip(self, token: str) -> bool:
        if self._tokens[:1] == [token]:
            del self._tokens[0]
            return True
        return False

    def _take(self, token: str) -> None:
        if not self._skip(token):
            raise QuerySyntaxError(f"{token!r} expected, got {self._tokens[:1]}")


def fields_of(text: str) -> set[str]:
    """Every field that the query names, also those that it makes itself. Raises QuerySyntaxError."""
    parser = _Parser(text)
    parser.query([])
    return parser.fields
