"""Prefixes of what is in a pipeline's buckets; the functions know them, too, which a test compares."""

INCOMING = "incoming/"
QUARANTINE = "quarantine/"
ARCHIVED = "events/"
COMPACTED = "compacted/"
