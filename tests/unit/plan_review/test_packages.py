"""Which files of a package differ."""

import base64
import hashlib
import zipfile
from pathlib import Path

from tests.unit.plan_review.plans import change, read_plan, review, written
from tools.plan_review.comment import comment
from tools.plan_review.packages import read_notes, read_packages, write_note


def _package(path: Path, **files: str) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(f"{name}.py"), text)
    return base64.b64encode(hashlib.sha256(path.read_bytes()).digest()).decode()


def _told(folder: Path, old: str, new: str) -> str:
    body = {"source_code_hash": old, "memory_size": 512}, {"source_code_hash": new, "memory_size": 512}
    plan = read_plan(written(folder, change("aws_lambda_function", *body, after_unknown={"version": True})))
    write_note(folder / "note.json", read_packages([folder / "before", folder / "after"]))
    text = comment(review([plan], packages=read_notes([folder / "note.json"])))
    assert "All changes" not in text
    return text.partition("### Code only\n\n")[2].partition("\n")[0]


def test_files_that_were_added_removed_or_changed_are_named(tmp_path: Path) -> None:
    old = _package(tmp_path / "before" / "receiver.zip", same="1", gone="2", other="3")
    new = _package(tmp_path / "after" / "deep" / "receiver.zip", same="1", other="4", come="5")
    line = f"- `aws_lambda_function.one`: `{old[:12]}` -> `{new[:12]}`: `+come.py`, `-gone.py`, `other.py`"
    assert _told(tmp_path, old, new) == line


def test_without_the_package_before_only_hashes_are_shown(tmp_path: Path) -> None:
    new = _package(tmp_path / "after" / "receiver.zip", same="1")
    assert _told(tmp_path, "b2xk" * 11, new) == f"- `aws_lambda_function.one`: `b2xkb2xkb2xk` -> `{new[:12]}`"


def test_many_files_are_counted(tmp_path: Path) -> None:
    old = _package(tmp_path / "before" / "a.zip", **{f"f{n}": "1" for n in range(30)})
    new = _package(tmp_path / "after" / "a.zip", **{f"f{n}": "2" for n in range(30)})
    assert _told(tmp_path, old, new).endswith("and 22 more")


def test_what_is_no_package_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "broken.zip").write_text("PK...")
    assert read_packages([tmp_path, tmp_path / "missing"]) == {}


def test_a_note_that_can_not_be_read_names_no_files(tmp_path: Path) -> None:
    for text in ("{", "[]", '{"hash": 3}', "[" * 200_000):
        (tmp_path / "note.json").write_text(text)
        assert read_notes([tmp_path / "note.json", tmp_path / "missing.json"]) == {}
