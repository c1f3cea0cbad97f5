"""Which stacks were synthesized, and how they belong together."""

from pathlib import Path

import pytest

from tests.unit.delivery.folders import write_stacks
from tools.synthesized import NotSynthesizedError, environment_of, in_order, stack_folders


def test_each_stack_comes_after_those_that_it_depends_on(tmp_path: Path) -> None:
    outdir = write_stacks(tmp_path, {"tap-dev-edge": ("tap-dev-us-east-1",), "tap-dev-us-east-1": ()})
    assert in_order(outdir) == ["tap-dev-us-east-1", "tap-dev-edge"]


def test_each_stack_has_a_folder(tmp_path: Path) -> None:
    outdir = write_stacks(tmp_path, {"tap-dev-edge": ()})
    assert stack_folders(outdir) == {"tap-dev-edge": tmp_path / "stacks/tap-dev-edge"}


@pytest.mark.parametrize("read", [in_order, stack_folders])
def test_a_folder_without_stacks_is_reported(tmp_path: Path, read: object) -> None:
    assert callable(read)
    with pytest.raises(NotSynthesizedError, match="run `make synth` there first"):
        read(tmp_path)


@pytest.mark.parametrize("end", ["us-east-1", "ap-southeast-7", "state", "delivery", "edge"])
def test_a_stack_is_named_after_its_environment(end: str) -> None:
    assert environment_of(f"tap-dev-{end}") == "tap-dev"
    assert environment_of(f"tap-dev-eu-{end}") == "tap-dev-eu"
