"""Nothing of an answer is lost or changed in CSV and JSON, and a table can be read."""

import csv
import io
import json
from collections.abc import Sequence
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.errors import ToolError
from tools.query.athena import Column, Row
from tools.query.formats import write

_TEXT = Column("text", "varchar")
_NUMBER = Column("number", "bigint")


def _written(kind: str, columns: Sequence[Column], *pages: Sequence[Row], width: int | None = None) -> str:
    out = io.StringIO()
    count = write(kind, columns, pages, out, width=width)
    assert count == sum(map(len, pages))
    return out.getvalue()


_cells = st.none() | st.text()


@given(st.lists(st.lists(st.tuples(_cells, _cells)), min_size=1))
def test_csv_and_json_hold_what_the_answer_holds(pages: list[list[tuple[str | None, str | None]]]) -> None:
    columns = [_TEXT, Column('its "other", name', "varchar")]
    rows = [row for page in pages for row in page]
    # Read with newline="": lines end with \r\n, and what is in a field stays as it is.
    read = [*csv.reader(io.StringIO(_written("csv", columns, *pages), newline=""))]
    assert read == [["text", 'its "other", name'], *([cell or "" for cell in row] for row in rows)]
    found = json.loads(_written("json", columns, *pages))
    assert found == [{"text": one, 'its "other", name': other} for one, other in rows]


def test_csv_is_rfc_4180_and_tells_null_from_an_empty_text() -> None:
    assert _written("csv", [_TEXT, _NUMBER], [["a,b", "1"], [None, None], ["", "2"], ['say "hi"\n', "3"]]) == (
        'text,number\r\n"a,b",1\r\n,\r\n"",2\r\n"say ""hi""\n",3\r\n'
    )


@pytest.mark.parametrize(
    ("type_", "value", "written"),
    [
        ("bigint", "9223372036854775807", "9223372036854775807"),
        ("decimal", "123456789012345678901234567890.10", "123456789012345678901234567890.10"),
        ("double", "1.0E10", "1.0E10"),
        ("double", "NaN", '"NaN"'),
        ("boolean", "true", "true"),
        ("varchar", "007", '"007"'),
        ("varchar", "true", '"true"'),
        ("json", '{"a": 1}', '"{\\"a\\": 1}"'),
        ("bigint", None, "null"),
        ("varchar", "Zoë \u202e\x9b", '"Zoë \\u202e\\u009b"'),
    ],
)
def test_json_has_numbers_as_numbers_with_all_their_digits(type_: str, value: str | None, written: str) -> None:
    text = _written("json", [Column("a", type_)], [[value]])
    assert text == f'[\n{{"a": {written}}}\n]\n'
    json.loads(text, parse_float=Decimal)


def test_an_answer_without_rows_is_an_empty_list_and_a_table_of_names() -> None:
    assert _written("json", [_TEXT], []) == "[]\n"
    assert _written("csv", [_TEXT], []) == "text\r\n"
    assert _written("table", [_TEXT], []) == "text\n----\n"


def test_an_object_cannot_have_two_members_of_a_name() -> None:
    with pytest.raises(ToolError, match="text: several columns are called so"):
        _written("json", [_TEXT, _TEXT], [["a", "b"]])


def test_a_table_is_aligned_with_numbers_to_the_right() -> None:
    rows: list[Row] = [["order.placed", "12"], ["日本", "1234567"], [None, None], ["NULL", "1"], ["", "2"]]
    assert _written("table", [_TEXT, _NUMBER], rows).splitlines() == [
        "text           number",
        "------------  -------",
        "order.placed       12",
        "日本          1234567",
        "NULL             NULL",
        "'NULL'              1",
        "''                  2",
    ]


def test_a_later_page_may_be_wider() -> None:
    lines = _written("table", [_TEXT, _NUMBER], [["a", "1"]], [["longer", "2"]]).splitlines()
    assert lines[2:] == ["a          1", "longer       2"]


def test_only_a_terminal_cuts() -> None:
    row = ["x" * 100, "y" * 20]
    columns = [_TEXT, Column("other", "varchar")]
    assert _written("table", columns, [row]).splitlines()[2] == f"{row[0]}  {row[1]}"
    cut = _written("table", columns, [row], width=60).splitlines()[2]
    assert cut == "x" * 37 + "…  " + row[1]


def test_on_a_terminal_too_narrow_for_the_columns_each_value_has_a_line() -> None:
    columns = [Column(f"column {number}", "varchar") for number in range(9)]
    lines = _written("table", columns, [["x" * 100] * 9, [None] * 9], width=80).splitlines()
    assert lines[:2] == ["row 1", "  column 0  " + "x" * 67 + "…"]
    assert lines[10:12] == ["row 2", "  column 0  NULL"]


def test_no_event_can_command_the_terminal() -> None:
    assert _written("table", [_TEXT], [["a\x1b[31m\n\u202e\x9b"]]).splitlines()[2] == r"a\x1b[31m\n\u202e\x9b"
