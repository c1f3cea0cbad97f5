"""Terraform's guard for what holds data."""

from cdktf import TerraformResourceLifecycle

from modules.protection_settings import ProtectionSettings


def protected(protection: ProtectionSettings) -> TerraformResourceLifecycle | None:
    """`prevent_destroy` where the settings say so: a destroy is refused as a whole, before it deletes anything."""
    return TerraformResourceLifecycle(prevent_destroy=True) if protection.deletion_protection else None
