"""Accepts events over HTTPS and puts them into the stream; answers 202 only when all of them are there."""
