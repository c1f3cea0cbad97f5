"""JSON as RFC 8259 means it, with nothing that two readers could understand differently."""

import json
import math

import msgspec

from lambda_code.shared.errors import NotJsonError

MAX_DEPTH = 128
"""Levels of nesting that are taken; far above real events, far below any parser's recursion limit."""


def _finite(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise ValueError("number out of range")
    return value


def _without_doubles(pairs: list[tuple[str, object]]) -> dict[str, object]:
    keys = dict(pairs)
    if len(keys) < len(pairs):
        raise NotJsonError("an object has one key twice")
    return keys


# msgspec 0.22 takes 45 µs for a number at the end of a double's range, such as 1e308, and Python a fiftieth of that.
_decode = msgspec.json.Decoder(float_hook=_finite).decode
_look_for_doubles = json.JSONDecoder(object_pairs_hook=_without_doubles, parse_float=str).decode


def parse(document: bytes) -> object:
    """Read one JSON document in UTF-8; raises NotJsonError.

    msgspec refuses NaN, lone surrogates, control characters, a BOM, bad UTF-8 and trailing bytes. It lets doubled keys
    through, of which every reader picks one at will, so the standard library looks for those.
    """
    try:
        value = _decode(document)
        _look_for_doubles(document.decode())
    except NotJsonError:
        raise
    except (ValueError, RecursionError):
        raise NotJsonError("not one JSON document in UTF-8 with finite numbers") from None
    # With fewer brackets than levels that are taken there is nothing to walk through.
    if document.count(b"{") + document.count(b"[") >= MAX_DEPTH and _is_too_deep(value):
        raise NotJsonError(f"nested deeper than {MAX_DEPTH} levels")
    return value


def _is_too_deep(value: object) -> bool:
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [child for item in level for child in _children(item)]
        if not level:
            return False
    return True


def _children(item: object) -> list[object]:
    if isinstance(item, dict):
        return list(item.values())
    return item if isinstance(item, list) else []
