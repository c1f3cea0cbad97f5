"""The kinds of value a setting may have, each with the words that messages and the settings table show for it."""

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
)

from stacks.settings.regions import KNOWN_REGIONS


class Section(BaseModel):
    """A table of a settings file: nothing is converted, guessed, ignored or changed later."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")


@dataclass(frozen=True, slots=True)
class Allowed:
    """What a value may be, in words; `choices` lets a message suggest the nearest one."""

    text: str
    choices: frozenset[str] = frozenset()


# Amazon CloudWatch Logs API Reference, "PutRetentionPolicy".
LOG_RETENTION_DAYS = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731),
    *(1096, 1827, 2192, 2557, 2922, 3288, 3653),
)


def as_tuple(value: object) -> object:
    """TOML has only lists, a frozen model only tuples."""
    return tuple(value) if isinstance(value, list) else value


def distinct(values: tuple[str, ...]) -> tuple[str, ...]:
    """Refuse a list that says something twice."""
    if len(set(values)) != len(values):
        raise ValueError("the same value twice")
    return values


def _known_region(value: str) -> str:
    if value not in KNOWN_REGIONS:
        raise ValueError("no such region")
    return value


def _retention_that_exists(days: int) -> int:
    if days not in LOG_RETENTION_DAYS:
        raise ValueError("no such retention")
    return days


def _recovery_that_exists(days: int) -> int:
    if days != 0 and not 7 <= days <= 30:
        raise ValueError("no such recovery window")
    return days


_TAG_CHARACTER = r"\p{L}\p{N}_.:/=+@\-"

ProjectName = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z][a-z0-9]{1,11}$"),
    Allowed("2 to 12 of a-z and 0-9, a letter first, so that every name fits"),
]
# Every name that a stack gives ends with the suffix; 24 leaves room for project, purpose and region.
Suffix = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=24),
    Allowed("1 to 24 of a-z, 0-9 and single hyphens, a letter first and no hyphen last, so that every name fits"),
]
AccountId = Annotated[
    str, StringConstraints(pattern=r"^[0-9]{12}$"), Allowed('12 digits in quotes, such as "111111111111"')
]
Region = Annotated[str, AfterValidator(_known_region), Allowed("an AWS region, such as us-east-1", KNOWN_REGIONS)]
Regions = Annotated[
    tuple[Region, ...],
    Field(min_length=1),
    BeforeValidator(as_tuple),
    AfterValidator(distinct),
    Allowed("a list of one or more AWS regions, each once"),
]
# AWS Tagging User Guide, "Tag naming limits and requirements".
TagValue = Annotated[
    str,
    StringConstraints(pattern=rf"^[{_TAG_CHARACTER}]([{_TAG_CHARACTER} ]*[{_TAG_CHARACTER}])?$", max_length=256),
    Allowed("1 to 256 letters, digits, inner spaces and _ . : / = + - @"),
]
LogRetentionDays = Annotated[
    int,
    AfterValidator(_retention_that_exists),
    Allowed("one of " + ", ".join(str(days) for days in LOG_RETENTION_DAYS)),
]
# AWS Secrets Manager API Reference, "DeleteSecret".
RecoveryDays = Annotated[int, AfterValidator(_recovery_that_exists), Allowed("0, or 7 to 30")]


def fits(kind: Any, value: object) -> bool:  # noqa: ANN401  a kind is an annotation, which has no type of its own
    """Tell whether a value is one of a kind."""
    try:
        TypeAdapter(kind).validate_python(value, strict=True)
    except ValidationError:
        return False
    return True
