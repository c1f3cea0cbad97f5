"""Settings of the ledger."""

from pydantic import Field

from modules.section import LONGEST_DAYS, Section


class DeduplicationSettings(Section):
    """The ledger of events already stored."""

    days: int = Field(
        35,
        ge=0,
        le=LONGEST_DAYS,
        description="How long an event's id is remembered; above `stream.retention_hours`. 0 means no ledger: events "
        "are then stored at least once",
    )
