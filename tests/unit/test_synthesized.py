"""Which stacks were synthesized, and how they belong together."""

from pathlib import Path

import pytest

from stacks.identity import StackIdentity, StackKind
from tests.unit.delivery.folders import write_stacks
from tools.synthesized import NotSynthesizedError, identities, in_order, stack_folders


def test_each_stack_comes_after_those_that_it_depends_on(tmp_path: Path) -> None:
    outdir = write_stacks(tmp_path, {"tap-dev-edge": ("tap-dev-us-east-1",), "tap-dev-us-east-1": ()})
    assert in_order(outdir) == ["tap-dev-us-east-1", "tap-dev-edge"]


def test_each_stack_has_a_folder(tmp_path: Path) -> None:
    outdir = write_stacks(tmp_path, {"tap-dev-edge": ()})
    assert stack_folders(outdir) == {"tap-dev-edge": tmp_path / "stacks/tap-dev-edge"}


@pytest.mark.parametrize("read", [identities, in_order, stack_folders])
def test_a_folder_without_stacks_is_reported(tmp_path: Path, read: object) -> None:
    assert callable(read)
    with pytest.raises(NotSynthesizedError, match="run `make synth` there first"):
        read(tmp_path)


def test_each_stack_is_known_by_kind_environment_and_region(tmp_path: Path) -> None:
    outdir = write_stacks(tmp_path, {"tap-dev-us-east-1": (), "tap-pr42-us-east-1": ()})
    assert identities(outdir) == {
        "tap-dev-us-east-1": StackIdentity(
            kind=StackKind.PIPELINE, project="tap", environment="dev", suffix="dev", region="us-east-1"
        ),
        "tap-pr42-us-east-1": StackIdentity(
            kind=StackKind.PIPELINE, project="tap", environment="dev", suffix="pr42", region="us-east-1"
        ),
    }


def test_what_an_older_version_has_synthesized_is_reported(tmp_path: Path) -> None:
    outdir = write_stacks(tmp_path, {"tap-dev-us-east-1": ()})
    (outdir / "stacks.json").unlink()
    with pytest.raises(NotSynthesizedError, match=r"no stacks\.json.* run `make synth` there with this one"):
        identities(outdir)
