"""Quiet runs: a fault is no news here, and the lines of metrics would fill the report of a test that fails."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from contextlib import redirect_stdout

import pytest


class Nowhere(io.StringIO):
    """Forgets what is printed."""

    def write(self, text: str) -> int:
        return len(text)


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    logging.disable(logging.CRITICAL)
    with redirect_stdout(Nowhere()):
        yield
    logging.disable(logging.NOTSET)
