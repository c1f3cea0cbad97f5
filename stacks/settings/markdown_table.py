"""The table of settings in docs/settings.md, made from the model."""

import types
from typing import Annotated, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from stacks.settings.fields import Leaf, fields_at, leaves
from stacks.settings.wording import allowed_text, shown

_HEAD = ("key", "type", "default", "allowed", "what it is")
_TYPES = {bool: "boolean", int: "number", str: "text"}


def settings_table() -> str:
    """Return one Markdown row per setting: key, type, default, what is allowed, what it is."""
    rows = [_HEAD, ("---",) * len(_HEAD), *map(_row, leaves())]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |\n" for row in rows)


def _row(leaf: Leaf) -> tuple[str, ...]:
    field = leaf.field
    allowed = allowed_text(field.annotation, field.metadata)
    return f"`{leaf.key}`", _type_text(field.annotation), _default_text(leaf), allowed, field.description or ""


def _type_text(annotation: object) -> str:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin in (Annotated, Union, types.UnionType):
        return _type_text(arguments[0])
    if origin is Literal:
        return "text"
    if origin is dict:
        return "table"
    if origin is tuple:
        return f"list of {_type_text(arguments[0])}"
    return next(text for kind, text in _TYPES.items() if kind is annotation)


def _default_text(leaf: Leaf) -> str:
    if leaf.field.is_required():
        section: FieldInfo = fields_at(())[leaf.location[0]]
        return "**required**" if section.is_required() else f"required in `[{leaf.location[0]}]`"
    return "unset" if leaf.field.default is None else f"`{shown(leaf.field.default)}`"
