"""Delivery by GitHub Actions: what its roles reach in an environment, and what previews are called."""
