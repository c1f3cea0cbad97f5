"""Values that are larger than what is held of them: arrays element by element, and what is passed over."""

import re
from collections.abc import Iterator

import msgspec

from lambda_code.importer.buffer import Buffer
from lambda_code.importer.text import UnreadableError
from lambda_code.importer.values import Ending, value_end
from lambda_code.shared.events import MAX_EVENT_BYTES

_OUTSIDE = re.compile(rb'["{}\[\],]')
_INSIDE = re.compile(rb'["\\]')
_SPACE = re.compile(r"[ \t\r\n]*")
_COMMA = re.compile(r"[ \t\r\n]*,")

Element = tuple[bytes | None]
"""The bytes of an element, or None in their place where it is larger than an event."""


class Scan(msgspec.Struct, kw_only=True):
    """How far a value has been scanned: up to the end of an element, or into what is passed over.

    With `is_array` its elements are wanted, otherwise only its end.
    """

    is_array: bool
    depth: int = 0
    is_text: bool = False
    is_escaped: bool = False
    is_large: bool = False
    count: int = 0


class Scanner:
    """Finds brackets and commas, and nothing else: what lies between two of them is parsed later.

    So an element that is not JSON costs only itself.
    """

    def __init__(self, buffer: Buffer, scan: Scan) -> None:
        """The buffer is where the scan is, or at the value's first sign."""
        self._buffer = buffer
        self._scan = scan
        self._pos = buffer.at
        self._data, self._text = b"", ""

    def elements(self) -> Iterator[Element | None]:
        """Every element until the value ends, and None whenever something has been passed over.

        Raises UnreadableError where the text ends before.
        """
        scan = self._scan
        if scan.count and not scan.depth:
            return  # it has ended with the element that was given last
        for sign in self._signs():
            if sign is None:
                yield None
            elif sign in b"{[":
                scan.depth += 1
                if scan.depth == 1:
                    self._use()
                    yield from self._whole_elements()
            elif sign in b"}]":
                scan.depth -= 1
                if not scan.depth:
                    yield from self._take(is_last=True)
                    return
            elif sign == b'"':
                self._use()
                return
            elif scan.depth == 1:
                yield from self._take()
                yield from self._whole_elements()

    def _whole_elements(self) -> Iterator[Element]:
        """Elements as long as they are JSON, each with its comma: found in a fraction of the time."""
        scan, buffer = self._scan, self._buffer
        if not scan.is_array:
            return
        if self._data is not buffer.data:
            self._data, self._text = buffer.data, buffer.data.decode("latin-1")
        while True:
            start = self._start()
            ending, end = value_end(self._text, start, is_line_end=True)
            comma = _COMMA.match(self._text, end) if ending is Ending.WHOLE else None
            if not comma or end - start > MAX_EVENT_BYTES:
                return
            self._pos = comma.end()
            raw = buffer.data[start:end]
            self._use()
            scan.count += 1
            yield (raw,)

    def _start(self) -> int:
        found = _SPACE.match(self._text, self._buffer.at)
        return found.end() if found else self._buffer.at

    def _take(self, *, is_last: bool = False) -> Iterator[Element]:
        """Give what lies before the sign; behind a comma there is an element, even if it is empty."""
        scan, buffer = self._scan, self._buffer
        raw = buffer.data[buffer.at : self._pos - 1].strip() if scan.is_array else b""
        is_large = scan.is_large or len(raw) > MAX_EVENT_BYTES
        scan.is_large = False
        self._use()
        if scan.is_array and (raw or is_large or scan.count or not is_last):
            scan.count += 1
            yield (None if is_large else raw,)

    def _use(self) -> None:
        self._buffer.use(self._pos - self._buffer.at)

    def _signs(self) -> Iterator[bytes | None]:
        """Each sign outside of strings, with the position behind it; of a string by itself its end."""
        scan, buffer, outside, inside = self._scan, self._buffer, _OUTSIDE.search, _INSIDE.search
        while True:
            if scan.is_escaped and self._pos < len(buffer.data):
                self._pos += 1
                scan.is_escaped = False
            found = (inside if scan.is_text else outside)(buffer.data, self._pos)
            if found is None:
                self._pos = len(buffer.data)
                yield from self._read_on()
                continue
            self._pos = found.end()
            sign = found[0]
            if sign == b'"':
                scan.is_text = not scan.is_text
                if not scan.is_text and not scan.depth:
                    yield sign
            elif sign == b"\\":
                scan.is_escaped = True
            else:
                yield sign

    def _read_on(self) -> Iterator[None]:
        """Hold what may belong to an element, as long as that is not too large for an event."""
        scan, buffer = self._scan, self._buffer
        if buffer.size > MAX_EVENT_BYTES and not buffer.data[buffer.at :].strip():
            self._use()
        scan.is_large = scan.is_large or buffer.size > MAX_EVENT_BYTES
        if scan.is_large or not scan.is_array:
            self._use()
            yield None
        held = buffer.size
        if not buffer.grow():
            raise UnreadableError("array_cut" if scan.is_array else "json_cut", "the JSON ends too early")
        self._pos = buffer.at + held
