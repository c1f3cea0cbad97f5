"""Stores the events of the stream, each exactly once (the argument is in `batch.py`)."""
