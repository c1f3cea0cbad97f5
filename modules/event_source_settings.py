"""Settings of the event source mapping."""

from pydantic import Field

from modules.section import Section

_DAY_SECONDS = 86_400
_LONGEST_AGE_SECONDS = 7 * _DAY_SECONDS
_MOST_RETRIES = 10_000


class MappingSettings(Section):
    """How the processor reads the stream (Lambda API Reference: CreateEventSourceMapping).

    Retries and age are for outages of what the processor needs: what can never be stored goes to quarantine without a
    retry. Both are finite, although Lambda allows infinite ones: what still fails then is kept in the failures bucket,
    and the events after it are stored.
    """

    batch_size: int = Field(500, ge=1, le=10000, description="Events per invocation at most")
    batching_window_seconds: int = Field(5, ge=0, le=300, description="How long to wait for a full batch")
    parallelization_factor: int = Field(1, ge=1, le=10, description="Batches of one shard at the same time")
    maximum_retry_attempts: int = Field(
        _MOST_RETRIES,
        ge=0,
        le=_MOST_RETRIES,
        description="Retries of a failing batch before it goes to the failures bucket, if its age doesn't send it "
        "there first. Attempts that Lambda can't begin, as it is throttled, don't count",
    )
    maximum_record_age_seconds: int | None = Field(
        None,
        ge=60,
        le=_LONGEST_AGE_SECONDS,
        description="Age at which an event goes to the failures bucket, which is the time to repair an outage; below "
        "`stream.retention_hours`. Unset, a day before the stream forgets the event, or at half of a retention below "
        "two days: that is left for what the failures bucket could not take",
    )

    def record_age_seconds(self, retention_hours: int) -> int:
        """The age at which Lambda gives up a record of a stream with this retention."""
        return record_age_seconds(self.maximum_record_age_seconds, retention_hours)


def record_age_seconds(given: int | None, retention_hours: int) -> int:
    """`given`, or the default for a stream with this retention."""
    if given is not None:
        return given
    retention = retention_hours * 3600
    return min(retention - min(_DAY_SECONDS, retention // 2), _LONGEST_AGE_SECONDS)
