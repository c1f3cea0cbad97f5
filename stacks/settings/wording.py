"""How values, keys and what is allowed are written in messages: one line each, and never too long."""

import types
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher, get_close_matches
from typing import Annotated, Literal, Union, get_args, get_origin

from annotated_types import Ge, Le

from modules.section import Allowed

_LONGEST = 60
_PLAIN_KEY = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")


def shown(value: object) -> str:
    """Return a value as a settings file would write it, cut to a readable length."""
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "a table" if value else "{}"
    if isinstance(value, list | tuple):
        return _cut("[" + ", ".join("[...]" if isinstance(item, list) else shown(item) for item in value[:20]) + "]")
    if value is None:
        return "nothing"
    try:
        return _cut(str(value))
    except ValueError:  # Python refuses to write integers of more than 4,300 digits; hexadecimal ones can be read
        return "a very large number"


def key_text(location: Sequence[str | int]) -> str:
    """Return a location as a dotted key: `regions[1]`, `api.auth`, with quotes where TOML needs them."""
    text = ""
    for part in location:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += ("." if text else "") + (part if part and _PLAIN_KEY.issuperset(part) else _quoted(part))
    return text


def allowed_text(annotation: object, metadata: Sequence[object] = ()) -> str:
    """Return in words what a field of this type accepts."""
    for note in metadata:
        if isinstance(note, Allowed):
            return note.text
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return allowed_text(arguments[0], arguments[1:])
    if origin in (Union, types.UnionType):
        return allowed_text(arguments[0], metadata)
    if origin is Literal:
        return ", ".join(arguments[:-1]) + f" or {arguments[-1]}"
    if annotation is bool:
        return "true or false"
    if annotation is int:
        return _range_text(metadata)
    return "a table"


def choices_of(annotation: object, metadata: Sequence[object] = ()) -> Iterable[str]:
    """Return the texts that a field accepts, where there is a list of them."""
    if get_origin(annotation) is Annotated:
        return choices_of(get_args(annotation)[0], get_args(annotation)[1:])
    if get_origin(annotation) is Literal:
        return get_args(annotation)
    return next((note.choices for note in metadata if isinstance(note, Allowed)), frozenset[str]())


def nearest(value: object, choices: Iterable[str]) -> str:
    """Return `; did you mean x?` for the nearest choice, or for several that are equally near, else nothing."""
    if not isinstance(value, str):
        return ""
    word, by_lower = value[:_LONGEST].lower(), {choice.lower(): choice for choice in sorted(choices)}
    found = get_close_matches(word, by_lower, n=3)
    best = [by_lower[choice] for choice in found if _likeness(choice, word) == _likeness(found[0], word)]
    return f"; did you mean {' or '.join(sorted(best))}?" if best else ""


def _likeness(choice: str, word: str) -> float:
    return SequenceMatcher(a=choice, b=word).ratio()


def _range_text(metadata: Sequence[object]) -> str:
    low = next((note.ge for note in metadata if isinstance(note, Ge)), None)
    high = next((note.le for note in metadata if isinstance(note, Le)), None)
    return f"{low} to {high}" if high is not None else f"{low} or more"


def _quoted(text: str) -> str:
    """Escape what can't be printed: control characters, and bytes of a variable that are no UTF-8."""
    escaped = text[:_LONGEST].replace("\\", "\\\\").replace('"', '\\"')
    printable = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in escaped)
    return f'"{printable}"' if len(text) <= _LONGEST else f'"{printable}..." ({len(text)} characters)'


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."
