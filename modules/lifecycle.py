"""Terraform's protection of resources that hold data."""

from collections.abc import Sequence

from cdktf import TerraformResourceLifecycle

from modules.protection_settings import ProtectionSettings


def protected(protection: ProtectionSettings, *, moving: Sequence[str] = ()) -> TerraformResourceLifecycle | None:
    """`prevent_destroy` if the settings say so: Terraform then refuses a destroy before it deletes anything.

    `moving`: attributes that AWS changes by itself, which Terraform then leaves alone.
    """
    if not protection.deletion_protection and not moving:
        return None
    return TerraformResourceLifecycle(
        prevent_destroy=protection.deletion_protection or None, ignore_changes=list(moving) or None
    )
