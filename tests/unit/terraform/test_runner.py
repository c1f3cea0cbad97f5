import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.terraform.programs import terraform_saying
from tools.terraform import Terraform, TerraformError, binary
from tools.terraform.environ import clean_environ

_FAILS = "print('Error: no such host', file=sys.stderr); sys.exit(1)"


def test_a_command_that_fails_names_stack_reason_and_log(tmp_path: Path) -> None:
    with pytest.raises(TerraformError) as raised:
        terraform_saying(tmp_path, _FAILS).init()
    reason, log = str(raised.value).splitlines()
    assert reason == f"terraform init failed in {tmp_path.name}: no such host"
    assert log == f"All that it printed is in {tmp_path / 'log'}"


def test_without_a_log_all_that_terraform_says_is_in_the_error(tmp_path: Path) -> None:
    logged = terraform_saying(tmp_path, "print('Error: one\\n\\n  on line 3', file=sys.stderr); sys.exit(1)")
    with pytest.raises(TerraformError) as raised:
        Terraform(tmp_path, logged.environ).init()
    assert str(raised.value) == f"terraform init failed in {tmp_path.name}:\nError: one\n\n  on line 3"


@pytest.mark.parametrize(
    ("program", "read", "wanted"),
    [
        ("{'api_id': {'value': 'abc', 'sensitive': False}}", Terraform.outputs, {"api_id": "abc"}),
        ("{'terraform_version': '1.11.4'}", Terraform.version, "1.11.4"),
        (
            "{'diagnostics': [{'severity': 'warning', 'summary': 'Old', 'detail': 'use new'}]}",
            Terraform.validate,
            ["warning: Old: use new"],
        ),
    ],
)
def test_what_is_read_as_data_is_not_disturbed_by_warnings(
    tmp_path: Path, program: str, read: object, wanted: object
) -> None:
    """Where TF_CLI_CONFIG_FILE names a file that is missing, Terraform warns at every command."""
    assert callable(read)
    text = f"print('Warning: Unable to open CLI configuration file', file=sys.stderr); print(json.dumps({program}))"
    assert read(terraform_saying(tmp_path, text)) == wanted


@pytest.mark.parametrize(
    ("command", "read"),
    [
        ("output", Terraform.outputs),
        ("version", Terraform.version),
        ("validate", Terraform.validate),
        ("show", lambda terraform: terraform.show(Path("saved.tfplan"))),
        ("show", lambda terraform: terraform.planned(Path("saved.tfplan"))),
    ],
)
@pytest.mark.parametrize("printed", ["[command] {}", ""])
def test_words_among_the_data_are_told_with_the_command_and_what_to_do(
    tmp_path: Path, command: str, read: Callable[[Terraform], object], printed: str
) -> None:
    """As scripts around Terraform print them."""
    with pytest.raises(TerraformError) as raised:
        read(terraform_saying(tmp_path, f"print({printed!r})"))
    said, advice = str(raised.value).splitlines()
    assert said.startswith(f"terraform {command} -json printed something else than JSON to stdout in {tmp_path.name}")
    assert said.endswith(f"its first line: {printed or 'nothing'}")
    assert "let it print to stderr what is its own, or name the program in TERRAFORM_BINARY_NAME" in advice


def test_apply_and_destroy_ask_nothing_and_speak_to_programs_or_to_people(tmp_path: Path) -> None:
    terraform, told = terraform_saying(tmp_path, "print(' '.join(sys.argv[1:]))"), list[str]()
    terraform.apply("saved.tfplan", on_line=told.append)
    terraform.destroy(on_line=told.append)
    assert told == [
        "apply -input=false -auto-approve -json saved.tfplan\n",
        "destroy -input=false -auto-approve -json\n",
    ]
    terraform.apply()
    assert "apply -input=false -auto-approve -no-color\n" in (tmp_path / "log").read_text()


def test_a_plan_is_kept_and_read(tmp_path: Path) -> None:
    text = (
        "pathlib.Path('calls').open('a').write(' '.join(sys.argv[1:]) + '\\n'); print('{\"format_version\": \"1.2\"}')"
    )
    terraform = terraform_saying(tmp_path, text)
    assert terraform.planned(tmp_path / "p", "-lock=false") == {"format_version": "1.2"}
    assert (tmp_path / "calls").read_text().splitlines() == [
        f"plan -input=false -no-color -out={tmp_path / 'p'} -lock=false",
        f"show -json {tmp_path / 'p'}",
    ]


def test_a_command_can_be_watched(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    terraform = terraform_saying(tmp_path, "print(*sys.argv[1:]); print('no', file=sys.stderr); sys.exit(2)")
    print("before")
    assert terraform.watched("plan", "-detailed-exitcode") == 2
    assert capfd.readouterr() == ("before\nplan -detailed-exitcode\n", "no\n")


def test_the_state_can_be_kept_in_a_file_and_in_the_bucket_again(tmp_path: Path) -> None:
    terraform = Terraform(tmp_path, {})
    terraform.keep_state_in_file("state.tfstate")
    override = json.loads((tmp_path / "state_override.tf.json").read_text())
    assert override["terraform"]["backend"] == {"local": {"path": "state.tfstate"}}
    terraform.keep_state_in_bucket()
    terraform.keep_state_in_bucket()
    assert not (tmp_path / "state_override.tf.json").exists()


def test_the_program_is_the_one_that_the_cdktf_command_line_runs(tmp_path: Path) -> None:
    text = "print(json.dumps({'terraform_version': '1.10.6'}))"
    assert terraform_saying(tmp_path, text, "tofu", TERRAFORM_BINARY_NAME="tofu").version() == "1.10.6"
    assert binary({}) == binary({"TERRAFORM_BINARY_NAME": ""}) == "terraform"


@pytest.mark.parametrize(
    ("environ", "message"),
    [
        ({}, "^terraform is not installed: install Terraform 1.11 or later"),
        ({"TERRAFORM_BINARY_NAME": ""}, "^terraform is not installed: install Terraform 1.11 or later"),
        (
            {"TERRAFORM_BINARY_NAME": "tofu"},
            "^tofu, as TERRAFORM_BINARY_NAME names it, is not installed: install OpenTofu 1.11 or later",
        ),
    ],
)
def test_a_program_that_is_missing_is_an_error(tmp_path: Path, environ: dict[str, str], message: str) -> None:
    terraform = Terraform(tmp_path, {"PATH": str(tmp_path), **environ})
    for run in (terraform.init, terraform.run, terraform.watched):
        with pytest.raises(TerraformError, match=message):
            run("version")


def test_what_a_person_has_set_for_other_work_does_not_reach_terraform() -> None:
    other = {"AWS_PROFILE": "x", "TF_CLI_ARGS_plan": "-lock=false", "TF_WORKSPACE": "x", "TAP_BOOTSTRAP": "1"}
    kept = {"PATH": "/bin", "TF_CLI_CONFIG_FILE": "mirror", "HTTPS_PROXY": "proxy", "TERRAFORM_BINARY_NAME": "tofu"}
    found = clean_environ({**other, **kept})
    assert not found.keys() & other.keys()
    assert kept.items() <= found.items()
