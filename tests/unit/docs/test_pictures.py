"""Pictures of the documentation can be read everywhere, and show what is deployed."""

import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from tests.synthesized import Stack
from tests.unit.docs.pages import ROOT

_PICTURES = sorted((ROOT / "docs/pictures").iterdir())
_MOST_BYTES = 150_000

each_picture = pytest.mark.parametrize("picture", _PICTURES, ids=lambda picture: picture.name)


@each_picture
def test_a_picture_has_a_light_and_a_dark_version_and_loads_nothing(picture: Path) -> None:
    text = picture.read_text(encoding="utf-8")
    assert "@media (prefers-color-scheme: dark)" in text
    assert not re.search(r"(?:href|src)=|@import|url\((?!#)|<script", text)
    assert len(text.encode()) < _MOST_BYTES


@each_picture
def test_a_picture_has_a_text_for_those_who_cannot_see_it(picture: Path) -> None:
    root = ElementTree.fromstring(picture.read_text(encoding="utf-8"))  # noqa: S314  our own file
    labels = (root.get("aria-labelledby") or "").split()
    texts = [element.text for element in root.iter() if element.get("id") in labels]
    assert root.get("aria-label") or (labels and all(texts))


def test_every_box_of_the_flow_is_named_after_a_resource_of_the_stack(dev: Stack) -> None:
    text = (ROOT / "docs/pictures/flow.svg").read_text(encoding="utf-8")
    boxes = re.findall(r'<g id="([^"]+)">', text)
    assert len(boxes) == len(set(boxes)) > 1
    ids = {id_.partition("_")[0] for resources in dev.json["resource"].values() for id_ in resources}
    assert set(boxes) <= ids


def test_the_readme_stays_short() -> None:
    assert (ROOT / "README.md").stat().st_size <= 12 * 1024
