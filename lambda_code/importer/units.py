"""Text cut into what may be events, in memory that is bounded by the size of a piece and of one event."""

import re
from collections.abc import Iterable, Iterator
from itertools import chain

from lambda_code.importer.text import UnreadableError
from lambda_code.shared.events import MAX_EVENT_BYTES

Unit = tuple[int, bytes | None]
"""The number of a line (or of an array's element), from 1, and its bytes, or None where it is larger than any event."""

_START_BYTES = 4096  # within these a JSON array must begin
_BOM = b"\xef\xbb\xbf"
_OUTSIDE = re.compile(rb'["{}\[\],]')
_INSIDE = re.compile(rb'["\\]')


def units(pieces: Iterable[bytes]) -> Iterator[Unit]:
    """Cut into lines, or into elements where the text is a JSON array; blank lines are counted and left out."""
    pending = iter(pieces)
    start = b""
    while _is_open(start) and (piece := next(pending, b"")):
        start += piece
    start = start.removeprefix(_BOM)
    text = chain([start], pending)
    return _elements(text) if start.lstrip().startswith(b"[") else _lines(text)


def _is_open(start: bytes) -> bool:
    """Whether the first letter is yet to come."""
    return len(start) < len(_BOM) or (len(start) < _START_BYTES and not start.removeprefix(_BOM).strip())


def _lines(pieces: Iterable[bytes]) -> Iterator[Unit]:
    number = 1
    line = _Growing()
    for piece in pieces:
        *ended, rest = piece.split(b"\n")
        for part in ended:
            line.add(part)
            yield from line.take(number)
            number += 1
        line.add(rest)
    yield from line.take(number)


def _elements(pieces: Iterable[bytes]) -> Iterator[Unit]:
    scan = _ArrayScan()
    for piece in pieces:
        yield from scan.feed(piece)
    if not scan.is_closed:
        raise UnreadableError("array_cut", "the JSON array ends too early")


class _Growing:
    """A unit that is read bit by bit, and forgotten where it becomes too large."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._size = 0

    def add(self, part: bytes) -> None:
        self._size += len(part)
        if self._size > MAX_EVENT_BYTES:
            self._parts.clear()
        elif part:
            self._parts.append(part)

    def take(self, number: int, *, even_blank: bool = False) -> Iterator[Unit]:
        """Give the unit, unless it is blank, and begin another one."""
        text = b"".join(self._parts).strip()
        if self._size > MAX_EVENT_BYTES:
            yield number, None
        elif text or even_blank:
            yield number, text
        self._parts.clear()
        self._size = 0


class _ArrayScan:
    """Finds the commas between the elements of one array, and nothing else: what lies between is parsed later."""

    def __init__(self) -> None:
        self.is_closed = False
        self._unit = _Growing()
        self._number = 1
        self._depth = 0
        self._is_text = False
        self._is_escaped = False

    def feed(self, piece: bytes) -> Iterator[Unit]:
        """Give every element that ends in this piece."""
        begin = 0
        for at, sign in self._signs(piece):
            if sign in b"{[":
                self._depth += 1
                begin = at + 1 if self._depth == 1 else begin
            elif sign in b"}]":
                self._depth -= 1
                if self._depth == 0:
                    yield from self._take(piece[begin:at])
                    self._close(piece[at + 1 :])
                    return
            elif self._depth == 1:
                yield from self._take(piece[begin:at], even_blank=True)
                begin = at + 1
        if self.is_closed:
            self._close(piece)
        else:
            self._unit.add(piece[begin:])

    def _signs(self, piece: bytes) -> Iterator[tuple[int, bytes]]:
        """Brackets and commas outside of texts."""
        at = 1 if self._is_escaped and piece else 0
        self._is_escaped = self._is_escaped and not piece
        while not self.is_closed and (found := (_INSIDE if self._is_text else _OUTSIDE).search(piece, at)):
            at = found.end()
            if found[0] == b'"':
                self._is_text = not self._is_text
            elif found[0] == b"\\":
                self._is_escaped = at == len(piece)
                at += 1
            else:
                yield found.start(), found[0]

    def _take(self, last: bytes, *, even_blank: bool = False) -> Iterator[Unit]:
        self._unit.add(last)
        yield from self._unit.take(self._number, even_blank=even_blank or self._number > 1)
        self._number += 1

    def _close(self, rest: bytes) -> None:
        self.is_closed = True
        if rest.strip():
            raise UnreadableError("array_trailing", "something follows the JSON array")
