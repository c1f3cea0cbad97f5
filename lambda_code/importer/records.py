"""Records within a document, as logs of AWS have them: the elements of a list that a path of keys leads to."""

import json
from collections.abc import Mapping

import msgspec
from msgspec import Raw

from lambda_code.importer.buffer import BLANKS, Buffer
from lambda_code.importer.text import UnreadableError
from lambda_code.importer.values import Ending, value_end
from lambda_code.shared.events import MAX_EVENT_BYTES

Path = tuple[str, ...]

_SHORT_BYTES = 1024
_SPACE = BLANKS + b"\n"
_decode_object = msgspec.json.Decoder(dict[str, Raw]).decode
_decode_array = msgspec.json.Decoder(list[Raw]).decode


def elements_of(document: bytes) -> list[bytes]:
    """The elements of a JSON array, as they are written."""
    return [bytes(raw) for raw in _decode_array(document)]


def records_of(document: bytes, value: Mapping[str, object], path: Path) -> list[bytes] | None:
    """The records in an object (its bytes, and what they say), or None where the path leads to none."""
    found: object = value
    for key in path:
        if not isinstance(found, dict) or key not in found:
            return None
        found, document = found[key], bytes(_decode_object(document)[key])
    if isinstance(found, dict):
        return [document]
    return elements_of(document) if isinstance(found, list) else None


class Walk(msgspec.Struct, kw_only=True):
    """How far the path has been followed into an object that is larger than what is held of it.

    `opened` counts the objects around the present place, all of them on the path.
    """

    opened: int = 0
    has_records: bool = False


class Walker:
    """Follows the path; what is not on it is passed over."""

    def __init__(self, buffer: Buffer, walk: Walk, path: Path) -> None:
        """The buffer is at the object's bracket, or behind a value in it."""
        self._buffer = buffer
        self._walk = walk
        self._path = path
        if not walk.opened:
            self._open()

    def _open(self) -> None:
        self._sign()
        self._buffer.use(1)
        self._walk.opened += 1

    def next_value(self) -> bool | None:
        """Go to the next value that is long, or has the records: whether it has; None where the object has ended.

        Raises UnreadableError where the text is no JSON.
        """
        while True:
            sign = self._sign()
            if sign == b'"':
                is_wanted = self._key() == self._path[self._walk.opened - 1]
                found = self._value(is_wanted=is_wanted)
                if found is not None:
                    return found
            elif sign in b"},":
                self._buffer.use(1)
                self._walk.opened -= sign == b"}"
                if not self._walk.opened:
                    return None
            else:
                raise _not_json()

    def _key(self) -> str:
        size = self._short() or self._long()
        key = str(json.loads(self._buffer.data[self._buffer.at : self._buffer.at + size]))
        self._buffer.use(size)
        if self._sign() != b":":
            raise _not_json()
        self._buffer.use(1)
        return key

    def _value(self, *, is_wanted: bool) -> bool | None:
        sign = self._sign()
        is_last = self._walk.opened == len(self._path)
        if is_wanted and is_last and sign in b"{[":
            self._walk.has_records = True
            return True
        if is_wanted and not is_last and sign == b"{":
            self._open()
            return None
        if not (size := self._short()):
            return False
        self._buffer.use(size)
        return None

    def _sign(self) -> bytes:
        """The next sign that is no space, at which the buffer is then."""
        buffer = self._buffer
        if not (sign := buffer.peek(0, _SPACE)):
            raise UnreadableError("json_cut", "the JSON ends too early")
        buffer.use(buffer.data.index(sign, buffer.at) - buffer.at)
        return sign

    def _short(self) -> int:
        """The size of the value here, where it is short, otherwise 0."""
        self._buffer.fill(_SHORT_BYTES)
        text = self._buffer.data[self._buffer.at : self._buffer.at + _SHORT_BYTES].decode("latin-1")
        ending, end = value_end(text, 0, is_line_end=False)
        if ending is Ending.BROKEN:
            raise _not_json()
        return end if ending is Ending.WHOLE and end < len(text) else 0

    def record(self) -> bytes | None:
        """The value here, where it is one record by itself; None where it is too large for an event."""
        self._buffer.fill(MAX_EVENT_BYTES + 1)
        raw = self._buffer.data[self._buffer.at : self._buffer.at + MAX_EVENT_BYTES + 1]
        ending, end = value_end(raw.decode("latin-1"), 0, is_line_end=False)
        if ending is not Ending.WHOLE:
            return None
        self._buffer.use(end)
        return raw[:end]

    def _long(self) -> int:
        self._buffer.fill(MAX_EVENT_BYTES)
        text = self._buffer.data[self._buffer.at : self._buffer.at + MAX_EVENT_BYTES].decode("latin-1")
        ending, end = value_end(text, 0, is_line_end=False)
        if ending is not Ending.WHOLE:
            raise _not_json()
        return end


def _not_json() -> UnreadableError:
    return UnreadableError("not_json", "the text is not JSON from here on")
