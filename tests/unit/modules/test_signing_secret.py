"""The signing secret, whose value Terraform never keeps."""

from typing import Any

import pytest

from stacks.settings import FUNCTIONS, Environment
from tests.synthesized import Stack
from tests.unit.settings.factory import make_settings


def test_the_secret_is_encrypted_by_our_key_and_can_be_restored_as_long_as_the_settings_say(
    dev: Stack, prod: Stack
) -> None:
    for stack, environment, days in ((dev, "dev", 0), (prod, "prod", 30)):
        assert stack.arguments("aws_secretsmanager_secret", "signing") == {
            "name": f"tap-signing-{environment}-us-east-1",
            "description": "Signs requests to POST /process (Standard Webhooks)",
            "kms_key_id": "${aws_kms_key.key.arn}",
            "recovery_window_in_days": days,
        }


def test_its_value_is_random_and_handed_over_without_being_kept(dev: Stack) -> None:
    assert dev.json["ephemeral"] == {
        "aws_secretsmanager_random_password": {"signing": {"password_length": 48, "exclude_punctuation": True}}
    }
    assert dev.arguments("aws_secretsmanager_secret_version", "signing_value") == {
        "secret_id": "${aws_secretsmanager_secret.signing.id}",
        "secret_string_wo": "${ephemeral.aws_secretsmanager_random_password.signing.random_password}",
        "secret_string_wo_version": 1,
    }


def test_its_value_is_written_nowhere_else(every_stack: dict[str, Stack]) -> None:
    value = "${ephemeral."
    for stack in every_stack.values():
        secrets = [*stack.resources("aws_secretsmanager_secret_version").values()]
        assert str(stack.json).count(value) == len(secrets)
        assert not [secret for secret in secrets if "secret_string" in secret or "secret_binary" in secret]


def test_a_new_version_is_a_setting(every_stack: dict[str, Stack]) -> None:
    secret = every_stack["zap-unusual-ap-south-1"].resource("aws_secretsmanager_secret_version", "signing_value")
    assert secret["secret_string_wo_version"] == 7


def test_only_the_receiver_may_read_it(dev: Stack) -> None:
    assert dev.granted("receiver")["ReadSigningSecret"] == {
        "Sid": "ReadSigningSecret",
        "Effect": "Allow",
        "Action": "secretsmanager:GetSecretValue",
        "Resource": "${aws_secretsmanager_secret.signing.arn}",
    }
    assert dev.granted("receiver")["DecryptViaSecretsmanager"]["Action"] == "kms:Decrypt"
    others = [statement for name in FUNCTIONS if name != "receiver" for statement in dev.granted(name).values()]
    assert not [statement for statement in others if "secretsmanager" in str(statement)]


@pytest.mark.parametrize("variant", ["iam", "jwt", "open"])
def test_there_is_no_secret_where_requests_are_not_signed(every_stack: dict[str, Stack], variant: str) -> None:
    stack = every_stack[f"tap-{variant}-us-east-1"]
    assert not stack.resources("aws_secretsmanager_secret")
    assert "ephemeral" not in stack.json
    assert "signing_secret_arn" not in stack.outputs
    assert not {"ReadSigningSecret", "DecryptViaSecretsmanager"} & set(stack.granted("receiver"))


def test_behind_one_name_one_region_owns_the_secret_and_the_others_have_replicas(every_stack: dict[str, Stack]) -> None:
    owner = every_stack["tap-edged-us-east-1"].arguments("aws_secretsmanager_secret", "signing")
    assert owner["name"] == "tap-signing-edged-us-east-1"
    assert owner["replica"] == [{"region": "eu-west-1", "kms_key_id": "alias/tap-pipeline-edged-eu-west-1"}]


def test_a_region_with_a_replica_reads_that_by_its_name_and_nothing_elsewhere(every_stack: dict[str, Stack]) -> None:
    stack = every_stack["tap-edged-eu-west-1"]
    assert not stack.resources("aws_secretsmanager_secret")
    assert "ephemeral" not in stack.json
    assert stack.outputs["signing_secret_arn"]["value"] == "tap-signing-edged-us-east-1"
    variables = stack.resource("aws_lambda_function", "receiver")["environment"]["variables"]
    assert variables["TAP_SIGNING_SECRET_ARN"] == "tap-signing-edged-us-east-1"
    granted = stack.granted("receiver")
    assert granted["ReadSigningSecret"]["Resource"] == (
        "arn:aws:secretsmanager:eu-west-1:111111111111:secret:tap-signing-edged-us-east-1-??????"
    )
    assert granted["DecryptViaSecretsmanager"]["Resource"] == "${aws_kms_key.key.arn}"
    assert granted["DecryptViaSecretsmanager"]["Condition"] == {
        "StringEquals": {"kms:ViaService": "secretsmanager.eu-west-1.amazonaws.com"}
    }


_NAME = {"domain_name": "events.example.com", "hosted_zone_id": "Z0123456789ABCDEFGHIJ"}


@pytest.mark.parametrize(
    ("changed", "owner"),
    [
        ({"edge": _NAME}, "us-east-1"),
        ({"edge": {**_NAME, "signing_region": "eu-west-1"}}, "eu-west-1"),
        ({}, None),
        ({"edge": _NAME, "regions": ["us-east-1"]}, None),
        ({"edge": _NAME, "api": {"auth": "open"}}, None),
    ],
)
def test_only_several_regions_behind_one_name_share_a_secret(changed: dict[str, Any], owner: str | None) -> None:
    settings = make_settings(**{"regions": ["us-east-1", "eu-west-1"], **changed})
    assert Environment(name="dev", suffix="dev", settings=settings).signing_region == owner
    assert Environment(name="dev", suffix="pr42", settings=settings).signing_region is None, "it has no edge"
