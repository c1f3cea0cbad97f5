"""Local is an environment like the others, but for where its calls go."""

import re

import pytest

from tests.synthesized import Json, Stack

_URL = "http://127.0.0.1:4566"


@pytest.fixture(scope="module")
def provider(stacks: dict[str, Stack]) -> Json:
    """The provider of the local pipeline."""
    found: Json = stacks["tap-local-us-east-1"].json["provider"]["aws"][0]
    return found


# What the provider calls for resources, data sources and ephemeral values whose type begins so; the longest counts.
_CALLED: dict[str, set[str]] = {
    "acm": {"acm"},
    "apigatewayv2": {"apigatewayv2"},
    "appautoscaling": {"applicationautoscaling"},
    "athena": {"athena"},
    "budgets": {"budgets"},
    "cloudwatch": {"cloudwatch"},
    "cloudwatch_log": {"logs"},
    "cloudwatch_query_definition": {"logs"},
    "dynamodb": {"dynamodb"},
    "glue": {"glue"},
    "iam": {"iam"},
    "kinesis": {"kinesis"},
    "kms": {"kms"},
    "lambda": {"lambda"},
    "route53": {"route53"},
    "s3": {"s3", "s3control"},  # s3control: the tags of buckets, since 6.23
    "scheduler": {"scheduler"},
    "secretsmanager": {"secretsmanager"},
    "sns": {"sns"},
    "sqs": {"sqs"},
}


def _called_for(type_: str) -> set[str]:
    known = [name for name in _CALLED if re.match(rf"aws_{name}(_|$)", type_)]
    assert known, (
        f"{type_}: add to _CALLED which services the provider calls for it, and their endpoints to emulator.py"
    )
    return _CALLED[max(known, key=len)]


def test_every_service_that_the_provider_calls_for_our_types_has_an_endpoint(
    every_stack: dict[str, Stack], provider: Json
) -> None:
    types = {
        type_
        for stack in every_stack.values()
        for kind in ("resource", "data", "ephemeral")
        for type_ in stack.json.get(kind, {})
        if type_ != "terraform_remote_state"  # Terraform's own, which reads a backend
    }
    assert {"aws_s3_bucket", "aws_secretsmanager_random_password"} <= types
    called = set[str]().union(*map(_called_for, types))
    (endpoints,) = provider["endpoints"]
    assert set(endpoints) == called | {"iam", "sts"}  # these tell the provider the account's id
    assert set(endpoints.values()) == {_URL}


def test_a_type_of_a_service_that_nobody_has_thought_of_is_found() -> None:
    with pytest.raises(AssertionError, match="aws_sfn_state_machine: add to _CALLED"):
        _called_for("aws_sfn_state_machine")


def test_the_provider_learns_the_id_of_the_account(provider: Json) -> None:
    """Without it the ARNs that it makes have none, and S3 Control can't be called (terraform-provider-aws#45520)."""
    assert "skip_requesting_account_id" not in provider


def test_calls_to_hosts_that_no_resolver_knows_go_to_the_emulator_as_a_proxy(provider: Json) -> None:
    """S3 Control's is `ACCOUNT.127.0.0.1`. Nothing that a person has set for proxies changes that."""
    assert {provider["http_proxy"], provider["https_proxy"]} == {_URL}
    assert provider["no_proxy"] == "127.0.0.1"


def test_no_account_of_aws_can_be_touched(provider: Json) -> None:
    rest = {name: value for name, value in provider.items() if name not in ("endpoints", "default_tags")}
    assert rest == {
        "region": "us-east-1",
        "allowed_account_ids": ["000000000000"],
        "access_key": "000000000000",
        "secret_key": "emulator",
        "http_proxy": _URL,
        "https_proxy": _URL,
        "no_proxy": "127.0.0.1",
        "s3_use_path_style": True,
        "skip_credentials_validation": True,
        "skip_metadata_api_check": "true",
    }


def test_state_is_kept_in_the_emulator_and_locked_as_elsewhere(stacks: dict[str, Stack]) -> None:
    assert stacks["tap-local-us-east-1"].json["terraform"]["backend"]["s3"] == {
        "bucket": "tap-state-local-us-east-1-000000000000",
        "key": "local/tap-local-us-east-1.tfstate",
        "region": "us-east-1",
        "encrypt": True,
        "kms_key_id": "arn:aws:kms:us-east-1:000000000000:alias/tap-state-local-us-east-1",
        "use_lockfile": True,
        "allowed_account_ids": ["000000000000"],
        "access_key": "000000000000",
        "secret_key": "emulator",
        "endpoints": {"s3": _URL, "iam": _URL, "sts": _URL},
        "use_path_style": True,
        "skip_credentials_validation": True,
        "skip_metadata_api_check": True,
    }


def test_no_other_environment_knows_of_an_emulator(stacks: dict[str, Stack]) -> None:
    others = [stack for stack in stacks.values() if stack.identity.environment != "local"]
    assert len(others) == 9
    for stack in others:
        (provider,) = stack.json["provider"]["aws"]
        assert set(provider) == {"region", "allowed_account_ids", "default_tags"}
        assert "secret_key" not in stack.json["terraform"]["backend"]["s3"]
