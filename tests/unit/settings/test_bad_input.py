"""Every kind of bad settings file is told what is wrong, where, and what is allowed: the table is bad_input.txt."""

from pathlib import Path

import pytest

from stacks.settings import FUNCTIONS, SettingsError, load_settings
from tests.unit.settings.documents import document, write_environment


def _rows() -> list[tuple[str, str, list[str]]]:
    table = (
        Path(__file__)
        .with_name("bad_input.txt")
        .read_text(encoding="utf-8")
        .replace("@functions@", ", ".join(FUNCTIONS))
    )
    rows = []
    for block in table.split("\n## ")[1:]:
        title, *lines = block.strip().splitlines()
        snippet = "\n".join(line for line in lines if not line.startswith("-> "))
        rows.append((title, snippet, [line.removeprefix("-> ") for line in lines if line.startswith("-> ")]))
    return rows


@pytest.mark.parametrize(("snippet", "told"), [pytest.param(*rest, id=title) for title, *rest in _rows()])
def test_bad_input_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, snippet: str, told: list[str]) -> None:
    monkeypatch.chdir(tmp_path)
    path = write_environment(tmp_path, "dev", document(snippet.replace("@257@", "x" * 257)))
    with pytest.raises(SettingsError) as caught:
        load_settings(path)
    assert str(caught.value).splitlines() == told


def test_the_file_that_the_table_changes_is_valid(tmp_path: Path) -> None:
    assert load_settings(write_environment(tmp_path, "dev", document())).regions == ("us-east-1",)


def test_the_table_is_read_whole() -> None:
    assert len(_rows()) > 90
    assert all(snippet and told for _, snippet, told in _rows())
