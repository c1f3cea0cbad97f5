"""The one way in which tools and tests run Terraform."""

from tools.process import Done
from tools.terraform.runner import Terraform, TerraformError, binary

__all__ = ["Done", "Terraform", "TerraformError", "binary"]
