"""Reading the project's Markdown pages."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_ANCHOR = re.compile(r'<a id="([^"]+)">')
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def code_blocks(page: Path, language: str) -> list[str]:
    """Every fenced block of the language."""
    return [text for name, text in _FENCE.findall(page.read_text()) if name == language]


def prose(page: Path) -> str:
    """The page without its fenced blocks."""
    return _FENCE.sub("", page.read_text())


def anchors(page: Path) -> list[str]:
    """Every anchor of the page: those of headings as GitHub makes them, and explicit ones."""
    text = prose(page)
    return [*map(_slug, _HEADING.findall(text)), *_ANCHOR.findall(text)]


def _slug(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
