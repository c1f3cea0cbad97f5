"""A first look at a text, bounded by the size of an event: is it JSON, and how is it cut into events?"""

import re
from typing import Literal

from lambda_code.importer.buffer import BLANKS
from lambda_code.importer.kinds import binary_kind, is_printable, text_kind
from lambda_code.importer.text import UnreadableError
from lambda_code.importer.values import Ending, value_end
from lambda_code.shared import strict_json
from lambda_code.shared.errors import NotJsonError

BOM = b"\xef\xbb\xbf"

_SPACE = BLANKS + b"\n"
CUT_LINES = 2
"""A line that is cut may look like the beginning of a value, with the next line too, but hardly longer."""
_LINES = 100  # as many are looked at where the first is no JSON
# What an array goes on with, its first element being no more than begun; a log line such as `[INFO] started` doesn't.
_ARRAY = re.compile(rb'\[\s*([{\[",\]]|$|(true|false|null|-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?)\s*(,|$))')


def look_at(data: bytes, *, is_whole: bool) -> Literal["lines", "array"]:
    """Whether it is one array, or lines, values over lines being lines too; `is_whole`: nothing follows.

    Raises UnreadableError, with what it seems to be instead as its reason.
    """
    kind = binary_kind(data)
    if kind and not is_printable(data):
        raise _wrong(kind)
    text = data.strip(_SPACE) if is_whole else data.lstrip(_SPACE)
    first, line_end, rest = text.partition(b"\n")
    values = _values_on(first) if line_end or is_whole else 0
    lines = [line.strip(_SPACE) for line in text.split(b"\n", _LINES)[: _LINES if is_whole else -1]]
    whole = [line for line in lines if line]
    if text.startswith(b"["):
        if values:
            return "array" if values == 1 and not rest.strip(_SPACE) else "lines"
        if _ARRAY.match(text) and not (_is_odd_line(text) and _are_values(whole[1:])):
            return "array"
    if values or not text or _is_begun(text, is_whole=is_whole) or (is_whole and _is_json(text)) or _are_values(whole):
        return "lines"
    if whole and all(_is_json(line) for line in whole):
        raise UnreadableError("not_an_event", "no line is an object or an array of JSON")
    raise _wrong(kind or text_kind(data))


def _are_values(lines: list[bytes]) -> bool:
    """Whether at least half of the lines consist of objects and arrays, none of which may be part of a document.

    Where the rest of a document is read line by line, a part of it might be taken for an event. The end of a document
    before all values is no danger.
    """
    found = [bool(_values_on(line)) for line in lines]
    if not any(found) or 2 * sum(found) < len(found):
        return False
    return not any(line.startswith((b"}", b"]")) for line in lines[found.index(True) :])


def _is_odd_line(text: bytes) -> bool:
    """Whether an array breaks so early that its line may be what is wrong: it is cut, or something else follows."""
    ending, end = value_end(text.decode("latin-1"), 0, is_line_end=False)
    return ending is not Ending.CUT and text.count(b"\n", 0, end) <= CUT_LINES


def _wrong(kind: str) -> UnreadableError:
    return UnreadableError(kind, f"the file is not JSON: it seems to be {kind}")


def _values_on(line: bytes) -> int:
    """How many JSON objects and arrays the line consists of; 0 where it has anything else."""
    text = line.decode("latin-1").strip(BLANKS.decode())
    end = count = 0
    while end < len(text):
        if text[end] not in "{[":
            return 0
        ending, after = value_end(text, end, is_line_end=True)
        if ending is not Ending.WHOLE or not _is_json(line.strip(BLANKS)[end:after]):
            return 0
        end = after + len(text[after:]) - len(text[after:].lstrip(BLANKS.decode()))
        count += 1
    return count


def _is_begun(text: bytes, *, is_whole: bool) -> bool:
    """Whether it begins with a document over several lines, or with one that is larger than an event."""
    if not text.startswith((b"{", b"[")):
        return False
    ending, end = value_end(text.decode("latin-1"), 0, is_line_end=is_whole)
    if ending is Ending.WHOLE:
        followed = text[end:].lstrip(_SPACE if b"\n" in text[:end] else BLANKS)[:1] in (b"", b"\n", b"{", b"[")
        return followed and _is_json(text[:end])
    return ending is Ending.CUT


def _is_json(document: bytes) -> bool:
    try:
        strict_json.parse(document)
    except NotJsonError:
        return False
    return True
