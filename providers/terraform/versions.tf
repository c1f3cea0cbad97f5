# What `make providers-lock` and Renovate read; the stacks get the same from .terraform.lock.hcl beside it.
terraform {
  required_version = ">= 1.11.0, < 2.0.0"

  required_providers {
    aws = {
      source  = "registry.terraform.io/hashicorp/aws"
      version = "6.50.0"
    }
  }
}
