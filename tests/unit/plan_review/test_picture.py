"""The picture of a review comment in the documentation shows what a review says now."""

import xml.etree.ElementTree as ElementTree

from tests.project import ROOT
from tests.snapshot.golden import check
from tests.unit.plan_review.picture import picture
from tests.unit.plan_review.plans import COMMENTS

TITLE = "A plan review: replacing the stream needs labels, as data would be lost and records processed again"


def _comment() -> str:
    return (COMMENTS / "stream-renamed.md").read_text(encoding="utf-8")


def test_the_documentation_shows_the_comment_on_a_renamed_stream(update: bool) -> None:
    check(ROOT / "docs/pictures/plan-review.svg", picture(_comment(), TITLE), update=update)


def test_the_picture_is_well_formed_and_loads_nothing() -> None:
    elements = list(ElementTree.fromstring(picture(_comment(), TITLE)).iter())  # noqa: S314  our own text
    assert {element.tag.partition("}")[2] for element in elements} >= {"h2", "table", "blockquote", "details"}
    assert not any(name.endswith(("href", "src")) for element in elements for name in element.attrib)


def test_an_alert_of_github_is_shown_as_one() -> None:
    text = picture("> [!CAUTION]\n> Needs a label\n", TITLE)
    assert '<p class="title">Caution</p>\n<p>Needs a label</p>' in text
    assert "[!" not in text
