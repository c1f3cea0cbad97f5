"""The specification of the settings."""
