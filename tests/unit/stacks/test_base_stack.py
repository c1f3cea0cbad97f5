"""What every stack has: versions, one provider with tags, a place for its state."""

import os

from stacks.provider_lock import lock_file, locked_version
from stacks.settings import Environment
from tests.synthesized import Stack


def test_every_stack_asks_for_the_same_terraform_and_provider(every_stack: dict[str, Stack]) -> None:
    locked = locked_version(lock_file(os.environ))
    for stack in every_stack.values():
        terraform = stack.json["terraform"]
        version = "~> 6.25" if stack.identity.environment == "local" else locked
        assert terraform["required_version"] == ">= 1.11.0, < 2.0.0"
        assert terraform["required_providers"] == {"aws": {"source": "hashicorp/aws", "version": version}}


def test_every_stack_for_aws_lies_beside_the_lock_file_of_its_provider(every_stack: dict[str, Stack]) -> None:
    locked = lock_file(os.environ).read_bytes()
    for stack in every_stack.values():
        beside = stack.folder / ".terraform.lock.hcl"
        assert (beside.read_bytes() if beside.exists() else None) == (
            None if stack.identity.environment == "local" else locked
        )


def test_everything_carries_tags_that_are_known_before_a_deploy(dev: Stack) -> None:
    (provider,) = dev.json["provider"]["aws"]
    assert provider == {
        "region": "us-east-1",
        "allowed_account_ids": ["111111111111"],
        "default_tags": [
            {
                "tags": {
                    "Project": "tap",
                    "Environment": "dev",
                    "Region": "us-east-1",
                    "Stack": "tap-dev-us-east-1",
                    "Owner": "platform-team",
                    "CostCenter": "engineering",
                    "Repository": "https://github.com/example/tapstack",
                    "ManagedBy": "cdktf",
                }
            }
        ],
    }


def test_every_stack_has_one_provider_with_the_same_tags_filled_in(every_stack: dict[str, Stack]) -> None:
    for stack in every_stack.values():
        (provider,) = stack.json["provider"]["aws"]
        tags = provider["default_tags"][0]["tags"]
        assert list(stack.json["provider"]) == ["aws"]
        assert all(tags.values())
        assert (tags["Stack"], tags["Region"]) == (stack.name, provider["region"])
        assert len(tags) == 8


def test_state_is_encrypted_locked_and_has_a_key_of_its_own(every_stack: dict[str, Stack]) -> None:
    backends = {name: stack.json["terraform"]["backend"]["s3"] for name, stack in every_stack.items()}
    assert backends["tap-dev-eu-west-1"] == {
        "bucket": "tap-state-dev-us-east-1-111111111111",
        "key": "dev/tap-dev-eu-west-1.tfstate",
        "region": "us-east-1",
        "encrypt": True,
        "kms_key_id": "arn:aws:kms:us-east-1:111111111111:alias/tap-state-dev-us-east-1",
        "use_lockfile": True,
        "allowed_account_ids": ["111111111111"],
    }
    places = [(backend["bucket"], backend["key"]) for backend in backends.values()]
    assert len(set(places)) == len(places)
    for name, backend in backends.items():
        assert backend["key"].endswith(f"/{name}.tfstate")
        assert (backend["encrypt"], backend["use_lockfile"]) == (True, True)
        assert "dynamodb_table" not in backend


def test_the_state_of_an_environment_lies_in_the_bucket_that_its_state_stack_makes(
    stacks: dict[str, Stack], environments: list[Environment]
) -> None:
    for environment in environments:
        state = stacks[f"tap-{environment.name}-state"]
        bucket = state.resource("aws_s3_bucket", "state")["bucket"]
        alias = state.resource("aws_kms_alias", "key_alias")["name"]
        own = [stack for stack in stacks.values() if stack.identity.environment == environment.name]
        backends = [stack.json["terraform"]["backend"]["s3"] for stack in own]
        assert {backend["bucket"] for backend in backends} == {bucket}
        assert {backend["kms_key_id"].split(":", 5)[5] for backend in backends} == {alias}


def test_only_what_has_no_binding_is_overridden(every_stack: dict[str, Stack]) -> None:
    """An override is checked by nobody: neither by cdktf nor by these types."""
    found = {frozenset(stack.json["//"]["metadata"]["overrides"]["stack"]) for stack in every_stack.values()}
    assert frozenset().union(*found) == {"terraform", "ephemeral", "check"}
    assert all(set(stack.json["//"]["metadata"]["overrides"]) == {"stack"} for stack in every_stack.values())
