"""From settings to Terraform JSON: what is written, and what is not there any more."""

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest

from main import synthesize
from stacks.identity import StackKind, read_identities
from tests.project import ROOT
from tests.synthesized import Stack
from tests.unit.stacks.conftest import Other


def _bytes(stack: Stack) -> bytes:
    return (stack.folder / "cdk.tf.json").read_bytes()


def _without_backend(stack: Stack) -> dict[str, Any]:
    found = json.loads(json.dumps(stack.json))
    del found["terraform"]["backend"]
    del found["//"]["metadata"]["backend"]
    return dict(found)


def test_what_an_earlier_choice_of_environments_left_is_removed(other: Other) -> None:
    folders = [path.name for path in (other.outdir / "stacks").iterdir() if path.is_dir()]
    assert sorted(folders) == sorted(other.stacks) == ["tap-dev-state", "tap-dev-us-east-1", "tap-pr42-us-east-1"]


def test_under_the_cli_other_stacks_are_left_to_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """It removes them itself, and stops where one has gone already."""
    gone = tmp_path / "stacks" / "tap-gone-us-east-1"
    gone.mkdir(parents=True)
    monkeypatch.setenv("CDKTF_CONTINUE_SYNTH_ON_ERROR_ANNOTATIONS", "1")
    synthesize([], tmp_path, root=ROOT)
    assert gone.exists()
    monkeypatch.delenv("CDKTF_CONTINUE_SYNTH_ON_ERROR_ANNOTATIONS")
    synthesize([], tmp_path, root=ROOT)
    assert not gone.exists()


def test_a_region_removed_or_an_environment_added_leaves_the_other_stacks_byte_identical(
    other: Other, stacks: dict[str, Stack]
) -> None:
    """There, dev was synthesized with both regions and without pr42."""
    assert _bytes(other.stacks["tap-dev-us-east-1"]) == _bytes(stacks["tap-dev-us-east-1"])


def test_an_ephemeral_environment_is_its_copy_under_its_own_names(other: Other, dev: Stack) -> None:
    copy = _bytes(other.stacks["tap-pr42-us-east-1"]).decode()
    assert copy.count("pr42") > 50
    assert "_pr42_" in copy  # in the name of a database
    expected = json.loads(copy.replace("pr42", "dev"))
    assert expected == dev.json


def test_an_ephemeral_environment_keeps_its_state_beside_that_of_its_settings(other: Other, dev: Stack) -> None:
    own, its = (stack.json["terraform"]["backend"]["s3"] for stack in (other.stacks["tap-pr42-us-east-1"], dev))
    assert own == its | {"key": "pr42/tap-pr42-us-east-1.tfstate"}
    assert its["bucket"] == "tap-state-dev-us-east-1-111111111111"


def test_an_ephemeral_environment_has_no_state_stack_that_it_would_take_along_when_destroyed(other: Other) -> None:
    assert [name for name, stack in other.stacks.items() if stack.identity.kind is StackKind.STATE] == ["tap-dev-state"]


def test_no_name_of_an_ephemeral_environment_is_one_of_its_original(other: Other, dev: Stack) -> None:
    keys = ("name", "bucket", "function_name", "alarm_name", "dashboard_name")
    names = [
        {
            body[key]
            for bodies in stack.json["resource"].values()
            for body in bodies.values()
            for key in keys
            if key in body
        }
        for stack in (other.stacks["tap-pr42-us-east-1"], dev)
    ]
    shared = {name for name in names[0] & names[1] if "${" not in name}
    # The stage of an API, the policy inside a role, and tables inside a database.
    assert shared == {"$default", "grants", "raw", "compacted", "quarantine", "events"}


def test_before_there_is_a_bucket_only_the_state_stack_keeps_its_state_in_a_local_file(
    other: Other, stacks: dict[str, Stack]
) -> None:
    bootstrapped = other.stacks["tap-dev-state"]
    assert bootstrapped.json["terraform"]["backend"] == {"local": {"path": "../../../terraform.tap-dev-state.tfstate"}}
    assert list(other.stacks["tap-dev-us-east-1"].json["terraform"]["backend"]) == ["s3"]
    assert _without_backend(bootstrapped) == _without_backend(stacks["tap-dev-state"])


def test_no_path_of_this_machine_is_written(every_stack: dict[str, Stack], other: Other) -> None:
    folders = (str(ROOT), str(Path.home()), tempfile.gettempdir())
    texts = [_bytes(stack).decode() for stack in (*every_stack.values(), *other.stacks.values())]
    assert not [folder for folder in folders for text in texts if f"{folder}/" in text]


def test_it_is_written_down_which_stacks_there_are_and_what_each_is(every_stack: dict[str, Stack]) -> None:
    outdir = next(iter(every_stack.values())).folder.parents[1]
    identities = read_identities(outdir)
    assert set(identities) == set(every_stack)
    for name, identity in identities.items():
        (provider,) = every_stack[name].json["provider"]["aws"]
        (tags,) = provider["default_tags"]
        told = {"Project": identity.project, "Environment": identity.suffix, "Region": identity.region, "Stack": name}
        assert told.items() <= tags["tags"].items()
        assert provider["region"] == identity.region


def test_a_preview_s_stacks_are_told_from_those_of_its_settings(other: Other) -> None:
    found = read_identities(next(iter(other.stacks.values())).folder.parents[1])
    assert (found["tap-pr42-us-east-1"].environment, found["tap-pr42-us-east-1"].suffix) == ("dev", "pr42")
    assert (found["tap-dev-state"].environment, found["tap-dev-state"].suffix) == ("dev", "dev")
