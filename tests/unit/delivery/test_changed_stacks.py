"""Which stacks a change changes."""

from pathlib import Path
from typing import Any

import pytest

from tests.unit.delivery.folders import write_stacks
from tools.changed_stacks import changed_stacks, environment_of, main

_TWO = {"tap-dev-us-east-1": (), "tap-dev-eu-west-1": ()}


@pytest.fixture
def before(tmp_path: Path) -> Path:
    return write_stacks(tmp_path / "before", _TWO)


@pytest.fixture
def after(tmp_path: Path) -> Path:
    return write_stacks(tmp_path / "after", _TWO)


def test_equal_folders_have_changed_nothing(before: Path, after: Path) -> None:
    assert changed_stacks(before, after) == []


def test_a_stack_with_other_terraform_has_changed(before: Path, tmp_path: Path) -> None:
    after = write_stacks(tmp_path / "after", _TWO, tap_dev_eu_west_1={"resource": {"aws_s3_bucket": {}}})
    assert changed_stacks(before, after) == ["tap-dev-eu-west-1"]


def test_a_stack_with_another_package_has_changed(before: Path, after: Path) -> None:
    for folder, content in ((before, b"old"), (after, b"new")):
        (folder / "stacks/tap-dev-us-east-1/assets").mkdir()
        (folder / "stacks/tap-dev-us-east-1/assets/receiver.zip").write_bytes(content)
    assert changed_stacks(before, after) == ["tap-dev-us-east-1"]


def test_a_new_stack_has_changed_and_one_that_is_gone_too(before: Path, tmp_path: Path) -> None:
    after = write_stacks(tmp_path / "after", {"tap-dev-us-east-1": (), "tap-dev-edge": ()})
    assert changed_stacks(before, after) == ["tap-dev-edge", "tap-dev-eu-west-1"]


def test_an_environment_that_was_not_synthesized_is_not_gone(before: Path, tmp_path: Path) -> None:
    after = write_stacks(tmp_path / "after", {"tap-qa-us-east-1": (), "tap-dev-eu-us-east-1": ()})
    assert changed_stacks(before, after) == ["tap-dev-eu-us-east-1", "tap-qa-us-east-1"]


@pytest.mark.parametrize("end", ["us-east-1", "ap-southeast-7", "state", "delivery", "edge"])
def test_a_stack_is_called_after_its_environment(end: str) -> None:
    assert environment_of(f"tap-dev-{end}") == "tap-dev"
    assert environment_of(f"tap-dev-eu-{end}") == "tap-dev-eu"


def test_notes_of_cdktf_and_what_terraform_leaves_are_no_change(before: Path, tmp_path: Path) -> None:
    noted = {"//": {"metadata": {"version": "1"}}, "resource": {}}
    after = write_stacks(tmp_path / "after", _TWO, tap_dev_us_east_1=noted)
    (after / "stacks/tap-dev-us-east-1/.terraform").mkdir()
    (after / "stacks/tap-dev-us-east-1/.terraform/modules.json").write_text("{}")
    (after / "stacks/tap-dev-us-east-1/.terraform.lock.hcl").write_text("")
    assert changed_stacks(before, after) == []


def test_names_are_printed_one_per_line(before: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    changed: dict[str, Any] = {"resource": {"aws_sns_topic": {}}}
    after = write_stacks(tmp_path / "after", _TWO, tap_dev_us_east_1=changed, tap_dev_eu_west_1=changed)
    assert main([str(before), str(after)]) == 0
    assert capsys.readouterr().out == "tap-dev-eu-west-1\ntap-dev-us-east-1\n"


def test_a_folder_without_stacks_is_told(after: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path), str(after)]) == 2
    assert f"{tmp_path} holds no synthesized stacks (no manifest.json): run `make synth`" in capsys.readouterr().err
