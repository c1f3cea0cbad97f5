"""Which stacks a change touches."""

from pathlib import Path
from typing import Any

import pytest

from tests.unit.delivery.folders import write_stacks
from tools.changed_stacks import changed_stacks, main

_TWO = {"tap-dev-us-east-1": (), "tap-dev-eu-west-1": ()}


@pytest.fixture
def before(tmp_path: Path) -> Path:
    return write_stacks(tmp_path / "before", _TWO)


@pytest.fixture
def after(tmp_path: Path) -> Path:
    return write_stacks(tmp_path / "after", _TWO)


def test_stacks_of_equal_folders_have_not_changed(before: Path, after: Path) -> None:
    assert changed_stacks(before, after) == []


def test_a_stack_with_other_terraform_has_changed(before: Path, tmp_path: Path) -> None:
    after = write_stacks(tmp_path / "after", _TWO, tap_dev_eu_west_1={"resource": {"aws_s3_bucket": {}}})
    assert changed_stacks(before, after) == ["tap-dev-eu-west-1"]


def test_a_stack_with_another_package_has_changed(before: Path, after: Path) -> None:
    for folder, content in ((before, b"old"), (after, b"new")):
        (folder / "stacks/tap-dev-us-east-1/assets").mkdir()
        (folder / "stacks/tap-dev-us-east-1/assets/receiver.zip").write_bytes(content)
    assert changed_stacks(before, after) == ["tap-dev-us-east-1"]


def test_a_new_stack_and_a_removed_one_have_changed(before: Path, tmp_path: Path) -> None:
    after = write_stacks(tmp_path / "after", {"tap-dev-us-east-1": (), "tap-dev-edge": ()})
    assert changed_stacks(before, after) == ["tap-dev-edge", "tap-dev-eu-west-1"]


def test_the_stacks_of_an_environment_that_was_not_synthesized_are_not_removed(before: Path, tmp_path: Path) -> None:
    after = write_stacks(tmp_path / "after", {"tap-qa-us-east-1": (), "tap-dev-eu-us-east-1": ()})
    assert changed_stacks(before, after) == ["tap-dev-eu-us-east-1", "tap-qa-us-east-1"]


def test_notes_of_cdktf_and_files_of_terraform_are_no_change(before: Path, tmp_path: Path) -> None:
    noted = {"//": {"metadata": {"version": "1"}}, "resource": {}}
    after = write_stacks(tmp_path / "after", _TWO, tap_dev_us_east_1=noted)
    (after / "stacks/tap-dev-us-east-1/.terraform").mkdir()
    (after / "stacks/tap-dev-us-east-1/.terraform/modules.json").write_text("{}")
    (after / "stacks/tap-dev-us-east-1/.terraform.lock.hcl").write_text("")
    assert changed_stacks(before, after) == []


def test_nothing_is_asked_of_a_base_from_which_no_stack_is_gone(before: Path, after: Path) -> None:
    """An older version may have synthesized it, which didn't write down which stacks are whose."""
    (before / "stacks.json").unlink()
    assert changed_stacks(before, after) == []


def test_names_are_printed_one_per_line(before: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    changed: dict[str, Any] = {"resource": {"aws_sns_topic": {}}}
    after = write_stacks(tmp_path / "after", _TWO, tap_dev_us_east_1=changed, tap_dev_eu_west_1=changed)
    assert main([str(before), str(after)]) == 0
    assert capsys.readouterr().out == "tap-dev-eu-west-1\ntap-dev-us-east-1\n"


def test_a_folder_without_stacks_is_reported(after: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path), str(after)]) == 2
    assert f"{tmp_path} holds no synthesized stacks (no manifest.json): run `make synth`" in capsys.readouterr().err
