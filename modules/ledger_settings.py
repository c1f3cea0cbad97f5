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


_MOST_UNITS = 40_000  # of a table, unless a quota was raised (DynamoDB: Quotas in Amazon DynamoDB)


class LedgerSettings(Section):
    """The ledger's table."""

    point_in_time_recovery: bool = Field(
        True,
        description="Keep what is needed to restore the table to any second of the last 35 days: 0.20 USD per GB of it "
        "and month in us-east-1. Without it, a damaged table is replaced by an empty one, and events that come again "
        "are stored again",
    )


class LedgerCapacitySettings(Section):
    """Provisioned capacity of the ledger, which follows the load within minutes (Application Auto Scaling).

    It is cheaper where the load is even. Without this table, the ledger takes what comes and is paid per request.
    """

    minimum_units: int = Field(
        25,
        ge=1,
        le=_MOST_UNITS,
        description="Least write units, and read units, per second: an event needs one to write",
    )
    maximum_units: int = Field(
        1000,
        ge=1,
        le=_MOST_UNITS,
        description="Most write units, and read units, per second; the stream holds what is beyond",
    )
    target_percent: int = Field(
        70,
        ge=20,
        le=90,
        description="How much of the capacity should be in use (DynamoDB: Managing throughput capacity automatically "
        "with DynamoDB auto scaling)",
    )
