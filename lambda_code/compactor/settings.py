"""The compactor's settings, from its environment variables."""

from collections.abc import Mapping
from typing import Self

import msgspec

from lambda_code.shared.environment import required

VARIABLES = (
    "TAP_STACK",
    "TAP_ARCHIVE_BUCKET",
    "TAP_DATABASE",
    "TAP_WORKGROUP",
    "TAP_EVENTS_VIEW",
    "TAP_CHECK_DAYS",
    "TAP_RAW_EXPIRATION_DAYS",
)
"""Variables that the stack sets; the last one only if raw objects are removed."""


class EventsView(msgspec.Struct, frozen=True, kw_only=True):
    """The view `events`: its SQL, with `{compacted}` and `{raw}` where conditions belong, and its columns, all text."""

    sql: str
    columns: tuple[str, ...]


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """`check_days`: for so long an hour may still grow. `raw_expiration_days` is None where raw objects are kept."""

    stack: str
    archive_bucket: str
    database: str
    workgroup: str
    events_view: EventsView
    check_days: int
    raw_expiration_days: int | None

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Self:
        """Read every variable; raises MissingVariableError, or msgspec.ValidationError for a view that is none."""
        days = environ.get("TAP_RAW_EXPIRATION_DAYS")
        return cls(
            stack=required(environ, "TAP_STACK"),
            archive_bucket=required(environ, "TAP_ARCHIVE_BUCKET"),
            database=required(environ, "TAP_DATABASE"),
            workgroup=required(environ, "TAP_WORKGROUP"),
            events_view=msgspec.json.decode(required(environ, "TAP_EVENTS_VIEW"), type=EventsView),
            check_days=int(required(environ, "TAP_CHECK_DAYS")),
            raw_expiration_days=int(days) if days else None,
        )
