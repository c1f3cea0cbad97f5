"""The review of plans, tested with plans that Terraform made."""
