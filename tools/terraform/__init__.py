"""The one way in which tools and tests run Terraform."""

from stacks.provider_lock import binary
from tools.process import Done
from tools.terraform.runner import Terraform, TerraformError

__all__ = ["Done", "Terraform", "TerraformError", "binary"]
