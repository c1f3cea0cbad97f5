"""Line numbers for keys of a TOML file, which Python's own reader does not give."""

import re
from collections.abc import Iterator, Mapping

_KEY = r"""(?:[A-Za-z0-9_-]+|"[^"\\]*"|'[^']*')"""
_PATH = rf"{_KEY}(?:\s*\.\s*{_KEY})*"
_HEADER = re.compile(rf"\s*\[\[?\s*({_PATH})\s*\]\]?\s*(?:#.*)?")
_ASSIGNMENT = re.compile(rf"\s*({_PATH})\s*=.*")

Lines = Mapping[tuple[str, ...], int]


def find_lines(text: str, data: Mapping[str, object]) -> Lines:
    """Return the line of every table and key for which it is certain; no line is better than a wrong one.

    A line counts only if `data`, the parsed text, has its key, and if no other line claims the same key. Multi-line
    strings can contain anything: a file with one gets no numbers.
    """
    if '"""' in text or "'''" in text:
        return {}
    found: dict[tuple[str, ...], list[int]] = {}
    for number, path in _claims(text, data):
        found.setdefault(path, []).append(number)
    return {path: numbers[0] for path, numbers in found.items() if len(numbers) == 1}


def line_of(location: tuple[str | int, ...], lines: Lines) -> int | None:
    """Return the line of a key, else of the table that it is in, else nothing."""
    names = tuple(part for part in location if isinstance(part, str))
    return next((lines[names[:end]] for end in range(len(names), 0, -1) if names[:end] in lines), None)


def _claims(text: str, data: Mapping[str, object]) -> Iterator[tuple[int, tuple[str, ...]]]:
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.split("\n"), start=1):
        header, assignment = _HEADER.fullmatch(line), _ASSIGNMENT.match(line)
        if header and _exists(_parts(header[1]), data):  # else it is a list in a list
            table = _parts(header[1])
            yield number, table
        elif assignment and _exists((*table, *_parts(assignment[1])), data):
            yield number, (*table, *_parts(assignment[1]))


def _parts(path: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in re.findall(_KEY, path))


def _exists(path: tuple[str, ...], data: Mapping[str, object]) -> bool:
    inner: object = data
    for part in path:
        if not isinstance(inner, dict) or part not in inner:
            return False
        inner = inner[part]
    return True
