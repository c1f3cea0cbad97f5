"""A section of settings, usually those of a construct: its fields say what is allowed, in which unit, by which source.

Files called `..._settings.py` hold sections. They import nothing of CDKTF, so that settings are read and checked before
it is loaded.
"""

from dataclasses import dataclass
from typing import Annotated, Any

from annotated_types import Ge, Le
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError


class Section(BaseModel):
    """Values that belong together: nothing is converted, guessed, ignored or changed later.

    A value that is not allowed is a `ValueError`, which names the field.
    """

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")


@dataclass(frozen=True, slots=True)
class Allowed:
    """What a value may be, in words; `choices` lets a message suggest the nearest one."""

    text: str
    choices: frozenset[str] = frozenset()


LONGEST_DAYS = 36_500  # a century: more is a mistake
Days = Annotated[int, Ge(1), Le(LONGEST_DAYS)]


def as_tuple(value: object) -> object:
    """Convert a list to a tuple: frozen models have no lists."""
    return tuple(value) if isinstance(value, list) else value


def distinct(values: tuple[object, ...]) -> tuple[object, ...]:
    """Refuse a list with duplicates."""
    if len(set(values)) != len(values):
        raise ValueError("the same value twice")
    return values


def fits(kind: Any, value: object) -> bool:  # noqa: ANN401  a kind is an annotation, which has no type of its own
    """Whether a value is valid for a type and its restrictions."""
    try:
        TypeAdapter(kind).validate_python(value, strict=True)
    except ValidationError:
        return False
    return True
