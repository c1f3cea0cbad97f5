"""One rotated key per stack, used only by those who are named."""

from fnmatch import fnmatchcase

import pytest

from stacks.identity import StackKind
from tests.synthesized import Stack


def test_the_key_is_rotated_and_can_be_saved_for_as_long_as_the_settings_say(dev: Stack, prod: Stack) -> None:
    assert [stack.arguments("aws_kms_key", "key") | {"policy": ""} for stack in (dev, prod)] == [
        {
            "description": "Encrypts the pipeline of tap-dev in us-east-1",
            "enable_key_rotation": True,
            "deletion_window_in_days": 7,
            "policy": "",
        },
        {
            "description": "Encrypts the pipeline of tap-prod in us-east-1",
            "enable_key_rotation": True,
            "deletion_window_in_days": 30,
            "policy": "",
            "lifecycle": {"prevent_destroy": True},
        },
    ]


def test_the_key_of_the_state_says_so(stacks: dict[str, Stack]) -> None:
    key = stacks["tap-dev-state"].resource("aws_kms_key", "key")
    assert key["description"] == "Encrypts the state of tap-dev in us-east-1"


def test_the_key_has_an_alias(dev: Stack) -> None:
    assert dev.arguments("aws_kms_alias", "key_alias") == {
        "name": "alias/tap-pipeline-dev-us-east-1",
        "target_key_id": "${aws_kms_key.key.key_id}",
    }


_OWN = {"Effect": "Allow", "Resource": "*"}
_ADMINISTERED = {
    "AccountAdministersByIam": _OWN
    | {
        "Sid": "AccountAdministersByIam",
        "Principal": {"AWS": "arn:aws:iam::111111111111:root"},
        "Action": "kms:*",
    }
}


def test_the_account_and_logs_are_all_that_the_key_policy_knows(dev: Stack) -> None:
    assert dev.policy("aws_kms_key", "key") == {
        **_ADMINISTERED,
        "LogGroups": _OWN
        | {
            "Sid": "LogGroups",
            "Principal": {"Service": "logs.us-east-1.amazonaws.com"},
            "Action": [
                "kms:Encrypt",
                "kms:Decrypt",
                "kms:ReEncryptFrom",
                "kms:ReEncryptTo",
                "kms:GenerateDataKey",
                "kms:GenerateDataKeyWithoutPlaintext",
                "kms:DescribeKey",
            ],
            "Condition": {
                "ArnLike": {
                    "kms:EncryptionContext:aws:logs:arn": "arn:aws:logs:us-east-1:111111111111:log-group:/aws/*/tap-*"
                }
            },
        },
    }


def test_the_account_alarms_and_event_rules_are_all_that_the_policy_of_the_alarms_key_knows(dev: Stack) -> None:
    assert dev.policy("aws_kms_key", "alerts-key") == {
        **_ADMINISTERED,
        "AlarmsToEncryptedTopic": _OWN
        | {
            "Sid": "AlarmsToEncryptedTopic",
            "Principal": {"Service": "cloudwatch.amazonaws.com"},
            "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
            "Condition": {
                "ArnLike": {"aws:SourceArn": "arn:aws:cloudwatch:us-east-1:111111111111:alarm:tap-*"},
                "StringEquals": {"aws:SourceAccount": "111111111111"},
            },
        },
        "EventRulesToEncryptedTopic": _OWN
        | {
            "Sid": "EventRulesToEncryptedTopic",
            "Principal": {"Service": "events.amazonaws.com"},
            "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
        },
    }


def test_key_policies_cover_every_log_group_and_alarm_of_its_stack(every_stack: dict[str, Stack]) -> None:
    for stack in every_stack.values():
        groups = stack.resources("aws_cloudwatch_log_group").values()
        if not groups:
            continue
        policy = stack.policy("aws_kms_key", "key")
        by_group = policy["LogGroups"]["Condition"]["ArnLike"]["kms:EncryptionContext:aws:logs:arn"].split(":", 6)[6]
        spoken = stack.policy("aws_kms_key", "alerts-key")
        by_alarm = spoken["AlarmsToEncryptedTopic"]["Condition"]["ArnLike"]["aws:SourceArn"].split(":", 6)[6]
        alarms = stack.resources("aws_cloudwatch_metric_alarm").values()
        assert all(fnmatchcase(group["name"], by_group) for group in groups)
        assert all(fnmatchcase(alarm["alarm_name"], by_alarm) for alarm in alarms)


def test_the_key_policy_is_made_from_names_so_that_nothing_depends_on_it_in_a_circle(
    every_stack: dict[str, Stack],
) -> None:
    keys = [
        stack.resources("aws_kms_key")["key"]
        for stack in every_stack.values()
        if stack.identity.kind not in (StackKind.EDGE, StackKind.DELIVERY)
    ]
    assert len(keys) > 20
    assert not [key for key in keys if "${" in key["policy"]]


@pytest.mark.parametrize(("function", "service"), [("receiver", "kinesis"), ("processor", "dynamodb")])
def test_functions_use_the_key_only_by_way_of_a_service_of_their_region(
    stacks: dict[str, Stack], function: str, service: str
) -> None:
    granted = stacks["tap-dev-eu-west-1"].granted(function)
    statements = [statement for sid, statement in granted.items() if "crypt" in sid]
    assert {"kms:ViaService": f"{service}.eu-west-1.amazonaws.com"} in [
        s["Condition"]["StringEquals"] for s in statements
    ]
    for statement in statements:
        assert statement["Resource"] == "${aws_kms_key.key.arn}"
        assert list(statement["Condition"]) == ["StringEquals"]
        assert statement["Condition"]["StringEquals"]["kms:ViaService"].endswith(".eu-west-1.amazonaws.com")
        assert statement["Action"] in ("kms:Decrypt", "kms:GenerateDataKey")
