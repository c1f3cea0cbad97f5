"""An answer as a table for people, as CSV (RFC 4180), or as JSON."""

import itertools
import json
import re
from collections.abc import Iterable, Sequence
from typing import TextIO

from rich.cells import cell_len, set_cell_size

from tools.errors import ToolError
from tools.query.athena import Column, Row

FORMATS = ("table", "csv", "json")

_INTEGERS = ("tinyint", "smallint", "integer", "int", "bigint")
_NUMBERS = (*_INTEGERS, "float", "real", "double", "decimal")
_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?")  # RFC 8259
_GAP = "  "
_NARROWEST = 12  # columns of a terminal for a column of the answer: below that, each value gets a line of its own

Pages = Iterable[Sequence[Row]]


def write(kind: str, columns: Sequence[Column], pages: Pages, out: TextIO, *, width: int | None) -> int:
    """Writes an answer in one of FORMATS; returns the number of rows. Raises ToolError.

    `width`: how many columns the terminal has that a table must fit in; None for no terminal, where nothing is cut.
    """
    if kind == "csv":
        return _csv(columns, pages, out)
    if kind == "json":
        return _json(columns, pages, out)
    return _table(columns, pages, out, width)


def _csv(columns: Sequence[Column], pages: Pages, out: TextIO) -> int:
    count = 0
    for row in itertools.chain([[one.name for one in columns]], itertools.chain.from_iterable(pages)):
        out.write(",".join(map(_field, row)) + "\r\n")
        count += 1
    return count - 1


def _field(value: str | None) -> str:
    """NULL is empty, and an empty text is quoted."""
    if value is None:
        return ""
    return f'"{value.replace(chr(34), chr(34) * 2)}"' if value == "" or re.search(r'[",\r\n]', value) else value


def _json(columns: Sequence[Column], pages: Pages, out: TextIO) -> int:
    """One object a line, so that a long answer is written while it is read."""
    names = [one.name for one in columns]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ToolError(f"{', '.join(twice)}: several columns are called so, and an object can't have both: use AS")
    count = 0
    for row in itertools.chain.from_iterable(pages):
        members = ", ".join(
            f"{_quoted(one.name)}: {_json_value(one, value)}" for one, value in zip(columns, row, strict=True)
        )
        out.write(("[\n" if count == 0 else ",\n") + f"{{{members}}}")
        count += 1
    out.write("\n]\n" if count else "[]\n")
    return count


def _json_value(column: Column, value: str | None) -> str:
    """A number has the digits that Athena gave it: no program's idea of numbers changes them."""
    if value is None:
        return "null"
    is_bare = column.type == "boolean" or (column.type in _NUMBERS and _NUMBER.fullmatch(value))
    return value if is_bare else _quoted(value)


def _quoted(text: str) -> str:
    return "".join(one if one.isprintable() else json.dumps(one)[1:-1] for one in json.dumps(text, ensure_ascii=False))


def _table(columns: Sequence[Column], pages: Pages, out: TextIO, width: int | None) -> int:
    names = [_visible(one.name) for one in columns]
    widths, count = [cell_len(name) for name in names], 0
    in_lines: bool | None = None
    for page in pages:
        rows = [[_shown(value) for value in row] for row in page]
        widths = [max(each) for each in zip(widths, *([cell_len(cell) for cell in row] for row in rows), strict=True)]
        if in_lines is None:
            in_lines = width is not None and _total([min(one, _NARROWEST) for one in widths]) > width
            if not in_lines:
                _write_row(names, _fitted(widths, width), columns, out)
                out.write(_GAP.join("-" * one for one in _fitted(widths, width)) + "\n")
        for row in rows:
            count += 1
            if in_lines:
                _write_lines(count, names, row, width or 0, out)
            else:
                _write_row(row, _fitted(widths, width), columns, out)
    return count


def _total(widths: Sequence[int]) -> int:
    return sum(widths) + len(_GAP) * (len(widths) - 1)


def _fitted(widths: Sequence[int], width: int | None) -> list[int]:
    """The widths, of which the largest are cut until all fit."""
    cap = max(widths, default=0)
    while width is not None and cap > _NARROWEST and _total([min(one, cap) for one in widths]) > width:
        cap -= 1
    return [min(one, cap) for one in widths]


def _write_row(cells: Sequence[str], widths: Sequence[int], columns: Sequence[Column], out: TextIO) -> None:
    parts = []
    for cell, width, column in zip(cells, widths, columns, strict=True):
        cut = _cut(cell, width)
        parts.append(" " * (width - cell_len(cut)) + cut if column.type in _NUMBERS else set_cell_size(cut, width))
    out.write(_GAP.join(parts).rstrip() + "\n")


def _write_lines(number: int, names: Sequence[str], cells: Sequence[str], width: int, out: TextIO) -> None:
    longest = max(map(cell_len, names))
    left = max(width - longest - 2 * len(_GAP), _NARROWEST)
    out.write(f"row {number}\n")
    for name, cell in zip(names, cells, strict=True):
        out.write(f"{_GAP}{set_cell_size(name, longest)}{_GAP}{_cut(cell, left)}\n")


def _cut(text: str, width: int) -> str:
    return text if cell_len(text) <= width else set_cell_size(text, width - 1) + "…"


def _shown(value: str | None) -> str:
    """NULL is bare; the text NULL and the empty text are quoted, so that each is told from the others."""
    if value is None:
        return "NULL"
    return f"'{value}'" if value in ("", "NULL") else _visible(value)


def _visible(text: str) -> str:
    """Without what a terminal would obey: senders choose what is in events."""
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in text)
