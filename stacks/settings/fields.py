"""The settings model as a flat list of keys."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from stacks.settings.model import Settings

Location = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Leaf:
    """One setting: where it is, and its field."""

    location: tuple[str, ...]
    field: FieldInfo

    @property
    def key(self) -> str:
        """Return the dotted key."""
        return ".".join(self.location)


def section_of(field: FieldInfo) -> type[BaseModel] | None:
    """Return the model behind a field that is a table, else nothing."""
    for candidate in (field.annotation, *get_args(field.annotation)):
        if isinstance(candidate, type) and issubclass(candidate, BaseModel):
            return candidate
    return None


def leaves() -> Iterator[Leaf]:
    """Yield every setting in the order of the model."""
    for name, field in Settings.model_fields.items():
        section = section_of(field)
        if section is None:
            yield Leaf((name,), field)
        else:
            yield from (Leaf((name, inner), info) for inner, info in section.model_fields.items())


def fields_at(location: Sequence[str | int]) -> Mapping[str, FieldInfo]:
    """Return the fields of the table at a location: of the whole file, or of a section."""
    if not location:
        return Settings.model_fields
    section = section_of(Settings.model_fields[str(location[0])])
    return section.model_fields if section is not None else {}


def type_at(location: Location) -> tuple[Any, Sequence[object]]:
    """Return type and metadata of a setting, a section, or one item of a list."""
    names = [part for part in location if isinstance(part, str)]
    field = fields_at(names[:-1])[names[-1]]
    if len(names) == len(location):
        return field.annotation, field.metadata
    return get_args(field.annotation)[0], ()
