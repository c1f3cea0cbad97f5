"""From permissions to policy statements."""

import pytest

from modules.delivery.permissions import PERMISSIONS, TESTS, permissions_for
from modules.delivery.statements import confined, deploying, on, planning
from modules.iam import Statement
from tests.unit.modules.delivery.reach import make_reach

_ALL = permissions_for(PERMISSIONS) + TESTS
_REACH = make_reach(zone_id="Z1", boundary="arn:aws:iam::111111111111:policy/b")


def test_a_plan_gets_the_actions_of_plans_and_a_deploy_all() -> None:
    planned = {(one.sid, action) for one in planning(_ALL, _REACH) for action in one.actions}
    deployed = {(one.sid, action) for one in deploying(_ALL, _REACH) for action in one.actions}
    assert planned == {(one.scope, action) for one in _ALL for action in one.plan}
    assert deployed == planned | {(one.scope, action) for one in _ALL for action in one.deploy}


def test_permissions_in_one_scope_make_one_statement_with_each_action_once() -> None:
    permissions = on("Queues", "GetQueueAttributes", "CreateQueue") + on("Queues", "GetQueueAttributes", "TagQueue")
    [statement] = deploying(permissions, _REACH)
    assert statement.as_dict() == {
        "Sid": "Queues",
        "Effect": "Allow",
        "Action": ["sqs:GetQueueAttributes", "sqs:CreateQueue", "sqs:TagQueue"],
        "Resource": "arn:aws:sqs:*:111111111111:tap-*-dev-*",
    }


def test_a_scope_of_which_a_plan_needs_nothing_has_no_statement() -> None:
    assert planning(on("NewKeys", "", "CreateKey"), _REACH) == []


def test_a_scope_that_there_is_not_is_refused() -> None:
    with pytest.raises(KeyError, match="Ques"):
        on("Ques", "GetQueueUrl")


def test_roles_are_created_only_within_a_boundary() -> None:
    with pytest.raises(ValueError, match="the reach has no boundary"):
        deploying(permissions_for(["aws_iam_role"]), make_reach())


def test_one_deny_confines_a_policy_to_its_regions() -> None:
    queues = Statement(sid="Queues", actions=("sqs:GetQueueUrl", "sqs:TagQueue"), resources=("*",))
    roles = Statement(sid="Roles", actions=("iam:GetRole",), resources=("*",))
    *same, outside = confined([queues, roles], ["us-east-1", "eu-west-1"])
    assert same == [queues, roles]
    assert outside.as_dict() == {
        "Sid": "OutsideRegions",
        "Effect": "Deny",
        "Action": "sqs:*",
        "Resource": "*",
        "Condition": {"StringNotEquals": {"aws:RequestedRegion": ["eu-west-1", "us-east-1"]}},
    }
    assert confined([queues], []) == [queues]
    assert confined([roles], ["us-east-1"]) == [roles]
