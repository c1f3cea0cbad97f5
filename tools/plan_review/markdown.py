"""Text that can't be mistaken for Markdown, and comments that can't grow too long."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

# GitHub takes comments of up to 65,536 characters.
LONGEST_COMMENT = 59_000
_LONGEST_CODE = 200
_UNPRINTABLE = re.compile(r"[^\x20-\x7e\xa0-\ud7ff\uf900-\ufffd]|[\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


def code(text: str) -> str:
    """The text between backticks, without what would end these, the cell of a table, or the line."""
    if not (text.isascii() and text.isprintable()):
        text = _UNPRINTABLE.sub("?", text)
    text = text.replace("`", "'").replace("|", "\u00a6")
    if len(text) > _LONGEST_CODE:
        text = f"{text[: _LONGEST_CODE - 3]}..."
    return f"`{text.strip() or ' '}`"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Lines of a table."""
    return [f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows)]


def folded(title: str, lines: Sequence[str]) -> list[str]:
    """Lines that are collapsed until somebody opens them."""
    return ["<details>", f"<summary>{title}</summary>", "", *lines, "", "</details>", ""]


def cut(lines: Sequence[str], characters: int) -> list[str]:
    """As many lines as fit, and how many don't."""
    kept: list[str] = []
    left = characters - 100
    for number, line in enumerate(lines):
        left -= len(line) + 1
        if left < 0:
            return [*kept, "", f"... and {len(lines) - number:,} more: see the whole plan."]
        kept.append(line)
    return kept
