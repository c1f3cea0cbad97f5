"""Terraform's guard for what holds data."""

from cdktf import TerraformResourceLifecycle


def protected(protect: bool) -> TerraformResourceLifecycle | None:
    """`prevent_destroy` where `protect` says so: a destroy is refused as a whole, before it deletes anything."""
    return TerraformResourceLifecycle(prevent_destroy=True) if protect else None
