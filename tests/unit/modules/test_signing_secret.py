"""The signing secret, whose value Terraform never keeps."""

import pytest

from stacks.settings import FUNCTIONS
from tests.synthesized import Stack


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
