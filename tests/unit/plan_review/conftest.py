"""Fixtures of the review's tests."""

from tests.snapshot.conftest import update

__all__ = ["update"]
