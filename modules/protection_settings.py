"""Settings of how data is protected."""

from typing import Annotated

from pydantic import AfterValidator, Field

from modules.section import Allowed, Section


def _recovery_that_exists(days: int) -> int:
    if days != 0 and not 7 <= days <= 30:
        raise ValueError("no such recovery window")
    return days


# AWS Secrets Manager API Reference, "DeleteSecret".
RecoveryDays = Annotated[int, AfterValidator(_recovery_that_exists), Allowed("0, or 7 to 30")]


class ProtectionSettings(Section):
    """What stands between a mistake and the data."""

    force_destroy: bool = Field(False, description="Let `terraform destroy` empty the buckets (refused in production)")
    deletion_protection: bool = Field(
        True, description="Refuse to destroy what holds data: stream, buckets, ledger, key (required in production)"
    )
    kms_deletion_window_days: int = Field(
        30,
        ge=7,
        le=30,
        description="Days in which a key's deletion can be canceled; production: 30 (KMS API Reference: "
        "ScheduleKeyDeletion)",
    )
    secret_recovery_window_days: RecoveryDays = Field(
        30,
        description="Days in which a deleted secret can be restored; production: 30. 0 frees its name at once "
        "(Secrets Manager API Reference: DeleteSecret)",
    )
