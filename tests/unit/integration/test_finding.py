"""The outputs of a stack lead to the account, the region and the settings that it has."""

import json
import os
from pathlib import Path

import pytest

from stacks.settings import FUNCTIONS
from tests.integration.finding import find_deployment
from tests.integration.outputs import OutputsError, outputs_of_file, outputs_of_stack, read_outputs
from tests.project import ENVIRONMENTS


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What Terraform printed, with an output for each function that was added since."""
    printed = json.loads((Path(__file__).parent / "outputs.json").read_text())
    for function in FUNCTIONS:
        printed.setdefault(f"{function}_function", {"value": f"tap-{function}-dev-us-east-1"})
    file = tmp_path_factory.mktemp("saved") / "outputs.json"
    file.write_text(json.dumps(printed))
    return file


def _program(folder: Path, text: str) -> dict[str, str]:
    """Variables under which `terraform` is a script that says this."""
    script = folder / "terraform"
    script.write_text(f"#!/bin/sh\n{text}\n")
    script.chmod(0o755)
    return {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}


def _stack(folder: Path) -> Path:
    (folder / "stacks" / "tap-dev-us-east-1").mkdir(parents=True)
    return folder


def test_a_saved_file_holds_what_terraform_printed(saved: Path) -> None:
    assert outputs_of_file(saved)["archive_bucket"] == "tap-archive-dev-us-east-1-111111111111"


def test_a_saved_file_may_hold_names_and_values_only(saved: Path) -> None:
    values = outputs_of_file(saved)
    assert read_outputs(json.dumps(values), source="file") == values


def test_terraform_is_asked_in_the_folder_of_the_stack(saved: Path, tmp_path: Path) -> None:
    script = f'test "$*" = "output -json" && test "${{PWD##*/}}" = tap-dev-us-east-1 && cat {saved}'
    environ = _program(tmp_path, script)
    assert outputs_of_stack("tap-dev-us-east-1", _stack(tmp_path), environ) == outputs_of_file(saved)


def test_what_terraform_complains_about_is_told(tmp_path: Path) -> None:
    environ = _program(tmp_path, "echo Backend initialization required >&2; exit 1")
    with pytest.raises(OutputsError, match="Backend initialization required"):
        outputs_of_stack("tap-dev-us-east-1", _stack(tmp_path), environ)


def test_a_stack_that_was_not_synthesized_is_told_with_those_that_were(tmp_path: Path) -> None:
    with pytest.raises(OutputsError, match=r"no stack tap-qa-us-east-1 in .*, but tap-dev-us-east-1: synthesize"):
        outputs_of_stack("tap-qa-us-east-1", _stack(tmp_path))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "not JSON"),
        ("[]", "not a JSON object"),
        ("{}", "lacks alerts_key_alias, alerts_topic_arn, api_id"),
        ('{"state_bucket": {"value": "b"}}', "no deployed pipeline stack"),
    ],
)
def test_what_is_no_output_of_a_pipeline_is_refused(text: str, said: str) -> None:
    with pytest.raises(OutputsError, match=said):
        read_outputs(text, source="file")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(OutputsError, match=r"absent\.json"):
        outputs_of_file(tmp_path / "absent.json")


def test_account_region_and_suffix_are_those_of_the_outputs(saved: Path) -> None:
    found = find_deployment(outputs_of_file(saved), ENVIRONMENTS, {})
    assert (found.stack, found.suffix) == ("tap-dev-us-east-1", "dev")
    assert (found.target.account_id, found.target.region) == ("111111111111", "us-east-1")
    assert found.settings.account_id == "111111111111"


def test_an_environment_without_an_emulator_is_looked_for_in_aws_whatever_the_variables_say(saved: Path) -> None:
    environ = {"AWS_ENDPOINT_URL": "http://127.0.0.1:4566"}
    assert not find_deployment(outputs_of_file(saved), ENVIRONMENTS, environ).target.is_emulated


def _renamed(saved: Path, old: str, new: str) -> dict[str, str]:
    return {name: value.replace(old, new) for name, value in outputs_of_file(saved).items()}


def test_an_ephemeral_environment_needs_the_name_of_its_settings(saved: Path) -> None:
    outputs = _renamed(saved, "-dev-", "-pr42-")
    with pytest.raises(OutputsError, match=r"no environments/pr42\.toml: .* ENVIRONMENT=dev"):
        find_deployment(outputs, ENVIRONMENTS, {})
    found = find_deployment(outputs, ENVIRONMENTS, {}, environment="dev")
    assert (found.suffix, found.stack) == ("pr42", "tap-pr42-us-east-1")


def test_outputs_of_another_account_are_refused(saved: Path) -> None:
    with pytest.raises(
        OutputsError, match=r"in account 999999999999, but environments/dev\.toml says tap in 111111111111"
    ):
        find_deployment(_renamed(saved, "111111111111", "999999999999"), ENVIRONMENTS, {})


def test_local_is_looked_for_where_the_variable_says(saved: Path) -> None:
    outputs = {
        name: value.replace("-dev-", "-local-").replace("111111111111", "000000000000")
        for name, value in outputs_of_file(saved).items()
    }
    assert find_deployment(outputs, ENVIRONMENTS, {}).target.endpoint == "http://127.0.0.1:4566"
    moved = {"AWS_ENDPOINT_URL": "http://127.0.0.1:5000"}
    assert find_deployment(outputs, ENVIRONMENTS, moved).target.endpoint == "http://127.0.0.1:5000"
