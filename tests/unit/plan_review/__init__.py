"""The review of plans, held against plans that Terraform really made."""
