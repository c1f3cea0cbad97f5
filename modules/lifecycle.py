"""Terraform's protection of resources that hold data."""

from cdktf import TerraformResourceLifecycle

from modules.protection_settings import ProtectionSettings


def protected(protection: ProtectionSettings) -> TerraformResourceLifecycle | None:
    """`prevent_destroy` if the settings say so: Terraform then refuses a destroy before it deletes anything."""
    return TerraformResourceLifecycle(prevent_destroy=True) if protection.deletion_protection else None
