"""What a team may tune of a construct: a section, whose fields say what is allowed, in which unit, and by whom.

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
    """Take a list for a tuple: what is frozen has no lists."""
    return tuple(value) if isinstance(value, list) else value


def distinct(values: tuple[str, ...]) -> tuple[str, ...]:
    """Refuse a list that says something twice."""
    if len(set(values)) != len(values):
        raise ValueError("the same value twice")
    return values


def fits(kind: Any, value: object) -> bool:  # noqa: ANN401  a kind is an annotation, which has no type of its own
    """Tell whether a value is one of a kind: of a type with what is allowed."""
    try:
        TypeAdapter(kind).validate_python(value, strict=True)
    except ValidationError:
        return False
    return True
