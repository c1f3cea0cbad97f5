"""Facts that pages state in words are those of the code."""

import re
from pathlib import Path

import pytest

from tests.unit.docs.pages import PAGES, ROOT, prose

_NUMBER = r"(?:\d{1,3}|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty)"
_THINGS = r"(?:alarms|failure modes|functions|resources|rules|settings|outputs|workflows|tests|checks|needs|targets)"
_COUNT = re.compile(rf"\b{_NUMBER}\s+{_THINGS}\b", re.IGNORECASE)
# Decisions and releases say what was so when they were written.
_PAGES = [page for page in PAGES if page.parent.name != "adr" and page.name != "CHANGELOG.md"]


@pytest.mark.parametrize("page", _PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_nothing_is_counted_by_hand(page: Path) -> None:
    """Whoever adds an alarm, a function or a rule would have to find and change the number."""
    assert _COUNT.findall(prose(page)) == []


def test_a_count_is_seen() -> None:
    assert _COUNT.findall("it has 28 alarms, Three\nfunctions and 10 stacks") == ["28 alarms", "Three\nfunctions"]
