"""Where Terraform refuses to replace what is protected, people learn why, and what to do."""

import json
from pathlib import Path

import pytest

from tests.unit.docs.pages import ROOT, anchors
from tests.unit.terraform.programs import terraform_saying
from tools.terraform import Terraform, TerraformError
from tools.terraform.messages import Json
from tools.terraform.protection import RUNBOOK, advice

# As Terraform 1.11 prints it, with its line breaks.
_REFUSED = """terraform plan failed in tap-prod-us-east-1:
Error: Instance cannot be destroyed

  on cdk.tf.json line 1217, in resource.aws_kinesis_stream:
1217:       "events": {

Resource aws_kinesis_stream.events has lifecycle.prevent_destroy set, but the
plan calls for this resource to be destroyed. To avoid this error and
continue with the plan, either disable lifecycle.prevent_destroy or reduce
the scope of the plan using the -target option."""


def _terraform(folder: Path, *tainted: str, **environ: str) -> Terraform:
    """Terraform whose state holds the stream and the ledger, some of them tainted."""
    resources: list[Json] = [
        {"address": address, "values": {}, **({"tainted": True} if address in tainted else {})}
        for address in ("aws_dynamodb_table.ledger", "aws_kinesis_stream.events")
    ]
    state = {"values": {"root_module": {"resources": resources}}}
    return terraform_saying(folder, f"print({json.dumps(json.dumps(state))})", **environ)


def test_a_tainted_resource_is_named_with_the_command_that_keeps_it(tmp_path: Path) -> None:
    text = advice(_terraform(tmp_path, "aws_kinesis_stream.events"), TerraformError(_REFUSED))
    assert "It is tainted" in text
    assert f"\n  terraform -chdir={tmp_path} untaint aws_kinesis_stream.events\n" in text
    assert RUNBOOK in text


def test_the_command_is_of_the_program_that_is_used(tmp_path: Path) -> None:
    terraform = _terraform(tmp_path, "aws_kinesis_stream.events")
    (tmp_path / "terraform").rename(tmp_path / "tofu")
    terraform = Terraform(tmp_path, {**terraform.environ, "TERRAFORM_BINARY_NAME": "tofu"})
    assert f"\n  tofu -chdir={tmp_path} untaint" in advice(terraform, TerraformError(_REFUSED))


def test_a_tainted_resource_that_may_be_replaced_is_not_meant(tmp_path: Path) -> None:
    text = advice(_terraform(tmp_path, "aws_dynamodb_table.ledger"), TerraformError(_REFUSED))
    assert "untaint" not in text
    assert "it is the change that replaces or destroys what is protected" in text


@pytest.mark.parametrize("program", ["sys.exit(1)", "print('{}')"])
def test_a_state_that_can_not_be_read_or_is_empty_leaves_it_at_the_change(tmp_path: Path, program: str) -> None:
    text = advice(terraform_saying(tmp_path, program), TerraformError(_REFUSED))
    assert "None of them is tainted" in text


def test_another_error_needs_no_advice(tmp_path: Path) -> None:
    assert advice(_terraform(tmp_path), TerraformError("terraform plan failed in x:\nError: no such host")) == ""


def test_the_runbook_has_the_sections_that_are_named() -> None:
    found = anchors(ROOT / "docs/runbook.md")
    assert "a-protected-stack-whose-first-deploy-failed-halfway" in found
    assert "destroy-a-protected-environment" in found
    assert RUNBOOK.startswith("docs/runbook.md")
