"""Nothing that the documentation names is missing."""

import re
from pathlib import Path

import pytest

from tests.unit.docs.pages import PAGES, ROOT, anchors, code_blocks, prose

_LINK = re.compile(r"\[[^\]]+\]\(([^)\s]+)\)")
_CODE = re.compile(r"`([^`\s]+)`")
_TOP = ("main.py", "cdktf.json", "Pipfile", "Makefile", "package.json", "package-lock.json", ".ci/", "pyproject.toml")
# Not environments/, whose files users rename and remove.
_FOLDERS = ("stacks/", "modules/", "lambda_code/", "docs/", "tools/", "tests/")
_MADE_UP = ("lambda_code/auditor/",)  # what docs/functions.md shows how to add
_FORBIDDEN = re.compile(r"/work/|/tmp/|helper|localhost:\d", re.IGNORECASE)

each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())


@each_page
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in _LINK.findall(prose(page)):
        if target.startswith("https://"):
            continue
        name, _, anchor = target.partition("#")
        linked = (page.parent / name).resolve() if name else page
        assert linked.exists(), f"{page.name}: {target}"
        assert not anchor or anchor in anchors(linked), f"{page.name}: {target}"


@each_page
def test_no_anchor_stands_for_two_places(page: Path) -> None:
    found = anchors(page)
    # Keep a Changelog repeats its headings in each version.
    assert page.name == "CHANGELOG.md" or len(found) == len(set(found))


@each_page
def test_every_path_exists(page: Path) -> None:
    for name in _CODE.findall(prose(page)):
        if name.startswith((*_TOP, *_FOLDERS)) and name not in _MADE_UP:
            assert list(ROOT.glob(name)), f"{page.name}: {name}"


@each_page
def test_every_make_target_exists(page: Path) -> None:
    targets = re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    named = re.findall(r"`(?:\w+=\S+ )*make ([a-z0-9-]+)", prose(page))
    named += [name for block in code_blocks(page, "sh") for name in re.findall(r"\bmake ([a-z0-9-]+)", block)]
    assert set(named) <= set(targets)


@each_page
def test_no_page_speaks_of_machines(page: Path) -> None:
    assert not _FORBIDDEN.findall(page.read_text())


def test_every_variable_that_is_documented_is_read() -> None:
    code = "".join(path.read_text() for folder in ("stacks", "lambda_code") for path in (ROOT / folder).rglob("*.py"))
    workflows = "".join(path.read_text() for path in (ROOT / ".github/workflows").glob("*.yml"))
    for name in {name for page in PAGES for name in re.findall(r"\bTAP_[A-Z_]+[A-Z]", page.read_text())}:
        assert f'"{name}"' in code or f"vars.{name} " in workflows, name


def test_every_decision_is_in_the_list() -> None:
    listed = re.findall(r"\((\d{4}-[a-z-]+\.md)\)", (ROOT / "docs/adr/README.md").read_text())
    assert listed == sorted(path.name for path in (ROOT / "docs/adr").glob("0*.md"))
