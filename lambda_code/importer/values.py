"""Where JSON values end, in text that holds several of them, or only a part of one."""

import json
from enum import Enum

_decode = json.JSONDecoder().raw_decode
_LONGEST_TOKEN = 12  # characters of the longest literal or escape, such as a pair of surrogates: "\ud83d\ude00"


class Ending(Enum):
    """What was found at the beginning of a text."""

    WHOLE = "a whole value"
    CUT = "the beginning of a value, which may go on behind the text"
    BROKEN = "what no value begins with"


def value_end(text: str, start: int, *, is_line_end: bool) -> tuple[Ending, int]:
    """How the value that begins at `start` ends, and where: behind it, or at what breaks it.

    The text is one character per byte. With `is_line_end` it is cut at the end of a line, within which every token of
    JSON ends, otherwise anywhere. Only brackets, commas and tokens are looked at here: a whole value is still to be
    parsed strictly.
    """
    try:
        return Ending.WHOLE, _decode(text, start)[1]
    except json.JSONDecodeError as error:
        last = len(text.rstrip(" \t\r\n"))
        is_open = error.msg.startswith("Unterminated string")
        near = error.pos >= last if is_line_end else error.pos > last - _LONGEST_TOKEN
        is_cut = near and not (is_open and is_line_end)
        return (Ending.CUT, last) if is_cut or (is_open and not is_line_end) else (Ending.BROKEN, error.pos)
    except (ValueError, RecursionError):  # a number of thousands of digits, or brackets within brackets
        return Ending.BROKEN, start
