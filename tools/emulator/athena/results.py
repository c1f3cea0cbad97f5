"""What a query selects, as Athena writes it: types and texts."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

_TYPES = {
    "BLOB": "varbinary",
    "HUGEINT": "bigint",
    "UBIGINT": "bigint",
    "UHUGEINT": "bigint",
    "STRUCT": "row",
    "NULL": "unknown",
    "FLOAT": "float",
}
"""DuckDB's names of types for which Athena has another; INTEGER is what DuckDB calls it, too."""

Row = list[str | None]


@dataclass(frozen=True, slots=True)
class Results:
    """Names, types and texts; none for a statement that selects nothing."""

    columns: list[str] = field(default_factory=list)
    types: list[str] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)

    def as_csv(self) -> bytes:
        """The object that Athena writes: every value in quotes, but for nulls."""
        rows: list[Sequence[str | None]] = [self.columns, *self.rows]
        return "".join(",".join(map(_in_quotes, row)) + "\n" for row in rows).encode()


def type_of(duckdb_type: str) -> str:
    """Athena's name of a type of DuckDB."""
    if duckdb_type.endswith("]"):
        return "array"
    name = duckdb_type.strip('"').partition("(")[0]
    return _TYPES.get(name, name.lower())


def text_of(value: object) -> str | None:
    """A value as GetQueryResults shows it."""
    match value:
        case None:
            return None
        case bool():
            return str(value).lower()
        case bytes():
            return value.hex(" ")
        case float():
            return _float(value)
        case Decimal():
            return f"{value:f}"
        case datetime():
            return f"{value:%Y-%m-%d %H:%M:%S}.{value.microsecond // 1000:03}" + (" UTC" if value.tzinfo else "")
        case dict():
            return "{" + ", ".join(f"{key}={_inner(each)}" for key, each in value.items()) + "}"
        case list() | tuple():
            return "[" + ", ".join(map(_inner, value)) + "]"
    return str(value)


def _in_quotes(text: str | None) -> str:
    return "" if text is None else '"' + text.replace('"', '""') + '"'


def _inner(value: object) -> str:
    return text_of(value) or ("null" if value is None else "")


def _float(value: float) -> str:
    """As Java writes it."""
    if math.isnan(value) or math.isinf(value):
        return "NaN" if math.isnan(value) else f"{'-' if value < 0 else ''}Infinity"
    if value == 0 or 1e-3 <= abs(value) < 1e7:
        return repr(value)
    digits, exponent = f"{Decimal(repr(value)).normalize():E}".split("E")
    return f"{digits}{'' if '.' in digits else '.0'}E{int(exponent)}"


def rows_of(fetched: Sequence[Sequence[object]]) -> list[Row]:
    """Rows as texts."""
    return [[text_of(value) for value in row] for row in fetched]
