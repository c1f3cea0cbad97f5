"""Golden files: written by `make snapshots`, compared by everything else."""

from pathlib import Path

import pytest


def check(path: Path, text: str, *, update: bool) -> None:
    """Compares the text with the file, or writes it."""
    if update:
        path.write_text(text, encoding="utf-8")
        return
    known = path.read_text(encoding="utf-8") if path.exists() else ""
    lines, known_lines = text.splitlines(), known.splitlines()
    changes = [
        *(f"- {line}" for line in known_lines if line not in lines),
        *(f"+ {line}" for line in lines if line not in known_lines),
    ]
    if text != known:
        pytest.fail("\n".join([f"{path.name} differs; if it should, run `make snapshots` and review:", *changes]))
