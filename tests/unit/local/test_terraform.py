import json
import os
from pathlib import Path

import pytest

from tests.unit.local.fakes import write_program
from tools.local.errors import LocalError
from tools.local.provider import check_terraform, fetch_provider
from tools.local.terraform import Counter, Terraform, TerraformError, clean_environ, errors_in

_NEEDS = {"aws": {"source": "hashicorp/aws", "version": "~> 6.25"}}


def _terraform(folder: Path, program: str) -> Terraform:
    """Terraform whose program is this Python text."""
    write_program(folder / "terraform", f"import json, os, pathlib, sys\n{program}")
    environ = {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}
    return Terraform(folder=folder, environ=environ, log=folder / "log")


def _said(**message: object) -> str:
    return json.dumps(message) + "\n"


def test_progress_is_counted_in_resources() -> None:
    said: list[str] = []
    counter = Counter(said.append)
    plan = {"add": 2, "change": 1, "remove": 0, "operation": "plan"}
    for line in (
        _said(type="version"),
        "a line for people\n",
        _said(type="change_summary", changes=plan),
        _said(type="apply_complete"),
        _said(type="apply_complete"),
        _said(type="change_summary", changes={**plan, "operation": "apply"}),
        _said(type="change_summary", changes={"add": 0, "change": 0, "remove": 0, "operation": "destroy"}),
    ):
        counter(line)
    assert said == ["1 of 3 resources", "2 of 3 resources", "3 resources", "nothing to do"]


def test_errors_are_found_in_what_terraform_tells_programs() -> None:
    error = {"severity": "error", "summary": "creating Queue", "detail": "not\n now", "address": "aws_sqs_queue.a"}
    lines = [_said(diagnostic=error), _said(diagnostic={"severity": "warning", "summary": "old"})]
    assert errors_in(lines) == ["aws_sqs_queue.a: creating Queue: not now"]


def test_errors_are_found_in_what_terraform_tells_people() -> None:
    text = "╷\n│ Error: Failed to query\n│ \n│ Could not\n│ connect\n╵\n"
    assert errors_in(text.splitlines(keepends=True)) == ["Failed to query Could not connect"]


def test_a_command_that_fails_names_stack_reason_and_log(tmp_path: Path) -> None:
    terraform = _terraform(tmp_path, "print('Error: no such host'); sys.exit(1)")
    with pytest.raises(TerraformError) as raised:
        terraform.init()
    assert f"terraform init of {tmp_path.name} failed: no such host" in str(raised.value)
    assert str(tmp_path / "log") in str(raised.value)


def test_outputs_are_read_by_name(tmp_path: Path) -> None:
    terraform = _terraform(tmp_path, "print(json.dumps({'api_id': {'value': 'abc', 'sensitive': False}}))")
    assert terraform.outputs() == {"api_id": "abc"}


def test_apply_and_destroy_ask_nothing_and_speak_to_programs(tmp_path: Path) -> None:
    terraform, told = _terraform(tmp_path, "print(' '.join(sys.argv[1:]))"), list[str]()
    terraform.apply(told.append)
    terraform.destroy(told.append)
    options = "-input=false -auto-approve -json"
    assert told == [f"apply {options}\n", f"destroy {options}\n"]


def test_the_state_can_be_kept_in_a_file_and_in_the_bucket_again(tmp_path: Path) -> None:
    terraform = _terraform(tmp_path, "")
    terraform.move_state_to_file("state.tfstate")
    override = json.loads((tmp_path / "state_override.tf.json").read_text())
    assert override["terraform"]["backend"] == {"local": {"path": "state.tfstate"}}
    terraform.move_state_to_bucket()
    terraform.move_state_to_bucket()
    assert not (tmp_path / "state_override.tf.json").exists()


def test_what_a_person_has_set_for_other_work_does_not_reach_terraform() -> None:
    other = {"AWS_PROFILE": "x", "TF_CLI_ARGS_plan": "-lock=false", "TF_WORKSPACE": "x", "TAP_BOOTSTRAP": "1"}
    kept = {"PATH": "/bin", "TF_CLI_CONFIG_FILE": "mirror", "HTTPS_PROXY": "proxy"}
    found = clean_environ({**other, **kept})
    assert not found.keys() & other.keys()
    assert kept.items() <= found.items()


def test_a_missing_terraform_is_said_before_anything_is_started(tmp_path: Path) -> None:
    terraform = Terraform(folder=tmp_path, environ={"PATH": str(tmp_path)}, log=tmp_path / "log")
    with pytest.raises(LocalError, match=r"Terraform is not installed, so nothing was started: install 1\.11"):
        check_terraform(terraform)


@pytest.mark.parametrize(
    ("version", "is_good"), [("1.10.9", False), ("0.15.5", False), ("1.11.0", True), ("2.0.0", True)]
)
def test_an_old_terraform_is_said_before_anything_is_started(tmp_path: Path, version: str, is_good: bool) -> None:
    terraform = _terraform(tmp_path, f"print(json.dumps({{'terraform_version': '{version}'}}))")
    if is_good:
        assert check_terraform(terraform) == version
        return
    with pytest.raises(LocalError, match=f"Terraform is {version}, so nothing was started"):
        check_terraform(terraform)


def test_a_provider_that_cannot_be_had_is_one_sentence_with_both_ways_out(tmp_path: Path) -> None:
    terraform = _terraform(tmp_path, "print('Error: no such host'); sys.exit(1)")
    with pytest.raises(LocalError) as raised:
        fetch_provider(terraform, _NEEDS)
    sentence, *reason = str(raised.value).splitlines()
    assert "can't get the AWS provider (hashicorp/aws ~> 6.25), so nothing was started" in sentence
    assert "let this machine reach the Terraform registry, or set TF_CLI_CONFIG_FILE" in sentence
    assert "no such host" in reason[0]


def test_the_provider_is_asked_for_as_the_stacks_do(tmp_path: Path) -> None:
    terraform = _terraform(tmp_path, "")
    assert fetch_provider(terraform, _NEEDS) == tmp_path / ".terraform" / "providers"
    assert json.loads((tmp_path / "main.tf.json").read_text()) == {"terraform": {"required_providers": _NEEDS}}


def test_what_an_earlier_run_left_is_not_in_the_way_of_the_provider(tmp_path: Path) -> None:
    (tmp_path / ".terraform.lock.hcl").write_text("another build")
    fetch_provider(_terraform(tmp_path, "sys.exit(pathlib.Path('.terraform.lock.hcl').exists())"), _NEEDS)
