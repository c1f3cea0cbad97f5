"""Line numbers are right or absent."""

import tomllib

import pytest

from stacks.settings.toml_lines import find_lines, line_of


def _lines(text: str) -> dict[str, int]:
    return {".".join(path): line for path, line in find_lines(text, tomllib.loads(text)).items()}


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("a = 1\n\n# b = 2\nb = 2", {"a": 1, "b": 4}),
        ("a = 1\n[t] # the table\n  k = 1\n[u.v]\nk = 2", {"a": 1, "t": 2, "t.k": 3, "u.v": 4, "u.v.k": 5}),
        ("t.k = 1\nt . \"l\" = 2\n'm' = 3", {"t.k": 1, "t.l": 2, "m": 3}),
        ("a = [\n  'b',\n  'c', # d = 1\n]\ne = 1", {"a": 1, "e": 5}),
        ("[[t]]\nk = 1", {"t": 1}),
        ("a = 1\r\nb = 2\r\n", {"a": 1, "b": 2}),
    ],
)
def test_a_key_is_found_where_it_is(text: str, lines: dict[str, int]) -> None:
    assert _lines(text) == lines


def test_an_inner_list_is_no_table() -> None:
    assert _lines('a = [\n["b"]\n]\nc = 1') == {"a": 1, "c": 4}


def test_a_key_in_two_places_has_no_line() -> None:
    assert _lines("t = [{ a = 1 }]\n[[u]]\na = 1\n[[u]]\na = 2") == {"t": 1}


@pytest.mark.parametrize("quotes", ['"""', "'''"])
def test_a_text_over_several_lines_can_hold_anything_so_there_are_no_lines(quotes: str) -> None:
    assert _lines(f"a = {quotes}\nb = 1\n{quotes}\nb = 2") == {}


def test_a_key_without_a_line_takes_that_of_its_table() -> None:
    lines = {("t",): 3, ("t", "k"): 4}
    assert line_of(("t", "k", 1), lines) == 4
    assert line_of(("t", "x"), lines) == 3
    assert line_of(("x",), lines) is None
