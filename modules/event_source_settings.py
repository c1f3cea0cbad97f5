"""Settings of the event source mapping."""

from pydantic import Field

from modules.section import Section


class MappingSettings(Section):
    """How the processor reads the stream (Lambda API Reference: CreateEventSourceMapping).

    Retries and age are finite, although Lambda allows infinite ones: a record that always fails would block its
    shard until the records after it expire.
    """

    batch_size: int = Field(500, ge=1, le=10000, description="Events per invocation at most")
    batching_window_seconds: int = Field(5, ge=0, le=300, description="How long to wait for a full batch")
    parallelization_factor: int = Field(1, ge=1, le=10, description="Batches of one shard at the same time")
    maximum_retry_attempts: int = Field(
        10, ge=0, le=10000, description="Retries of a failing batch before it goes to the failures bucket"
    )
    maximum_record_age_seconds: int = Field(
        86400,
        ge=60,
        le=604800,
        description="Age at which an event goes to the failures bucket; below `stream.retention_hours`",
    )
