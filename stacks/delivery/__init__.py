"""Delivery by GitHub Actions: what its roles may act on in an environment, and the names of previews."""
