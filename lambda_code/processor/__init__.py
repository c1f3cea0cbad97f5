"""Stores what comes out of the stream, each event exactly once (the argument is in `batch.py`)."""
