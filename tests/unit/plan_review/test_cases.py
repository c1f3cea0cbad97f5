"""Changes that blind, weaken or stop the pipeline, each alone as a plan has it: none passes, and its reverse does."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.plan_review.plans import Json, change, read_plan, review, written
from tests.unit.plan_review.samples import allow, nested, policy
from tools.plan_review.comment import comment
from tools.plan_review.review import Review

_KEY = "arn:aws:kms:us-east-1:111111111111:key/1234abcd-12ab-34cd-56ef-1234567890ab"
_NEW_KEY = "arn:aws:kms:us-east-1:111111111111:key/99999999-12ab-34cd-56ef-1234567890ab"
_ENCRYPTION = "aws_s3_bucket_server_side_encryption_configuration"
_ALARM = "aws_cloudwatch_metric_alarm"
_FUNCTION = "aws_lambda_function"
_MAPPING = "aws_lambda_event_source_mapping"
_REPLACED: Json = {"actions": ["delete", "create"]}


def _reviewed(folder: Path, *changes: Json, **more: Any) -> Review:
    return review([read_plan(written(folder, *changes, **more))])


def _encrypted(algorithm: str | None, key: str | None) -> list[Json]:
    by_default = [{"kms_master_key_id": key, "sse_algorithm": algorithm}] if algorithm else []
    return [{"apply_server_side_encryption_by_default": by_default, "bucket_key_enabled": True}]


def _query(expression: str, metric: str = "4xx") -> Json:
    inner = [{"metric_name": metric, "namespace": "AWS/ApiGateway", "period": 300, "stat": "Sum"}]
    return {
        "metric_name": None,
        "metric_query": [
            {"id": "share", "expression": expression, "return_data": True, "metric": []},
            {"id": "part", "expression": None, "return_data": None, "metric": inner},
        ],
    }


# type, before, after, label of the change, label of its reverse
_CASES: list[tuple[str, Json, Json, str | None, str | None]] = [
    ("aws_kinesis_stream", {"kms_key_id": _KEY}, {"kms_key_id": "alias/aws/kinesis"}, "exposure", None),
    ("aws_sqs_queue", {"kms_master_key_id": _KEY}, {"kms_master_key_id": "alias/aws/sqs"}, "exposure", None),
    ("aws_sns_topic", {"kms_master_key_id": _KEY}, {"kms_master_key_id": "alias/aws/sns"}, "exposure", None),
    ("aws_secretsmanager_secret", {"kms_key_id": _KEY}, {"kms_key_id": "alias/aws/secretsmanager"}, "exposure", None),
    ("aws_secretsmanager_secret", {"kms_key_id": _KEY}, {"kms_key_id": ""}, "exposure", None),
    ("aws_cloudwatch_log_group", {"kms_key_id": _KEY}, {"kms_key_id": None}, "exposure", None),
    (_FUNCTION, {"kms_key_arn": _KEY}, {"kms_key_arn": ""}, "exposure", None),
    (_ENCRYPTION, {"rule": _encrypted("aws:kms", _KEY)}, {"rule": _encrypted("aws:kms", None)}, "exposure", None),
    (_ENCRYPTION, {"rule": _encrypted("aws:kms", _KEY)}, {"rule": _encrypted("AES256", "")}, "exposure", None),
    (_ENCRYPTION, {"rule": _encrypted("aws:kms", _KEY)}, {"rule": []}, "exposure", None),
    (
        "aws_dynamodb_table",
        {"server_side_encryption": [{"enabled": True, "kms_key_arn": _KEY}]},
        {"server_side_encryption": [{"enabled": False, "kms_key_arn": _KEY}]},
        "exposure",
        None,
    ),
    (
        "aws_dynamodb_table",
        {"server_side_encryption": [{"enabled": True, "kms_key_arn": _KEY}]},
        {"server_side_encryption": [{"enabled": True, "kms_key_arn": None}]},
        "exposure",
        None,
    ),
    (
        "aws_dynamodb_table",
        {"server_side_encryption": [{"enabled": True, "kms_key_arn": _KEY}]},
        {"server_side_encryption": []},
        "exposure",
        None,
    ),
    (_ALARM, {"metric_name": "Errors"}, {"metric_name": "Invocations"}, "silence", "silence"),
    (_ALARM, {"dimensions": {"FunctionName": "a"}}, {"dimensions": {"FunctionName": "b"}}, "silence", "silence"),
    (_ALARM, {"dimensions": {"FunctionName": "a"}}, {"dimensions": {}}, "silence", "silence"),
    (_ALARM, {"statistic": "Maximum"}, {"statistic": "Minimum"}, "silence", "silence"),
    (_ALARM, {"extended_statistic": "p99"}, {"extended_statistic": "p50"}, "silence", "silence"),
    (_ALARM, _query("100 * part / whole"), _query("0 * part / whole"), "silence", "silence"),
    (_ALARM, _query("part", "4xx"), _query("part", "5xx"), "silence", "silence"),
    (_ALARM, {"treat_missing_data": "breaching"}, {"treat_missing_data": "ignore"}, "silence", None),
    (_ALARM, {"insufficient_data_actions": ["arn:a"]}, {"insufficient_data_actions": []}, "silence", None),
    (_ALARM, {"ok_actions": ["arn:a"]}, {"ok_actions": None}, "silence", None),
    (_ALARM, {"alarm_actions": ["arn:a"]}, {"alarm_actions": ["arn:b"]}, "silence", "silence"),
    ("aws_sns_topic_subscription", {"filter_policy": None}, {"filter_policy": '{"a": ["b"]}'}, "silence", None),
    ("aws_budgets_budget", {"limit_amount": "50"}, {"limit_amount": "500"}, "silence", None),
    (
        _MAPPING,
        {"filter_criteria": []},
        {"filter_criteria": [{"filter": [{"pattern": '{"data": [1]}'}]}]},
        "interruption",
        "interruption",
    ),
    (_MAPPING, {"metrics_config": [{"metrics": ["EventCount"]}]}, {"metrics_config": []}, "silence", None),
    (_MAPPING, {"metrics_config": [{"metrics": ["EventCount"]}]}, {"metrics_config": None}, "silence", None),
    (_MAPPING, {"enabled": True}, {"enabled": False}, "interruption", None),
    (_MAPPING, {"function_name": "arn:a"}, {"function_name": "arn:b"}, "interruption", "interruption"),
    (_MAPPING, {"maximum_retry_attempts": -1}, {"maximum_retry_attempts": 10}, "data-loss", None),
    (
        _FUNCTION,
        {"reserved_concurrent_executions": 50},
        {"reserved_concurrent_executions": 0},
        "interruption",
        None,
    ),
    (_FUNCTION, {"reserved_concurrent_executions": 50}, {"reserved_concurrent_executions": -1}, "unguarded", None),
    (
        _FUNCTION,
        {"logging_config": [{"application_log_level": "INFO"}]},
        {"logging_config": [{"application_log_level": "WARN"}]},
        "silence",
        None,
    ),
    (
        _FUNCTION,
        nested("environment.variables", {"TAP_DEDUPLICATION_DAYS": "35"}),
        nested("environment.variables", {"TAP_DEDUPLICATION_DAYS": "1"}),
        "reprocessing",
        None,
    ),
    (
        _FUNCTION,
        nested("environment.variables", {"TAP_DEDUPLICATION_DAYS": "35"}),
        {"environment": []},
        "reprocessing",
        None,
    ),
    (
        _FUNCTION,
        nested("environment.variables", {"TAP_ARCHIVE_BUCKET": "a"}),
        nested("environment.variables", {"TAP_ARCHIVE_BUCKET": "b"}),
        "interruption",
        "interruption",
    ),
    (
        _FUNCTION,
        nested("environment.variables", {"TAP_VERSION": "1"}),
        nested("environment.variables", {"TAP_VERSION": "1", "AWS_LAMBDA_EXEC_WRAPPER": "/opt/wrapper"}),
        "unjudged",
        "unjudged",
    ),
    (_FUNCTION, {"layers": None}, {"layers": ["arn:aws:lambda:::layer:a:1"]}, "exposure", "exposure"),
    (_FUNCTION, {"handler": "a.handle"}, {"handler": "b.handle"}, "exposure", "exposure"),
    (_FUNCTION, {"role": "arn:a"}, {"role": "arn:b"}, "iam", "iam"),
    (_FUNCTION, nested("ephemeral_storage.size", 512), nested("ephemeral_storage.size", 1024), "unjudged", "unjudged"),
    (_FUNCTION, {"vpc_config": []}, {"vpc_config": [{"subnet_ids": ["a"]}]}, "unjudged", "unjudged"),
    (
        "aws_apigatewayv2_stage",
        nested("default_route_settings.detailed_metrics_enabled", True),
        nested("default_route_settings.detailed_metrics_enabled", False),
        "silence",
        None,
    ),
    (
        "aws_apigatewayv2_stage",
        nested("default_route_settings.throttling_rate_limit", 100),
        nested("default_route_settings.throttling_rate_limit", 10000),
        "unguarded",
        None,
    ),
    (
        "aws_apigatewayv2_stage",
        nested("default_route_settings.throttling_rate_limit", 100),
        {"default_route_settings": []},
        "unguarded",
        None,
    ),
    (
        "aws_apigatewayv2_stage",
        nested("access_log_settings.format", '{"id": "$context.requestId", "ip": "$context.identity.sourceIp"}'),
        nested("access_log_settings.format", '{"id": "$context.requestId"}'),
        "silence",
        None,
    ),
    (
        "aws_dynamodb_table",
        nested("ttl.attribute_name", "a"),
        nested("ttl.attribute_name", "b"),
        "data-loss",
        "data-loss",
    ),
    ("aws_dynamodb_table", nested("ttl.enabled", True), nested("ttl.enabled", False), "data-loss", "data-loss"),
    ("aws_kinesis_stream", {"shard_count": 2}, {"shard_count": 10}, "refusal", "refusal"),
    ("aws_kinesis_stream", {"shard_count": 2}, {"shard_count": 4}, None, "interruption"),
    (
        "aws_lambda_function_recursion_config",
        {"recursive_loop": "Terminate"},
        {"recursive_loop": "Allow"},
        "unguarded",
        None,
    ),
    (
        "aws_s3_bucket_lifecycle_configuration",
        {"rule": [{"id": "a", "status": "Enabled", "expiration": [{"days": 365}]}, {"id": "b", "expiration": []}]},
        {"rule": [{"id": "b", "expiration": []}, {"id": "a", "status": "Enabled", "expiration": [{"days": 30}]}]},
        "data-loss",
        None,
    ),
]


def _labels(found: Review) -> set[str]:
    return {label.removeprefix("allow-") for label in found.missing}


@pytest.mark.parametrize(("type_", "before", "after", "label", "reverse"), _CASES)
def test_a_change_needs_its_label_and_its_reverse_the_one_that_it_has(
    type_: str, before: Json, after: Json, label: str | None, reverse: str | None, tmp_path: Path
) -> None:
    for old, new, expected in ((before, after, label), (after, before, reverse)):
        needed = _labels(_reviewed(tmp_path, change(type_, old, new)))
        assert expected in needed if expected else not needed
        replaced = _labels(_reviewed(tmp_path, change(type_, old, new, **_REPLACED)))
        assert expected in replaced or expected in (None, "refusal")


@pytest.mark.parametrize(
    ("type_", "body", "label"),
    [
        ("aws_s3_bucket_notification", {"bucket": "a", "lambda_function": [{"id": "a"}]}, "interruption"),
        (_ENCRYPTION, {"bucket": "a", "rule": _encrypted("aws:kms", _KEY)}, "exposure"),
        ("aws_s3_bucket_lifecycle_configuration", {"bucket": "a"}, None),
        ("aws_s3_bucket_logging", {"bucket": "a"}, "silence"),
        ("aws_sns_topic_subscription", {"endpoint": "a@example.com"}, "silence"),
        ("aws_sns_topic_policy", {"arn": "a", "policy": policy(allow("*"))}, "exposure"),
        ("aws_lambda_permission", {"principal": "s3.amazonaws.com"}, "interruption"),
        (_FUNCTION, {"function_name": "a"}, "interruption"),
        (_MAPPING, {"uuid": "a"}, "reprocessing"),
        ("aws_lambda_function_recursion_config", {"recursive_loop": "Terminate"}, None),
        ("aws_cloudwatch_event_rule", {"name": "a"}, "silence"),
        ("aws_budgets_budget", {"name": "a"}, "silence"),
        ("aws_route53_health_check", {"fqdn": "a"}, "interruption"),
        ("aws_route53_record", {"name": "a"}, "breaking"),
        ("aws_iam_openid_connect_provider", {"url": "https://a"}, "breaking"),
        ("aws_kms_alias", {"name": "alias/a"}, "breaking"),
    ],
)
def test_what_is_destroyed_while_what_it_belongs_to_stays_is_missed(
    type_: str, body: Json, label: str | None, tmp_path: Path
) -> None:
    assert _labels(_reviewed(tmp_path, change(type_, body, None))) == ({label} if label else set())


def test_an_alarm_in_the_place_of_another_must_watch_the_same(tmp_path: Path) -> None:
    before = {"alarm_name": "a", "metric_name": "Errors", "namespace": "AWS/Lambda", "threshold": 1, "period": 300}
    same = _reviewed(tmp_path, change(_ALARM, before, before | {"alarm_name": "b"}, **_REPLACED))
    assert same.findings == ()
    for other in ({"metric_name": "Duration"}, {"namespace": "Mine"}, {"threshold": 9}, {"period": 3600}):
        assert _labels(_reviewed(tmp_path, change(_ALARM, before, before | other, **_REPLACED))) == {"silence"}


def test_a_subscription_in_the_place_of_another_tells_somebody_else(tmp_path: Path) -> None:
    before = {"endpoint": "a@example.com", "protocol": "email", "topic_arn": "arn:a"}
    found = _reviewed(
        tmp_path, change("aws_sns_topic_subscription", before, before | {"endpoint": "b@example.com"}, **_REPLACED)
    )
    assert _labels(found) == {"silence"}
    assert "a@example.com" not in comment(found)


def test_a_key_that_waits_for_its_deletion_is_a_loss_though_a_new_one_is_created(tmp_path: Path) -> None:
    key = change("aws_kms_key", {"arn": _KEY, "key_id": "a"}, None, address="aws_kms_key.key")
    new = change("aws_kms_key", None, {"description": "a"}, address="aws_kms_key.key", after_unknown={"arn": True})
    before = {"kms_key_id": _KEY, "encryption_type": "KMS"}
    moved = change("aws_kinesis_stream", before, {"encryption_type": "KMS"}, after_unknown={"kms_key_id": True})
    found = _reviewed(tmp_path, new, moved, resource_drift=[key])
    assert [(one.rule.id, one.address) for one in found.findings] == [
        ("key-changed", "aws_kinesis_stream.one"),
        ("deleted-outside", "aws_kms_key.key"),
    ]
    assert _labels(found) == {"data-loss"}
    lost, _, folded = comment(found).partition("<details>")
    assert "`aws_kms_key.key` **destroy**" in lost
    assert "Changed outside Terraform" in folded


@pytest.mark.parametrize(
    ("type_", "rule"),
    [
        ("aws_dynamodb_table", "deleted-outside"),
        ("aws_s3_bucket", "deleted-outside"),
        ("aws_kinesis_stream", "deleted-outside"),
        ("aws_sqs_queue", "deleted-outside"),
        ("aws_cloudwatch_log_group", "deleted-outside"),
        ("aws_secretsmanager_secret", "deleted-outside"),
        (_MAPPING, "mapping-ended"),
        ("aws_sns_topic", "topic-ended"),
        ("aws_sns_topic_subscription", "subscription-removed"),
        ("aws_apigatewayv2_api", "endpoint-lost"),
        (_ALARM, None),
        ("aws_s3_bucket_policy", None),
        ("aws_type_of_next_year", None),
    ],
)
def test_what_creating_it_again_does_not_bring_back_is_told_of_what_was_deleted_outside(
    type_: str, rule: str | None, tmp_path: Path
) -> None:
    gone = change(type_, {"id": "a", "force_destroy": False, "deletion_protection_enabled": True}, None)
    assert [one.rule.id for one in _reviewed(tmp_path, resource_drift=[gone]).findings] == ([rule] if rule else [])


def test_what_was_changed_outside_and_is_set_back_is_judged_as_any_change(tmp_path: Path) -> None:
    sides = [{"id": "a", "retention_period": days} for days in (168, 24)]
    drift = change("aws_kinesis_stream", *sides)
    assert _labels(_reviewed(tmp_path, change("aws_kinesis_stream", *reversed(sides)), resource_drift=[drift])) == set()
    assert _labels(_reviewed(tmp_path, change("aws_kinesis_stream", *sides), resource_drift=[drift])) == {"data-loss"}


def test_a_role_that_may_delete_what_it_stored_is_shown_and_needs_its_label(tmp_path: Path) -> None:
    writes = allow(action="s3:PutObject", resource="arn:aws:s3:::tap-archive/*")
    deletes = allow(action="s3:DeleteObject*", resource="arn:aws:s3:::tap-archive/*")
    sides = [{"name": "grants", "role": "processor", "policy": policy(*one)} for one in ([writes], [writes, deletes])]
    found = _reviewed(tmp_path, change("aws_iam_role_policy", *sides))
    assert _labels(found) == {"iam"}
    _, _, roles = comment(found).partition("### Roles\n")
    assert "gains `s3:DeleteObject*` on `arn:aws:s3:::tap-archive/*` **(wildcard)**" in roles
    assert _labels(_reviewed(tmp_path, change("aws_iam_role_policy", *reversed(sides)))) == {"interruption"}


def test_a_policy_that_is_given_to_another_role_is_a_gain_of_that_role_and_a_loss_of_the_first(tmp_path: Path) -> None:
    before = {"name": "grants", "role": "a", "policy": policy(allow())}
    moved = change("aws_iam_role_policy", before, before | {"role": "b"}, **_REPLACED)
    found = _reviewed(tmp_path, moved)
    assert [(one.rule.id, one.detail.partition(" ")[0]) for one in found.findings] == [
        ("role-loses", "`a`"),
        ("role-gains", ""),
    ]
    assert _labels(_reviewed(tmp_path, moved, change("aws_iam_role", {"name": "a"}, None))) == {"iam"}


def test_what_belonged_to_one_bucket_and_belongs_to_another_is_missed_by_the_first(tmp_path: Path) -> None:
    sides = [{"bucket": name, "block_public_acls": True} for name in ("a", "b")]
    guard = change("aws_s3_bucket_public_access_block", *sides, **_REPLACED)
    assert _labels(_reviewed(tmp_path, guard)) == {"exposure"}
    bucket = change("aws_s3_bucket", {"id": "a", "bucket": "a"}, {"bucket": "b"}, **_REPLACED)
    assert _labels(_reviewed(tmp_path, guard, bucket)) == {"data-loss"}


def test_what_only_follows_a_replaced_resource_is_judged_with_that_one(tmp_path: Path) -> None:
    topic, arn = "aws_sns_topic", "arn:aws:sns:us-east-1:111111111111:alerts"
    replaced = change(topic, {"arn": arn, "name": "a"}, {"name": "b"}, after_unknown={"arn": True}, **_REPLACED)
    sides = ({"alarm_actions": [arn]}, {"alarm_actions": [None]})
    alarm = change(_ALARM, *sides, after_unknown={"alarm_actions": [True]})
    assert [one.rule.id for one in _reviewed(tmp_path, replaced, alarm).findings] == ["topic-ended"]
    assert [one.rule.id for one in _reviewed(tmp_path, alarm).findings] == ["alarm-without-actions"]


def test_sensitive_values_are_judged_and_not_shown(tmp_path: Path) -> None:
    marks: Json = {"before_sensitive": {"kms_key_id": True}, "after_sensitive": {"kms_key_id": True}}
    found = _reviewed(tmp_path, change("aws_kinesis_stream", {"kms_key_id": _KEY}, {"kms_key_id": _NEW_KEY}, **marks))
    assert _labels(found) == {"data-loss"}
    assert _KEY not in comment(found) + json.dumps([one.detail for one in found.findings])


def test_a_plan_of_which_terraform_deferred_changes_is_not_judged_whole(tmp_path: Path) -> None:
    assert _labels(_reviewed(tmp_path, complete=False)) == {"unjudged"}


def test_an_object_that_a_failed_replacement_left_behind_is_destroyed_like_any_other(tmp_path: Path) -> None:
    left = change("aws_kinesis_stream", {"id": "a"}, None) | {"deposed": "00000000"}
    found = _reviewed(tmp_path, left)
    assert [(one.rule.id, one.address) for one in found.findings] == [
        ("data-destroyed", "aws_kinesis_stream.one (deposed)")
    ]


def test_what_is_imported_is_shown_and_its_changes_are_judged(tmp_path: Path) -> None:
    sides = [{"id": "a", "retention_period": hours} for hours in (168, 24)]
    importing: Json = {"importing": {"id": "a"}}
    same = change("aws_kinesis_stream", sides[0], sides[0], actions=["no-op"], **importing)
    assert [one.rule.id for one in _reviewed(tmp_path, same).findings] == ["imported"]
    other = change("aws_kinesis_stream", *sides, **importing)
    assert _labels(_reviewed(tmp_path, other)) == {"data-loss"}
