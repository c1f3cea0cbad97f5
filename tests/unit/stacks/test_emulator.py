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


def test_calls_of_every_service_that_is_used_go_to_the_emulator(every_stack: dict[str, Stack], provider: Json) -> None:
    (endpoints,) = provider["endpoints"]
    services = {
        "acm": "acm",
        "apigatewayv2": "apigatewayv2",
        "budgets": "budgets",
        "cloudwatch": "cloudwatch",
        "cloudwatch_log": "logs",
        "dynamodb": "dynamodb",
        "iam": "iam",
        "kinesis": "kinesis",
        "kms": "kms",
        "lambda": "lambda",
        "route53": "route53",
        "s3": "s3",
        "secretsmanager": "secretsmanager",
        "sns": "sns",
        "sqs": "sqs",
    }
    types = {type_.removeprefix("aws_") for stack in every_stack.values() for type_ in stack.json["resource"]}
    used = {max((name for name in services if re.match(rf"{name}(_|$)", type_)), key=len) for type_ in types}
    assert used == set(services)
    assert {services[name] for name in used} | {"sts"} == set(endpoints)
    assert set(endpoints.values()) == {_URL}


def test_no_account_of_aws_can_be_touched(provider: Json) -> None:
    rest = {name: value for name, value in provider.items() if name not in ("endpoints", "default_tags")}
    assert rest == {
        "region": "us-east-1",
        "access_key": "000000000000",
        "secret_key": "emulator",
        "s3_use_path_style": True,
        "skip_credentials_validation": True,
        "skip_requesting_account_id": True,
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
        "access_key": "000000000000",
        "secret_key": "emulator",
        "endpoints": {"s3": _URL, "iam": _URL, "sts": _URL},
        "use_path_style": True,
        "skip_credentials_validation": True,
        "skip_requesting_account_id": True,
        "skip_metadata_api_check": True,
    }


def test_no_other_environment_knows_of_an_emulator(stacks: dict[str, Stack]) -> None:
    others = [stack for name, stack in stacks.items() if not name.startswith("tap-local-")]
    assert len(others) == 9
    for stack in others:
        (provider,) = stack.json["provider"]["aws"]
        assert set(provider) == {"region", "allowed_account_ids", "default_tags"}
        assert "secret_key" not in stack.json["terraform"]["backend"]["s3"]
