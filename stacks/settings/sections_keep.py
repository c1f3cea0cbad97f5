"""The sections about what is kept, how long, and what may be destroyed."""

from pydantic import Field

from stacks.settings.kinds import RecoveryDays, Region, Section

_CENTURY_DAYS = 36500


class StateSettings(Section):
    """The bucket of the environment's Terraform state."""

    region: Region = Field(description="Home of the state bucket; stays as it is once the bucket exists")
    noncurrent_version_days: int = Field(
        90, ge=1, le=_CENTURY_DAYS, description="How long an overwritten state can be brought back"
    )


class StorageSettings(Section):
    """How long the buckets keep what."""

    archive_transition_days: int = Field(
        90,
        ge=30,
        le=_CENTURY_DAYS,
        description="Age at which archived events move to STANDARD_IA (S3: Lifecycle transitions, 30 days at least)",
    )
    archive_expiration_days: int | None = Field(
        None,
        ge=31,
        le=_CENTURY_DAYS,
        description="Age at which archived events are deleted, above `archive_transition_days`; never if unset",
    )
    noncurrent_version_days: int = Field(
        30, ge=1, le=_CENTURY_DAYS, description="How long an overwritten or deleted object can be brought back"
    )
    inbox_expiration_days: int = Field(30, ge=1, le=_CENTURY_DAYS, description="Age at which inbox files are deleted")
    failures_expiration_days: int = Field(
        27,
        ge=2,
        le=_CENTURY_DAYS,
        description="How long failed batches and quarantined events wait for repair; above `stream.retention_hours`, "
        "below `deduplication.days`",
    )
    access_log_expiration_days: int = Field(
        90, ge=1, le=_CENTURY_DAYS, description="Age at which the buckets' access logs are deleted"
    )


class DeduplicationSettings(Section):
    """The ledger of events already stored."""

    days: int = Field(
        35,
        ge=0,
        le=_CENTURY_DAYS,
        description="How long an event's id is remembered; above `stream.retention_hours`. 0 means no ledger: events "
        "are then stored at least once",
    )


class ProtectionSettings(Section):
    """What stands between a mistake and the data."""

    force_destroy: bool = Field(False, description="Let `destroy` empty the buckets (refused in production)")
    deletion_protection: bool = Field(
        True, description="Refuse to destroy what holds data: stream, buckets, ledger, key (required in production)"
    )
    kms_deletion_window_days: int = Field(
        30,
        ge=7,
        le=30,
        description="Days in which a deleted key can be saved; production: 30 (KMS API Reference: ScheduleKeyDeletion)",
    )
    secret_recovery_window_days: RecoveryDays = Field(
        30,
        description="Days in which a deleted secret can be restored; production: 30. 0 frees its name at once "
        "(Secrets Manager API Reference: DeleteSecret)",
    )
