"""A protected environment refuses its own end."""

from collections.abc import Iterator

import pytest

from tests.integration.account import PIPELINE_STACK, Account, Provider, new_account
from tools.local.inventory import inventory
from tools.terraform import TerraformError
from tools.terraform.protection import advice

pytestmark = pytest.mark.e2e


@pytest.fixture
def protected(provider: Provider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    """An account whose stacks are protected as in production."""
    with new_account(tmp_path_factory.mktemp("protected"), provider) as account:
        protection = {"force_destroy": False, "deletion_protection": True}
        account.synthesize([account.environment(protection=protection)])
        yield account


def test_a_destroy_is_refused_before_it_has_deleted_anything(protected: Account) -> None:
    terraform = protected.terraform_without_state_bucket(PIPELINE_STACK)
    terraform.apply()
    before = inventory(protected.client)
    refused = terraform.run("destroy", "-input=false", "-no-color", "-auto-approve")
    assert refused.returncode == 1
    assert "Instance cannot be destroyed" in refused.stderr
    assert inventory(protected.client) == before


def test_a_tainted_resource_stops_every_plan_until_it_is_untainted(protected: Account) -> None:
    """What a first deploy leaves that failed halfway: `terraform taint` marks as a failed creation does."""
    terraform = protected.terraform_without_state_bucket(PIPELINE_STACK)
    terraform.apply()
    terraform.succeed("taint", "aws_kinesis_stream.events")
    with pytest.raises(TerraformError, match="Instance cannot be destroyed") as refused:
        terraform.plan(terraform.folder / "refused.tfplan")
    command = next(line for line in advice(terraform, refused.value).splitlines() if " untaint " in line)
    assert command == f"  terraform -chdir={terraform.folder} untaint aws_kinesis_stream.events"
    terraform.succeed(*command.split()[2:])
    plan = terraform.planned(terraform.folder / "kept.tfplan")
    assert [one["address"] for one in plan["resource_changes"] if "delete" in one["change"]["actions"]] == []


def test_a_resource_that_was_removed_by_hand_is_created_again(protected: Account) -> None:
    terraform = protected.terraform_without_state_bucket(PIPELINE_STACK)
    terraform.apply()
    terraform.succeed("taint", "aws_kinesis_stream.events")
    stream = terraform.outputs()["stream_name"]
    protected.client("kinesis").delete_stream(StreamName=stream)
    terraform.succeed("state", "rm", "aws_kinesis_stream.events")
    terraform.apply()
    assert protected.client("kinesis").describe_stream_summary(StreamName=stream)
