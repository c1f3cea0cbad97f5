"""Specifies how integration tests find the deployment that they are about."""
