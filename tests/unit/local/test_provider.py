import json
from pathlib import Path

import pytest

from tests.unit.terraform.programs import terraform_saying
from tools.local.errors import LocalError
from tools.local.provider import check_terraform, fetch_provider
from tools.terraform import Terraform, TerraformError

_NEEDS = {"aws": {"source": "hashicorp/aws", "version": "~> 6.25"}}


def test_a_missing_terraform_is_said_before_anything_is_started(tmp_path: Path) -> None:
    terraform = Terraform(tmp_path, {"PATH": str(tmp_path)})
    with pytest.raises(TerraformError, match=r"terraform is not installed: install Terraform 1\.11 or later"):
        check_terraform(terraform)


def test_a_configuration_file_that_is_missing_does_not_hide_the_version(tmp_path: Path) -> None:
    """Terraform warns of it on stderr, and goes on."""
    program = "print('Warning: Unable to open CLI configuration file', file=sys.stderr)\n"
    program += "print(json.dumps({'terraform_version': '1.11.4'}))"
    assert check_terraform(terraform_saying(tmp_path, program)) == "1.11.4"


@pytest.mark.parametrize(
    ("version", "is_good"), [("1.10.9", False), ("0.15.5", False), ("1.11.0", True), ("2.0.0", True)]
)
def test_an_old_terraform_is_said_before_anything_is_started(tmp_path: Path, version: str, is_good: bool) -> None:
    terraform = terraform_saying(tmp_path, f"print(json.dumps({{'terraform_version': '{version}'}}))")
    if is_good:
        assert check_terraform(terraform) == version
        return
    with pytest.raises(LocalError, match=f"Terraform is {version}, so nothing was started"):
        check_terraform(terraform)
    text = f"print(json.dumps({{'terraform_version': '{version}'}}))"
    with pytest.raises(LocalError, match=f"OpenTofu is {version}, so nothing was started"):
        check_terraform(terraform_saying(tmp_path, text, "tofu", TERRAFORM_BINARY_NAME="tofu"))


def test_a_provider_that_cannot_be_had_is_one_sentence_with_both_ways_out(tmp_path: Path) -> None:
    terraform = terraform_saying(tmp_path, "print('Error: no such host'); sys.exit(1)")
    with pytest.raises(LocalError) as raised:
        fetch_provider(terraform, _NEEDS)
    sentence, *reason = str(raised.value).splitlines()
    assert "can't download the AWS provider (hashicorp/aws ~> 6.25), so nothing was started" in sentence
    assert "give this machine access to the Terraform registry, or set TF_CLI_CONFIG_FILE" in sentence
    assert "no such host" in reason[0]


def test_the_provider_is_asked_for_as_the_stacks_do(tmp_path: Path) -> None:
    terraform = terraform_saying(tmp_path, "")
    assert fetch_provider(terraform, _NEEDS) == tmp_path / ".terraform" / "providers"
    assert json.loads((tmp_path / "main.tf.json").read_text()) == {"terraform": {"required_providers": _NEEDS}}


_NOTE_LOCK = """
lock = pathlib.Path(".terraform.lock.hcl")
with open("calls", "a") as calls:
    print(lock.read_text().splitlines()[3] if lock.exists() else "no lock", file=calls)
"""


@pytest.mark.parametrize(
    ("program", "registry"), [("terraform", "registry.terraform.io"), ("tofu", "registry.opentofu.org")]
)
def test_the_provider_is_the_one_that_stacks_for_aws_are_held_to(tmp_path: Path, program: str, registry: str) -> None:
    (tmp_path / ".terraform.lock.hcl").write_text("left by an earlier run")
    fetch_provider(terraform_saying(tmp_path, _NOTE_LOCK, program, TERRAFORM_BINARY_NAME=program), _NEEDS)
    assert (tmp_path / "calls").read_text() == f'provider "{registry}/hashicorp/aws" {{\n'


def test_where_only_a_mirror_can_be_reached_the_provider_is_the_one_that_it_has(tmp_path: Path) -> None:
    (tmp_path / ".terraform").mkdir()
    (tmp_path / ".terraform" / "old").touch()
    fetch_provider(terraform_saying(tmp_path, f"{_NOTE_LOCK}sys.exit(lock.exists())"), _NEEDS)
    assert (tmp_path / "calls").read_text().splitlines()[1:] == ["no lock"]
    assert not (tmp_path / ".terraform").exists()
