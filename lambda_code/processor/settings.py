"""The processor's settings, from its environment variables."""

from collections.abc import Mapping
from typing import Self

import msgspec

from lambda_code.shared.environment import required

VARIABLES = (
    "TAP_STACK",
    "TAP_ARCHIVE_BUCKET",
    "TAP_FAILURES_BUCKET",
    "TAP_DEDUPLICATION_DAYS",
    "TAP_LEDGER_TABLE",
)
"""Variables that the stack sets; the last one only if events are deduplicated."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """`deduplication_days` is 0, and `ledger_table` None, if events are stored at least once, not exactly once."""

    stack: str
    archive_bucket: str
    failures_bucket: str
    deduplication_days: int
    ledger_table: str | None

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Self:
        """Read every variable; raises MissingVariableError."""
        days = int(required(environ, "TAP_DEDUPLICATION_DAYS"))
        return cls(
            stack=required(environ, "TAP_STACK"),
            archive_bucket=required(environ, "TAP_ARCHIVE_BUCKET"),
            failures_bucket=required(environ, "TAP_FAILURES_BUCKET"),
            deduplication_days=days,
            ledger_table=required(environ, "TAP_LEDGER_TABLE") if days else None,
        )
