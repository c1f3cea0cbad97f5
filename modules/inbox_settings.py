"""What may be tuned of the inbox: which files are left alone, and where in a document its records are."""

import json
import re
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, PlainValidator, StringConstraints

from modules.section import Allowed, Section, as_tuple, distinct

# Both go into one environment variable of the importer; all variables of a function have 4 KB (Lambda quotas).
_MOST = 20
_LONGEST_BYTES = 1000
_BEGINNING = re.compile(r"([^/\x00-\x1f\x7f][^\x00-\x1f\x7f]{0,199})?")
_PATH = re.compile(r"[^.\x00-\x1f\x7f]{1,64}(\.[^.\x00-\x1f\x7f]{1,64}){0,4}")


def _short(values: tuple[str, ...]) -> tuple[str, ...]:
    if len(values) > _MOST or len("".join(values).encode()) > _LONGEST_BYTES:
        raise ValueError("too many, or too long")
    return values


def _paths(value: object) -> dict[str, str]:
    """Refuse the table whole: a message names the setting."""
    if not isinstance(value, dict) or not all(isinstance(text, str) for pair in value.items() for text in pair):
        raise ValueError("not a table of texts")
    if not all(_BEGINNING.fullmatch(beginning) and _PATH.fullmatch(path) for beginning, path in value.items()):
        raise ValueError("no beginning of a name, or no path")
    if len(value) > _MOST or len("".join([*value, *value.values()]).encode()) > _LONGEST_BYTES:
        raise ValueError("too many, or too long")
    return value


NamePattern = Annotated[
    str,
    StringConstraints(pattern=r"^[^/\x00-\x1f\x7f]{1,64}$"),
    Allowed("a pattern for a name without its folder: 1 to 64 characters, of which * and ? stand for others"),
]
NamePatterns = Annotated[
    tuple[NamePattern, ...],
    BeforeValidator(as_tuple),
    AfterValidator(distinct),
    AfterValidator(_short),
    Allowed(f"a list of up to {_MOST} patterns without /, each once, of 1,000 bytes together"),
]
RecordsPaths = Annotated[
    dict[str, str],
    PlainValidator(_paths),
    Allowed(
        f"a table of up to {_MOST} beginnings of names and their paths, of 1 to 5 keys with dots between them, such as "
        '{ "AWSLogs/" = "Records" }; 1,000 bytes together'
    ),
]


class InboxSettings(Section):
    """Which files below `incoming/` are imported, and how."""

    ignored_names: NamePatterns = Field(
        ("_*", ".*", "*.filepart", "*.tmp", "*.crc"),
        description="Files that are left alone, by their name or that of a folder they are in: those on their way, "
        "which get their real names later",
    )
    records_path: RecordsPaths = Field(
        {},
        description="Beginnings of names below `incoming/`, with the path of keys that leads to the list of records in "
        "each document there, such as `Records` for CloudTrail; without, a document is one event",
    )

    def as_json(self) -> str:
        """The settings as the importer reads them."""
        rules = {"ignored_names": self.ignored_names, "records_paths": self.records_path}
        return json.dumps(rules, ensure_ascii=False, sort_keys=True)
