"""Each rule by itself: what it finds, and what it doesn't."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.plan_review.plans import RULES, Json, change, read_plan, review, written
from tools.plan_review.rule import Category


def _policy(*statements: Json) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def _allow(
    principal: Any = None, action: Any = "s3:GetObject", resource: Any = "arn:aws:s3:::a/*", **more: Any
) -> Json:
    body = {"Effect": "Allow", "Action": action, "Resource": resource} | more
    return body | {"Principal": principal} if principal else body


def _found(folder: Path, *changes: Json, **more: Any) -> dict[str, str]:
    """Details by rule."""
    return {one.rule.id: one.detail for one in review([read_plan(written(folder, *changes, **more))]).findings}


def _role(before: str | None, after: str | None, **more: Any) -> Json:
    sides = [{"role": "r", "policy": text} if text is not None else None for text in (before, after)]
    return change("aws_iam_role_policy", sides[0], sides[1], **more)


def test_rules_have_names_of_their_own_and_tell_people_something() -> None:
    assert len({rule.id for rule in RULES}) == len(RULES)
    assert all(rule.message.endswith(".") for rule in RULES)
    assert {rule.category for rule in RULES} == set(Category)


@pytest.mark.parametrize(
    ("type_", "before", "after", "expected"),
    [
        ("aws_kinesis_stream", {"retention_period": 168}, {"retention_period": 24}, {"retention-lowered"}),
        ("aws_kinesis_stream", {"retention_period": 24}, {"retention_period": 168}, set()),
        ("aws_cloudwatch_log_group", {"retention_in_days": 0}, {"retention_in_days": 30}, {"retention-lowered"}),
        ("aws_cloudwatch_log_group", {"retention_in_days": 30}, {"retention_in_days": 0}, set()),
        (
            "aws_secretsmanager_secret",
            {"recovery_window_in_days": 30},
            {"recovery_window_in_days": 0},
            {"recovery-limited"},
        ),
        ("aws_s3_bucket", {"force_destroy": None}, {"force_destroy": True}, {"force-destroy"}),
        ("aws_s3_bucket", {"force_destroy": True}, {"force_destroy": False}, set()),
        ("aws_kms_key", {"is_enabled": True}, {"is_enabled": False}, {"key-disabled"}),
        ("aws_lambda_event_source_mapping", {"enabled": True}, {"enabled": False}, {"mapping-disabled"}),
        ("aws_lambda_event_source_mapping", {"enabled": False}, {"enabled": True}, set()),
        (
            "aws_lambda_function_url",
            {"authorization_type": "AWS_IAM"},
            {"authorization_type": "NONE"},
            {"function-url-open"},
        ),
        ("aws_lambda_function_url", None, {"authorization_type": "NONE"}, {"function-url-open"}),
        ("aws_lambda_function_url", None, {"authorization_type": "AWS_IAM"}, set()),
        (
            "aws_apigatewayv2_authorizer",
            {"jwt_configuration": [{"issuer": "https://a"}]},
            {"jwt_configuration": [{"issuer": "https://b"}]},
            {"authorizer-changed"},
        ),
        ("aws_apigatewayv2_route", None, {"route_key": "GET /health", "authorization_type": "NONE"}, set()),
        ("aws_apigatewayv2_route", None, {"route_key": "GET /x", "authorization_type": "NONE"}, {"route-open"}),
        ("aws_apigatewayv2_route", {"authorization_type": "NONE"}, {"authorization_type": "JWT"}, set()),
        ("aws_iam_role", {"permissions_boundary": "arn:aws:iam::1:policy/b"}, {"name": "r"}, {"boundary-changed"}),
        ("aws_iam_role", {"permissions_boundary": "b"}, {"permissions_boundary": "c"}, {"boundary-changed"}),
        ("aws_iam_role", {"name": "r"}, {"permissions_boundary": "b"}, {"boundary-given"}),
        ("aws_iam_role", None, {"permissions_boundary": "b"}, set()),
        ("aws_iam_role", {"permissions_boundary": "b"}, None, set()),
        ("aws_s3_bucket_policy", {"bucket": "a", "policy": _policy()}, None, {"policy-removed"}),
        ("aws_cloudwatch_metric_alarm", {"threshold": 1, "name": "a"}, None, {"alarm-removed"}),
        ("output", None, {"value": 1}, set()),
        ("aws_type_of_next_year", {"name": "a"}, {"name": "b"}, {"not-judged"}),
        ("aws_type_of_next_year", None, {"name": "b"}, {"not-judged"}),
        ("aws_type_of_next_year", {"name": "b"}, None, {"not-judged"}),
    ],
)
def test_a_rule_finds_its_change_and_not_the_reverse(
    type_: str, before: Json | None, after: Json | None, expected: set[str], tmp_path: Path
) -> None:
    assert set(_found(tmp_path, change(type_, before, after))) == expected


@pytest.mark.parametrize(
    ("after", "more", "seen"),
    [
        ({"name": "s"}, {"actions": ["delete", "create"]}, True),
        ({"name": "s", "permissions_boundary": "b"}, {"actions": ["delete", "create"]}, False),
        ({"name": "r"}, {"after_unknown": {"permissions_boundary": True}}, True),
        (None, {"actions": ["forget"]}, False),
    ],
)
def test_a_role_loses_its_boundary_when_it_is_replaced_and_not_when_it_is_forgotten(
    after: Json | None, more: Json, seen: bool, tmp_path: Path
) -> None:
    before = {"name": "r", "permissions_boundary": "b"}
    found = _found(tmp_path, change("aws_iam_role", before, after, **more))
    assert ("boundary-changed" in found) == seen


@pytest.mark.parametrize(
    ("operator", "before", "after", "seen"),
    [
        ("GreaterThanOrEqualToThreshold", 10, 20, True),
        ("GreaterThanOrEqualToThreshold", 20, 10, False),
        ("LessThanThreshold", 10, 20, False),
        ("LessThanThreshold", 20, 10, True),
    ],
)
def test_an_alarm_is_weaker_on_the_side_that_it_rings_on(
    operator: str, before: int, after: int, seen: bool, tmp_path: Path
) -> None:
    sides = [{"comparison_operator": operator, "threshold": value} for value in (before, after)]
    found = _found(tmp_path, change("aws_cloudwatch_metric_alarm", sides[0], sides[1]))
    assert set(found) == ({"alarm-later"} if seen else set())


def test_a_public_access_block_that_is_destroyed_with_its_bucket_exposes_nothing(tmp_path: Path) -> None:
    guard = change("aws_s3_bucket_public_access_block", {"bucket": "a", "block_public_acls": True}, None)
    assert set(_found(tmp_path, guard)) == {"bucket-public"}
    bucket = change("aws_s3_bucket", {"id": "a", "bucket": "a"}, None)
    assert set(_found(tmp_path, guard, bucket)) == {"data-destroyed"}


def test_a_route_of_a_new_api_is_left_to_the_check_of_its_function(tmp_path: Path) -> None:
    route = change("aws_apigatewayv2_route", None, {"route_key": "POST /process", "authorization_type": "NONE"})
    api = change("aws_apigatewayv2_api", None, {"name": "a"})
    function = change("aws_lambda_function", None, {"environment": [{"variables": {"TAP_API_AUTH": "open"}}]})
    assert _found(tmp_path, route, api) == {}
    assert set(_found(tmp_path, route, api, function)) == {"auth-open"}


def test_a_new_policy_may_name_services_with_a_condition_and_nobody_else(tmp_path: Path) -> None:
    service = _allow({"Service": "logs.amazonaws.com"}, Condition={"StringEquals": {"aws:SourceAccount": "1"}})
    for statement, seen in (
        (service, False),
        (_allow({"Service": "logs.amazonaws.com"}), True),
        (_allow({"AWS": "arn:aws:iam::999988887777:root"}), True),
        (_allow("*"), True),
        (_allow("*") | {"Effect": "Deny"}, False),
    ):
        found = _found(tmp_path, change("aws_s3_bucket_policy", None, {"policy": _policy(statement)}))
        assert set(found) == ({"new-principal"} if seen else set()), statement


_ONE_ROLE = {
    "ArnEquals": {"aws:PrincipalArn": "arn:aws:iam::1:role/deploy"},
    "StringEquals": {"kms:CallerAccount": "1"},
}


@pytest.mark.parametrize(
    ("condition", "is_usual"),
    [
        (_ONE_ROLE, True),
        ({**_ONE_ROLE, "Bool": {"kms:GrantIsForAWSResource": "true"}}, True),
        (None, False),
        ({"ArnEquals": _ONE_ROLE["ArnEquals"]}, False),
        ({"StringEquals": _ONE_ROLE["StringEquals"]}, False),
        ({**_ONE_ROLE, "StringEquals": {"kms:CallerAccount": "2"}}, False),
        ({**_ONE_ROLE, "ArnEquals": {"aws:PrincipalArn": "arn:aws:iam::1:role/*"}}, False),
        ({**_ONE_ROLE, "ArnEquals": {"aws:PrincipalArn": ["arn:aws:iam::1:role/deploy"]}}, True),
        ({**_ONE_ROLE, "ArnEquals": {"aws:PrincipalArn": ["arn:aws:iam::1:role/a", "arn:aws:iam::1:role/b"]}}, False),
    ],
)
def test_the_policy_of_a_new_key_may_name_one_role_of_its_account(
    condition: Json | None, is_usual: bool, tmp_path: Path
) -> None:
    statement = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "kms:DescribeKey", "Resource": "*"}
    policy = _policy(statement | ({"Condition": condition} if condition else {}))
    for type_ in ("aws_kms_key", "aws_sqs_queue_policy"):
        found = set(_found(tmp_path, change(type_, None, {"policy": policy})))
        assert ("new-principal" not in found) == (is_usual and type_ == "aws_kms_key")


def test_a_policy_that_is_not_known_yet_is_read_from_the_synthesized_stack_or_reported(tmp_path: Path) -> None:
    unknown = change("aws_s3_bucket_policy", {"policy": _policy()}, {"bucket": "a"}, after_unknown={"policy": True})
    assert set(_found(tmp_path, unknown)) == {"policy-unknown"}
    text = {"resource": {"aws_s3_bucket_policy": {"one": {"policy": _policy(_allow("*", resource="${a.b.arn}/*"))}}}}
    (tmp_path / "tap-dev-us-east-1.tf.json").write_text(json.dumps(text))
    assert _found(tmp_path, unknown) == {"new-principal": "`*`: `s3:GetObject` on `${a.b.arn}/*`"}


_IN_TWO, _IN_TWO_REVERSED = ({"StringEquals": {"aws:RequestedRegion": one}} for one in (["a", "b"], ["b", "a"]))


def test_what_a_role_gains_is_shown_with_wildcards_marked(tmp_path: Path) -> None:
    before, after = _policy(_allow()), _policy(_allow(), _allow(action="s3:*"), _allow(action="s3:PutObject"))
    (role,) = review([read_plan(written(tmp_path, _role(before, after)))]).roles
    assert [(one.action, one.is_wide) for one in role.gained] == [("s3:*", True), ("s3:PutObject", False)]
    assert role.lost == ()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (_policy(_allow(action=["s3:A", "s3:B"])), _policy(_allow(action="s3:B"), _allow(action=["s3:A"]))),
        (_policy(_allow(Sid="One")), _policy(_allow(Sid="Two"))),
        (_policy(_allow(action="s3:GetObject")), _policy(_allow(action="s3:getobject"), _allow())),
        (_policy(_allow(Condition=_IN_TWO)), _policy(_allow(Condition=_IN_TWO_REVERSED))),
        (_policy(_allow(Condition={"Bool": {"a:B": "c"}})), _policy(_allow(Condition={"Bool": {"a:B": ["c"]}}))),
        (_policy(_allow(), _allow() | {"Effect": "Deny"}), _policy(_allow() | {"Effect": "Deny"}, _allow())),
    ],
)
def test_a_role_that_gets_the_same_in_other_words_needs_no_label(before: str, after: str, tmp_path: Path) -> None:
    assert _found(tmp_path, _role(before, after)) == {}


_GET = "`s3:GetObject` on `arn:aws:s3:::a/*`"


@pytest.mark.parametrize(
    ("before", "after", "lost"),
    [
        (
            _policy(_allow(), _allow(action="kms:Decrypt", resource="k")),
            _policy(_allow()),
            "loses `kms:Decrypt` on `k`",
        ),
        (
            _policy(_allow(action="s3:*")),
            _policy(_allow(), _allow(action="s3:Get*")),
            "loses `s3:*` on `arn:aws:s3:::a/*` **(wildcard)**",
        ),
        (_policy(_allow()), _policy(_allow(Condition={"Bool": {"aws:SecureTransport": "true"}})), f"loses {_GET}"),
        (
            _policy(_allow(resource="*")),
            _policy(_allow(resource="arn:aws:s3:::a/b")),
            "loses `s3:GetObject` on `*` **(wildcard)**",
        ),
        (_policy(_allow()), _policy(_allow(), _allow() | {"Effect": "Deny"}), f"gets a **deny** of {_GET}"),
        (_policy(_allow()), _policy(), f"loses {_GET}"),
        (_policy(_allow()), None, f"loses {_GET}"),
    ],
)
def test_a_role_that_gets_less_needs_a_label_that_says_which_role_and_what(
    before: str, after: str | None, lost: str, tmp_path: Path
) -> None:
    assert _found(tmp_path, _role(before, after)) == {"role-loses": f"`r` {lost}"}
    assert _found(tmp_path, _role(before, after), change("aws_iam_role", {"name": "r"}, None)) == {}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (_policy(_allow(Condition={"Bool": {"aws:SecureTransport": "true"}})), _policy(_allow())),
        (_policy(_allow(), _allow() | {"Effect": "Deny"}), _policy(_allow())),
        (_policy(_allow()), _policy({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"})),
        (_policy(_allow()), _policy(_allow(resource="arn:aws:s3:::a*"))),
        (_policy(_allow(action="s3:Get*")), _policy(_allow(action="s3:*"))),
    ],
)
def test_a_role_that_gets_more_in_any_way_needs_a_label(before: str, after: str, tmp_path: Path) -> None:
    assert set(_found(tmp_path, _role(before, after))) == {"role-gains"}


def test_a_grant_that_moves_from_one_policy_of_a_role_to_another_is_no_gain(tmp_path: Path) -> None:
    gone = _role(
        _policy(_allow()),
        None,
    ) | {"address": "aws_iam_role_policy.a"}
    come = _role(None, _policy(_allow())) | {"address": "aws_iam_role_policy.b"}
    assert _found(tmp_path, gone, come) == {}


@pytest.mark.parametrize("text", ["not JSON", "[]", '{"Statement": 3}', "[" * 100_000])
def test_a_policy_that_can_not_be_read_needs_a_label(text: str, tmp_path: Path) -> None:
    assert set(_found(tmp_path, _role(_policy(_allow()), text))) == {"role-unknown"}


def test_a_policy_that_is_too_large_to_be_compared_needs_a_label(tmp_path: Path) -> None:
    large = _allow(action=[f"s3:A{n}" for n in range(200)], resource=[f"arn:aws:s3:::{n}" for n in range(200)])
    assert set(_found(tmp_path, _role(_policy(), _policy(large)))) == {"role-unknown"}


def test_a_new_role_needs_a_label_only_for_wildcards(tmp_path: Path) -> None:
    role = change("aws_iam_role", None, {"name": "r"})
    traces = _allow(action="xray:PutTraceSegments", resource="*")
    assert _found(tmp_path, role, _role(None, _policy(_allow(), traces))) == {}
    assert set(_found(tmp_path, role, _role(None, _policy(_allow(resource="*"))))) == {"role-wildcard"}


def test_what_becomes_unknown_is_judged_as_what_it_may_become(tmp_path: Path) -> None:
    before = {"kms_key_id": "arn:aws:kms:us-east-1:1:key/a", "encryption_type": "KMS", "retention_period": 168}
    unknown = {"kms_key_id": True, "encryption_type": True, "retention_period": True, "arn": True, "speed": True}
    found = _found(tmp_path, change("aws_kinesis_stream", before, {"name": "a"}, after_unknown=unknown))
    assert set(found) == {"key-changed", "encryption-weakened", "retention-lowered", "not-judged"}
    assert found["retention-lowered"] == "`retention_period`: 168 -> known after apply"
    filled_in = {"kms_key_id": True, "speed": True, "arn": True}
    assert _found(tmp_path, change("aws_kinesis_stream", None, {"name": "a"}, after_unknown=filled_in)) == {}


def test_a_permission_created_with_its_function_is_expected_and_one_for_another_account_is_not(tmp_path: Path) -> None:
    function = change("aws_lambda_function", None, {"function_name": "f"})
    usual = {"principal": "apigateway.amazonaws.com", "source_arn": "arn:aws:execute-api:us-east-1:1:a"}
    permission = change("aws_lambda_permission", None, usual)
    assert _found(tmp_path, function, permission) == {}
    assert set(_found(tmp_path, permission)) == {"invoked-by"}
    other = change("aws_lambda_permission", None, {"principal": "999988887777"})
    assert _found(tmp_path, function, other) == {"invoked-by": "`999988887777`"}
    unbound = change("aws_lambda_permission", usual, {"principal": usual["principal"]}, actions=["delete", "create"])
    assert set(_found(tmp_path, unbound)) == {"invoked-by"}


def test_text_from_a_plan_can_not_become_markup(tmp_path: Path) -> None:
    from tools.plan_review.comment import comment

    evil = 'aws_s3_bucket.a["`|\n# @everybody <img src=x> -->\u202e"]'
    text = comment(review([read_plan(written(tmp_path, change("aws_s3_bucket", {"id": "a"}, None, address=evil)))]))
    assert "\n# @everybody" not in text
    assert "\u202e" not in text
    assert '`aws_s3_bucket.a["\'\u00a6?# @everybody <img src=x> -->?"]`' in text
