"""Text cut into what may be events, in memory that is bounded by the size of a piece and of one event."""

from collections.abc import Iterator
from typing import Literal, NamedTuple, Self

import msgspec

from lambda_code.importer.buffer import BLANKS, Buffer
from lambda_code.importer.look import BOM, CUT_LINES, look_at
from lambda_code.importer.records import Path, Walk, Walker, elements_of, records_of
from lambda_code.importer.scanner import Scan, Scanner
from lambda_code.importer.text import UnreadableError
from lambda_code.importer.values import Ending, value_end
from lambda_code.shared import strict_json
from lambda_code.shared.errors import NotJsonError
from lambda_code.shared.events import MAX_EVENT_BYTES

_SPACE = BLANKS + b"\n"
_NOT_JSON = object()
_FIRST_BYTES = 4096


_Found = tuple[bytes, dict[str, object] | None, str]


class Item(NamedTuple):
    """A value that may be an event, or what is wrong with it: then `value` is None.

    `number` is that of its line, or of its element where the text is one array, from 1; `part` counts what the line or
    element holds, from 0. `raw` is None where it is larger than an event.
    """

    number: int
    part: int
    raw: bytes | None
    value: dict[str, object] | None = None
    reason: str = ""


class State(msgspec.Struct, kw_only=True):
    """How far the text has been read, at the offset that goes with it."""

    shape: Literal["new", "lines", "array"] = "new"
    number: int = 1
    part: int = 0
    lines: int = 0
    is_passing: bool = False
    walk: Walk | None = None
    scan: Scan | None = None

    def copied(self) -> Self:
        """A copy that stays as this one is now."""
        return msgspec.convert(msgspec.to_builtins(self), type(self))


class Reader:
    """Reads lines, each of one JSON object or array or of several; values over several lines; or one array."""

    def __init__(self, buffer: Buffer, state: State, path: Path = ()) -> None:
        """`path` leads to the records within each object; without, the object itself is what is wanted."""
        self._buffer = buffer
        self._state = state.copied()
        self._path = path
        self._pending = 0

    @property
    def place(self) -> tuple[int, int]:
        """Number and part of what comes next."""
        return self._state.number, self._state.part

    @property
    def is_between(self) -> bool:
        """Whether another reader can go on from here."""
        return not self._pending

    def state(self) -> State:
        """What another reader needs to go on at the buffer's offset, where this one `is_between`."""
        return msgspec.structs.replace(self._state.copied(), lines=self._buffer.lines)

    def items(self) -> Iterator[Item | None]:
        """Every value, and None whenever something has been passed over.

        Raises UnreadableError where the text is of another kind, or can't be read on.
        """
        state, buffer = self._state, self._buffer
        if state.shape == "new":
            self._begin()
        while True:
            if state.scan:
                yield from self._scanned(state.scan)
            elif state.walk:
                yield from self._walked(state.walk)
            elif state.is_passing:
                yield from self._pass_line()
            elif not buffer.size and not buffer.grow():
                return
            else:
                yield from self._line()

    def _begin(self) -> None:
        buffer = self._buffer
        try:
            buffer.fill(MAX_EVENT_BYTES + 1)
        except UnreadableError:
            if not buffer.size:
                raise
        if buffer.data.startswith(BOM):
            buffer.at += len(BOM)
        self._state.shape = look_at(buffer.data[buffer.at : buffer.at + MAX_EVENT_BYTES + 1], is_whole=buffer.is_ended)
        if self._state.shape == "array":
            self._state.scan = Scan(is_array=True)

    def _line(self) -> Iterator[Item | None]:
        """As long as each line holds one object, the lines; then what there is in one that doesn't."""
        state, buffer, path = self._state, self._buffer, self._path
        while buffer.size or buffer.grow():
            end = buffer.line_end(MAX_EVENT_BYTES)
            if end is None:
                yield from self._values(None)
                return
            raw = buffer.data[buffer.at : buffer.at + end].strip(BLANKS)
            number, part = state.number, state.part
            value = _parsed(raw) if raw else None
            if raw and (path or not isinstance(value, dict)):
                yield from self._values(end)
                return
            self._next_line(end)
            yield Item(number, part, raw, value) if isinstance(value, dict) else None

    def _next_line(self, end: int) -> None:
        self._buffer.at = min(self._buffer.at + end + 1, len(self._buffer.data))
        self._state.number += 1
        self._state.part = 0

    def _values(self, line: int | None) -> Iterator[Item | None]:
        """A value among others on its line, or over several lines, or a line that is no JSON.

        `line` is the size of the line, or None where it is larger than an event.
        """
        buffer = self._buffer
        size = min(_FIRST_BYTES, line or _FIRST_BYTES)
        while True:
            is_line_end = line is not None and line <= size <= MAX_EVENT_BYTES
            text = buffer.data[buffer.at : buffer.at + size].decode("latin-1")
            start = len(text) - len(text.lstrip(_SPACE.decode()))
            if start == len(text):
                buffer.use(start)
                yield None
                return
            if text[start] not in "{[":
                yield self._bad_line()
                return
            ending, end = value_end(text, start, is_line_end=is_line_end)
            if ending is not Ending.CUT or size > MAX_EVENT_BYTES or (buffer.is_ended and size >= buffer.size):
                break
            size = self._more(size, line)
        lines = text.count("\n", start, end)
        if ending is Ending.WHOLE and self._is_followed(end, over_lines=lines > 0):
            yield from self._found(start, end)
        elif ending is Ending.CUT and size > MAX_EVENT_BYTES:
            yield from self._large(text[start])
        elif ending is Ending.CUT and lines and (lines >= CUT_LINES or self._state.number == 1):
            raise UnreadableError("json_cut", "the JSON document ends too early")
        elif ending is Ending.BROKEN and lines > CUT_LINES:
            raise UnreadableError("not_json", f"the document over several lines is broken {lines} lines further on")
        else:
            yield self._bad_line()

    def _more(self, size: int, line: int | None) -> int:
        """How much to look at next: more of the line, then whole lines, up to just above the size of an event."""
        buffer = self._buffer
        if line is None or size < line:
            buffer.fill(MAX_EVENT_BYTES + 1)
            return min(4 * size, line or MAX_EVENT_BYTES + 1)
        end = buffer.line_end(MAX_EVENT_BYTES, min(2 * size, buffer.size))
        return MAX_EVENT_BYTES + 1 if end is None else end

    def _is_followed(self, end: int, *, over_lines: bool) -> bool:
        """Whether what follows a value may follow it: another one, or nothing more on its line."""
        return self._buffer.peek(end, _SPACE if over_lines else BLANKS) in (b"", b"\n", b"{", b"[")

    def _found(self, start: int, end: int) -> Iterator[Item]:
        raw = self._buffer.data[self._buffer.at + start : self._buffer.at + end]
        items = self._unfolded(raw)
        self._buffer.use(end)
        self._state.part += len(items)
        self._end_value()
        yield from self._given(items)

    def _given(self, items: list[Item]) -> Iterator[Item]:
        self._pending = len(items)
        for item in items:
            self._pending -= 1
            yield item

    def _end_value(self) -> None:
        """Count the lines of a value, and the end of its own where nothing else follows there."""
        state, buffer = self._state, self._buffer
        if buffer.lines:
            state.number += buffer.lines
            state.part = buffer.lines = 0
        rest = buffer.data[buffer.at : buffer.at + len(BLANKS)].lstrip(BLANKS)
        if rest.startswith(b"\n"):
            self._next_line(buffer.data.index(b"\n", buffer.at) - buffer.at)

    def _unfolded(self, raw: bytes) -> list[Item]:
        """The events in one value: itself, the elements of a list, or the records that the path leads to."""
        value = _parsed(raw)
        is_list = isinstance(value, list) and any(isinstance(element, dict) for element in value)
        found = [each for part in (elements_of(raw) if is_list else [raw]) for each in self._records(part)]
        number, part = self._state.number, self._state.part
        return [Item(number, part + index, *each) for index, each in enumerate(found)]

    def _records(self, raw: bytes) -> list[_Found]:
        value = _parsed(raw)
        if not isinstance(value, dict) or not self._path:
            return [_found(raw, value)]
        records = records_of(raw, value, self._path)
        return [(raw, None, "no_records")] if records is None else [_found(each, _parsed(each)) for each in records]

    def _large(self, sign: str) -> Iterator[Item]:
        """Begin to scan what is larger than an event."""
        state = self._state
        if sign == "[":
            state.scan = Scan(is_array=True)
        elif self._path:
            state.walk = Walk()
        else:
            state.scan = Scan(is_array=False)
            item = Item(state.number, state.part, None, reason="too_large")
            state.part += 1
            yield item

    def _scanned(self, scan: Scan) -> Iterator[Item | None]:
        state = self._state
        for element in Scanner(self._buffer, scan).elements():
            if element is None:
                yield None
                continue
            items = self._element(element[0])
            if state.shape == "array":
                state.number += 1
            else:
                state.part += len(items)
            yield from self._given(items)
        state.scan = None
        if not state.walk:
            yield from self._close()

    def _element(self, raw: bytes | None) -> list[Item]:
        state = self._state
        if raw is None:
            return [Item(state.number, state.part, None, reason="too_large")]
        if state.walk:
            return [Item(state.number, state.part, *_found(raw, _parsed(raw)))]
        return [Item(state.number, state.part + index, *each) for index, each in enumerate(self._records(raw))]

    def _walked(self, walk: Walk) -> Iterator[Item | None]:
        """Go on to the records, and scan them; or to what is to be passed over on the way to them."""
        state, buffer = self._state, self._buffer
        walker = Walker(buffer, walk, self._path)
        has_records = walker.next_value()
        if has_records is None:
            state.walk = None
            without = [] if walk.has_records else [Item(state.number, state.part, None, reason="no_records")]
            state.part += len(without)
            yield from self._given([*without, *self._close()])
            return
        is_list = buffer.data[buffer.at : buffer.at + 1] == b"["
        if has_records and not is_list:
            record = walker.record()
            state.scan = Scan(is_array=False) if record is None else None
            items = self._element(record)
            state.part += 1
            yield from self._given(items)
        else:
            state.scan = Scan(is_array=has_records)

    def _close(self) -> Iterator[Item]:
        """Be done with a value that was scanned."""
        state, buffer = self._state, self._buffer
        reason = "array_trailing" if state.shape == "array" else ""
        if state.shape == "array":
            state.shape = "lines"
            buffer.lines = 0
        is_followed = self._is_followed(0, over_lines=False)
        self._end_value()
        if not is_followed:
            yield self._bad_line(reason)

    def _bad_line(self, reason: str = "") -> Item:
        """The rest of the line, to be passed over."""
        state, buffer = self._state, self._buffer
        end = buffer.line_end(MAX_EVENT_BYTES)
        if end is None:
            item = Item(state.number, state.part, None, reason="too_large")
            state.is_passing = True
            return item
        raw = buffer.data[buffer.at : buffer.at + end].strip(_SPACE)
        item = Item(state.number, state.part, *_found(raw, _parsed(raw)))
        self._next_line(end)
        return item._replace(reason=reason) if reason else item

    def _pass_line(self) -> Iterator[None]:
        buffer = self._buffer
        end = buffer.data.find(b"\n", buffer.at)
        buffer.at = len(buffer.data) if end < 0 else end
        if end >= 0 or not buffer.grow():
            self._next_line(0)
            self._state.is_passing = False
        yield None


def _parsed(raw: bytes) -> object:
    """What it says, or _NOT_JSON: an error would keep the frames that it came through, and the text with them."""
    try:
        return strict_json.parse(raw)
    except NotJsonError:
        return _NOT_JSON


def _found(raw: bytes, value: object) -> _Found:
    if isinstance(value, dict):
        return raw, value, ""
    return raw, None, "not_json" if value is _NOT_JSON else "not_an_event"
