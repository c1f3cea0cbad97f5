"""Changes that hurt by what they are beside: what is added to what is there, or taken where only more seems to come."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.plan_review.plans import Json, change, read_plan, review, written
from tests.unit.plan_review.samples import allow, nested, policy
from tools.plan_review.__main__ import main

_LIFECYCLE = "aws_s3_bucket_lifecycle_configuration"
_INVOKE = "aws_lambda_function_event_invoke_config"
_EXPIRES = {"bucket": "a", "rule": [{"id": "x", "status": "Enabled", "expiration": [{"days": 1}]}]}
_DENY = allow("*", "s3:*") | {"Effect": "Deny"}
_BLOCKED = dict.fromkeys(
    ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"), True
)


def _labels(folder: Path, *changes: Json, **more: Any) -> set[str]:
    found = review([read_plan(written(folder, *changes, **more))])
    return {label.removeprefix("allow-") for label in found.missing}


@pytest.mark.parametrize(
    ("type_", "body", "label"),
    [
        (_LIFECYCLE, _EXPIRES, "data-loss"),
        (_LIFECYCLE, {"bucket": "a", "rule": [{"id": "x", "filter": [{"prefix": "b"}]}]}, None),
        ("aws_s3_bucket_public_access_block", {"bucket": "a"} | _BLOCKED, None),
        ("aws_s3_bucket_public_access_block", {"bucket": "a"} | _BLOCKED | {"block_public_acls": False}, "exposure"),
        ("aws_s3_bucket_ownership_controls", {"bucket": "a"} | nested("rule.object_ownership", "B"), "exposure"),
        (
            "aws_s3_bucket_ownership_controls",
            {"bucket": "a"} | nested("rule.object_ownership", "BucketOwnerEnforced"),
            None,
        ),
        (_INVOKE, {"function_name": "a", "maximum_retry_attempts": 0}, "data-loss"),
        (_INVOKE, {"function_name": "a"} | nested("destination_config.on_failure.destination", "arn:a"), None),
        ("aws_s3_bucket_policy", {"bucket": "a", "policy": policy(_DENY)}, "interruption"),
        ("aws_s3_bucket_policy", {"bucket": "a", "policy": policy()}, None),
    ],
)
def test_settings_of_what_is_there_already_are_judged_against_what_aws_does_without_them(
    type_: str, body: Json, label: str | None, tmp_path: Path
) -> None:
    assert _labels(tmp_path, change(type_, None, body)) == ({label} if label else set())
    owner = ("aws_s3_bucket", "bucket") if "bucket" in body else ("aws_lambda_function", "function_name")
    assert _labels(tmp_path, change(type_, None, body), change(owner[0], None, {owner[1]: "a"})) == set()
    unnamed = {name: value for name, value in body.items() if name != owner[1]}
    assert _labels(tmp_path, change(type_, None, unnamed, after_unknown={owner[1]: True})) == set()


def _rules(*rules: Json) -> Json:
    return {"bucket": "a", "rule": list(rules)}


def _noncurrent(kept: int | None, days: int = 30) -> Json:
    block = {"noncurrent_days": days, "newer_noncurrent_versions": kept}
    return {"id": "x", "status": "Enabled", "noncurrent_version_expiration": [block]}


_EXPIRY = {"id": "x", "status": "Enabled", "filter": [{"prefix": "a"}], "expiration": [{"days": 30}]}
_ABORT = {
    "id": "y",
    "status": "Enabled",
    "filter": [{"prefix": ""}],
    "abort_incomplete_multipart_upload": [{"days_after_initiation": 7}],
}


@pytest.mark.parametrize(
    ("before", "after", "label"),
    [
        (_rules(_EXPIRY, _ABORT), _rules(_ABORT), None),
        (_rules(_ABORT), _rules(_ABORT, _EXPIRY), "data-loss"),
        (_rules(_EXPIRY), _rules(_EXPIRY, _ABORT), None),
        (_rules(_EXPIRY), _rules(_EXPIRY | {"filter": [{"prefix": ""}]}), "data-loss"),
        (_rules(_noncurrent(10)), _rules(_noncurrent(20)), None),
        (_rules(_noncurrent(10)), _rules(_noncurrent(2)), "data-loss"),
        (_rules(_noncurrent(10)), _rules(_noncurrent(None)), "data-loss"),
        (_rules(_noncurrent(None)), _rules(_noncurrent(10)), None),
        (_rules(_noncurrent(10)), _rules({"id": "x", "status": "Enabled"}), None),
    ],
)
def test_a_rule_that_goes_or_keeps_more_loses_nothing(
    before: Json, after: Json, label: str | None, tmp_path: Path
) -> None:
    assert _labels(tmp_path, change(_LIFECYCLE, before, after)) == ({label} if label else set())


def test_a_copy_of_a_secret_that_moves_to_another_region_is_deleted_in_the_first(tmp_path: Path) -> None:
    one, other = ({"replica": [{"region": region}]} for region in ("us-west-2", "eu-west-1"))
    both = {"replica": [*one["replica"], *other["replica"]]}
    secret = "aws_secretsmanager_secret"
    assert _labels(tmp_path, change(secret, one, other)) == {"data-loss"}
    assert _labels(tmp_path, change(secret, both, other)) == {"data-loss"}
    assert _labels(tmp_path, change(secret, one, both)) == set()


@pytest.mark.parametrize(
    "type_",
    ["aws_sns_topic_policy", "aws_sqs_queue_policy", "aws_s3_bucket_policy", "aws_kms_key"],
)
def test_who_is_no_longer_allowed_to_deliver_or_to_read_is_missed(type_: str, tmp_path: Path) -> None:
    alarms = allow({"Service": "cloudwatch.amazonaws.com"}, "sns:Publish")
    owner = allow({"AWS": "arn:aws:iam::111111111111:root"}, "sns:*")
    deny = allow("*", "sns:*") | {"Effect": "Deny"}
    sides = [{"policy": policy(*one)} for one in ([owner, alarms], [owner], [owner, alarms, deny])]
    assert _labels(tmp_path, change(type_, sides[0], sides[1])) == {"interruption"}
    assert _labels(tmp_path, change(type_, sides[0], sides[2])) == {"interruption"}
    reordered = {"policy": policy(alarms, owner | {"Sid": "Owner"})}
    assert _labels(tmp_path, change(type_, sides[0], reordered)) == set()


def test_a_role_whose_policy_is_emptied_or_removed_is_told_unless_another_takes_its_place(tmp_path: Path) -> None:
    type_ = "aws_iam_role_policy"
    body = {"name": "a", "role": "r", "policy": policy(allow(action="kinesis:GetRecords"))}
    gone, moved = change(type_, body, None), change(type_, None, body | {"name": "b"}, address=f"{type_}.two")
    role = change("aws_iam_role", {"name": "r"}, None)
    all_denied = policy(allow(action="*", resource="*") | {"Effect": "Deny"})
    assert _labels(tmp_path, gone) == {"interruption"}
    assert _labels(tmp_path, change(type_, body, body | {"policy": policy()})) == {"interruption"}
    assert _labels(tmp_path, change(type_, body, body | {"policy": all_denied})) == {"interruption"}
    assert _labels(tmp_path, change(type_, None, body | {"name": "b", "policy": all_denied})) == {"interruption"}
    assert _labels(tmp_path, change(type_, None, body | {"name": "b", "policy": policy(_DENY)})) == {"interruption"}
    assert _labels(tmp_path, gone, moved) == set()
    assert _labels(tmp_path, gone, role) == set()


def test_blocks_in_another_order_are_the_same_and_something_else_among_them_is_not_judged(tmp_path: Path) -> None:
    one, other = ({"id": name, "expression": name} for name in ("m1", "m2"))
    before = {"metric_query": [one, other]}
    assert _labels(tmp_path, change(_ALARM, before, {"metric_query": [other, one]})) == set()
    assert _labels(tmp_path, change(_ALARM, before, {"metric_query": [other, one, "m3"]})) == {"unjudged"}


def test_a_notification_that_is_added_to_a_budget_is_only_more(tmp_path: Path) -> None:
    one, other = ({"comparison_operator": "GREATER_THAN", "threshold": percent} for percent in (80, 100))
    sides = [{"name": "a", "notification": found} for found in ([one], [one, other])]
    assert _labels(tmp_path, change("aws_budgets_budget", sides[0], sides[1])) == set()
    assert _labels(tmp_path, change("aws_budgets_budget", sides[1], sides[0])) == {"silence"}


@pytest.mark.parametrize("name", ["deferred_changes", "action_invocations", "deferred_action_invocations"])
def test_what_terraform_does_beside_the_changes_is_not_judged(name: str, tmp_path: Path) -> None:
    assert _labels(tmp_path, **{name: [{"address": "action.a.b"}]}) == {"unjudged"}
    assert _labels(tmp_path, **{name: []}) == set()


def test_what_is_unknown_follows_what_is_replaced_and_not_itself(tmp_path: Path) -> None:
    topic, queue = "arn:aws:sns:us-east-1:1:alerts", "arn:aws:sqs:us-east-1:1:letters"
    before = {"id": f"{topic}:a", "arn": f"{topic}:a", "topic_arn": topic, "endpoint": queue, "protocol": "sqs"}
    made: Json = {"actions": ["delete", "create"]}

    def subscription(*unknown: str) -> Json:
        after = {name: value for name, value in before.items() if name not in unknown}
        marks = dict.fromkeys(("id", "arn", *unknown), True)
        return change("aws_sns_topic_subscription", before, after, after_unknown=marks, **made)

    letters = change("aws_sqs_queue", {"arn": queue}, {"name": "a"}, after_unknown={"arn": True}, **made)
    assert _labels(tmp_path, subscription("endpoint")) == {"silence"}
    assert _labels(tmp_path, subscription("endpoint"), letters) == {"data-loss"}
    assert _labels(tmp_path, subscription("endpoint", "topic_arn"), letters) == {"data-loss", "silence"}


_ALARM = "aws_cloudwatch_metric_alarm"
_CONDITION = json.dumps({"Statement": [allow("*", Condition={"ArnEquals": ["x"], "StringEquals": 3})]})


@pytest.mark.parametrize(
    "one",
    [
        {"address": "a.b", "type": ["a"], "change": {"actions": ["update"]}},
        change("aws_kinesis_stream", {"retention_period": 24}, {"retention_period": 10**400}),
        change(_ALARM, {"evaluation_periods": 1}, {"evaluation_periods": "x"}),
        change(_ALARM, {"treat_missing_data": "breaching"}, {"treat_missing_data": ["ignore"]}),
        change("aws_kms_key", None, {"policy": _CONDITION}),
    ],
    ids=["type", "number", "periods", "word", "condition"],
)
def test_what_terraform_never_writes_passes_neither_unseen_nor_with_a_traceback(one: Json, tmp_path: Path) -> None:
    assert main([str(written(tmp_path, one)), "--output", str(tmp_path / "review.md")]) != 0


def test_what_stays_as_it_is_may_be_of_any_type(tmp_path: Path) -> None:
    assert _labels(tmp_path, {"address": "a.b", "type": ["a"], "change": {"actions": ["no-op"], "before": {}}}) == set()
