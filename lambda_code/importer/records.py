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
        text = self._whole(_SHORT_BYTES) or self._whole(MAX_EVENT_BYTES)
        if text is None:
            raise _not_json()
        self._buffer.use(len(text))
        if self._sign() != b":":
            raise _not_json()
        self._buffer.use(1)
        return str(json.loads(text))

    def _value(self, *, is_wanted: bool) -> bool | None:
        sign = self._sign()
        is_last = self._walk.opened == len(self._path)
        if is_wanted and is_last and sign in b"{[":
            self._walk.has_records = True
            return True
        if is_wanted and not is_last and sign == b"{":
            self._open()
            return None
        if not (text := self._whole(_SHORT_BYTES)):
            return False
        self._buffer.use(len(text))
        return None

    def _sign(self) -> bytes:
        """The next sign that is no space, at which the buffer is then."""
        buffer = self._buffer
        if not (sign := buffer.peek(0, _SPACE)):
            raise UnreadableError("json_cut", "the JSON ends too early")
        buffer.use(buffer.data.index(sign, buffer.at) - buffer.at)
        return sign

    def record(self) -> bytes | None:
        """The value here, where it is one record by itself; None where it is too large for an event."""
        if text := self._whole(MAX_EVENT_BYTES + 1):
            self._buffer.use(len(text))
        return text

    def _whole(self, most: int) -> bytes | None:
        """The value here, where it ends within so many bytes; a number may go on behind them."""
        self._buffer.fill(most)
        text = self._buffer.data[self._buffer.at : self._buffer.at + most]
        ending, end = value_end(text.decode("latin-1"), 0, is_line_end=False)
        if ending is Ending.BROKEN:
            raise _not_json()
        is_closed = end < len(text) or text[end - 1 :] in (b'"', b"}", b"]")
        return text[:end] if ending is Ending.WHOLE and is_closed else None


def _not_json() -> UnreadableError:
    return UnreadableError("not_json", "the text is not JSON from here on")
