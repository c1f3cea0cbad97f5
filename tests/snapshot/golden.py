"""Snapshots and golden files: written by `make snapshots`, compared by everything else."""

import difflib
from pathlib import Path

import pytest

_MOST_LINES = 100

# What was rewritten in this run.
rewritten: list[Path] = []


def check(path: Path, text: str, *, update: bool) -> None:
    """Compares the text with the file, or writes it."""
    known = path.read_text(encoding="utf-8") if path.exists() else ""
    if text == known:
        return
    if update:
        path.write_text(text, encoding="utf-8")
        rewritten.append(path)
        return
    changes = list(difflib.unified_diff(known.splitlines(), text.splitlines(), "reviewed", "now", lineterm="", n=2))
    more = [f"... and {len(changes) - _MOST_LINES} lines more"] if len(changes) > _MOST_LINES else []
    advice = f"{path.name} differs; if it should, run `make snapshots` and review:"
    pytest.fail("\n".join([advice, *changes[:_MOST_LINES], *more]), pytrace=False)
