"""Settings of how long buckets keep their objects."""

from typing import Annotated

from annotated_types import Ge, Le
from pydantic import Field, model_validator

from modules.section import LONGEST_DAYS, Days, Section

# The shortest that S3 accepts for STANDARD_IA (S3 user guide, "Transitioning objects using Amazon S3 Lifecycle").
TransitionDays = Annotated[int, Ge(30), Le(LONGEST_DAYS)]


class ObjectAges(Section):
    """How long one bucket keeps its objects, in days; `None` means forever, or never moved."""

    noncurrent_days: Days
    expiration_days: Days | None = None
    infrequent_access_days: TransitionDays | None = None

    @model_validator(mode="after")
    def _expire_last(self) -> "ObjectAges":
        if self.expiration_days is not None and self.expiration_days <= (self.infrequent_access_days or 0):
            raise ValueError(f"expiration_days must be above infrequent_access_days, got {self.expiration_days}")
        return self


class StorageSettings(Section):
    """How long each bucket keeps its objects."""

    archive_transition_days: TransitionDays = Field(
        90,
        description="Age at which archive objects of 128 KB or more move to STANDARD_IA (S3: Lifecycle transitions, 30 "
        "days at least); smaller ones, which are most where load is low, stay in STANDARD",
    )
    archive_expiration_days: int | None = Field(
        None,
        ge=31,
        le=LONGEST_DAYS,
        description="Age at which archived events are deleted; above `archive_transition_days` and "
        "`deduplication.days`, never if unset",
    )
    raw_expiration_days: int | None = Field(
        None,
        ge=2,
        le=LONGEST_DAYS,
        description="Age at which the events' own objects are deleted, of hours whose columnar files were proven equal "
        "to them; above `deduplication.days`, `failures_expiration_days` and `stream.retention_hours`, below "
        "`archive_expiration_days`, never if unset",
    )
    noncurrent_version_days: Days = Field(30, description="How long an overwritten or deleted object can be restored")
    inbox_expiration_days: Days = Field(30, description="Age at which inbox files are deleted")
    failures_expiration_days: int = Field(
        27,
        ge=2,
        le=LONGEST_DAYS,
        description="How long failed batches and quarantined events are kept; above `stream.retention_hours`, "
        "below `deduplication.days`",
    )
    access_log_expiration_days: Days = Field(90, description="Age at which the buckets' access logs are deleted")

    @property
    def archive(self) -> ObjectAges:
        """Ages of archived events."""
        return self._ages(self.archive_expiration_days, infrequent_access_days=self.archive_transition_days)

    def results(self, expiration_days: int) -> ObjectAges:
        """Ages of the results of queries."""
        return self._ages(expiration_days)

    @property
    def inbox(self) -> ObjectAges:
        """Ages of files to import."""
        return self._ages(self.inbox_expiration_days)

    @property
    def failures(self) -> ObjectAges:
        """Ages of failed batches and quarantined events."""
        return self._ages(self.failures_expiration_days)

    @property
    def access_logs(self) -> ObjectAges:
        """Ages of the buckets' access logs."""
        return self._ages(self.access_log_expiration_days)

    def _ages(self, expiration_days: int | None, *, infrequent_access_days: int | None = None) -> ObjectAges:
        return ObjectAges(
            noncurrent_days=self.noncurrent_version_days,
            expiration_days=expiration_days,
            infrequent_access_days=infrequent_access_days,
        )
