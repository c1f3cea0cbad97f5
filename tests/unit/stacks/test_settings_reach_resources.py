"""Every setting does something, and the right thing: found where it belongs, with a value that no other setting has."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from modules.alarm_catalogue import CATALOGUE
from modules.failure_mode import Setting
from stacks.settings import FUNCTIONS
from stacks.settings.fields import leaves
from tests.synthesized import UNUSUAL, VARIANTS, Stack

_Read = Callable[[Stack], Any]
_PIPELINE, _STATE, _EDGE = "zap-unusual-ap-south-1", "zap-unusual-state", "tap-edged-edge"
_DELIVERY = "zap-unusual-delivery"
_SIZES = {
    "memory_mb": "memory_size",
    "timeout_seconds": "timeout",
    "reserved_concurrency": "reserved_concurrent_executions",
}

# Settings that reach no resource, and why.
_ELSEWHERE = {
    "production": "decides which settings are allowed",
    "regions": "one stack each: test_deployment",
    "emulator.endpoint_url": "the provider of the environment `local`: test_emulator",
    "edge.signing_region": "the stack that has the secret: test_signing_secret",
    "alarms.iterator_age_minutes": "the most that a share of the record age may be: test_alarms",
    "api.account_rate_per_second": "the most that api.throttle_rate_per_second may be: bad_input.txt",
    "api.account_burst": "the most that api.throttle_burst may be: bad_input.txt",
    **{leaf.key: "what costs are computed for" for leaf in leaves() if leaf.location[0] == "traffic"},
} | {
    f"alarms.{name}": "a threshold of the catalogue: test_alarm_catalogue, test_alarms"
    for mode in CATALOGUE
    for name in (
        *([mode.threshold.name] if isinstance(mode.threshold, Setting) else []),
        *([mode.share.percent] if mode.share else []),
    )
}


def _argument(type_: str, id_: str, *path: str | int) -> _Read:
    def read(stack: Stack) -> Any:
        value: Any = stack.resource(type_, id_)
        for step in path:
            value = value[step]
        return value

    return read


def _tag(name: str) -> _Read:
    return lambda stack: stack.json["provider"]["aws"][0]["default_tags"][0]["tags"][name]


def _function(role: str, argument: str) -> _Read:
    return _argument("aws_lambda_function", role, argument)


def _inbox_rule(name: str) -> _Read:
    rules = _argument("aws_lambda_function", "importer", "environment", "variables", "TAP_INBOX_RULES")
    return lambda stack: json.loads(rules(stack))[name]


def _mapping(argument: str) -> _Read:
    return _argument("aws_lambda_event_source_mapping", "source", argument)


def _ages(bucket: str, *path: str | int) -> _Read:
    return _argument("aws_s3_bucket_lifecycle_configuration", f"{bucket}_lifecycle", "rule", 0, *path)


def _alarm(name: str, argument: str = "threshold") -> _Read:
    return _argument("aws_cloudwatch_metric_alarm", f"alarms_{name}", argument)


def _scaling(which: str, argument: str) -> _Read:
    return _argument("aws_appautoscaling_target", f"ledger_scaling_{which}", argument)


def _throttle(argument: str) -> _Read:
    return _argument("aws_apigatewayv2_stage", "api_stage", "default_route_settings", argument)


def _claim(role: str, claim: str = "sub") -> _Read:
    def read(stack: Stack) -> Any:
        (trust,) = json.loads(stack.resource("aws_iam_role", role)["assume_role_policy"])["Statement"]
        conditions = [keys for operator in trust["Condition"].values() for keys in operator.items()]
        return dict(conditions)[f"token.actions.githubusercontent.com:{claim}"]

    return read


def _subscribers(topic: str, protocol: str) -> _Read:
    found = {"topic_arn": f"${{aws_sns_topic.{topic}.arn}}", "protocol": protocol}

    def read(stack: Stack) -> list[str]:
        subscriptions = stack.resources("aws_sns_topic_subscription").values()
        return sorted(body["endpoint"] for body in subscriptions if found.items() <= body.items())

    return read


_TRACKED = "target_tracking_scaling_policy_configuration"
_JWT = ("aws_apigatewayv2_authorizer", "api_jwt", "jwt_configuration")
_DOMAIN = ("aws_route53_record", "domain_route-eu-west-1")

# Setting -> stack, what it says there.
_REACHED: dict[str, tuple[str, _Read, Any]] = {
    "project": (_PIPELINE, _tag("Project"), "zap"),
    "account_id": (_PIPELINE, lambda stack: stack.json["provider"]["aws"][0]["allowed_account_ids"], ["444455556666"]),
    "owner": (_PIPELINE, _tag("Owner"), "owner of it"),
    "cost_centre": (_PIPELINE, _tag("CostCenter"), "centre of it"),
    "repository": (_PIPELINE, _tag("Repository"), "https://git.example.com/repository"),
    "architecture": (_PIPELINE, _function("processor", "architectures"), ["x86_64"]),
    "state.region": (_STATE, _tag("Region"), "eu-north-1"),
    "state.noncurrent_version_days": (
        _STATE,
        _ages("state", "noncurrent_version_expiration", 0, "noncurrent_days"),
        61,
    ),
    "api.auth": (
        "tap-iam-us-east-1",
        _argument("aws_apigatewayv2_route", "api_process", "authorization_type"),
        "AWS_IAM",
    ),
    "api.jwt_issuer": ("tap-jwt-us-east-1", _argument(*_JWT, "issuer"), "https://login.example.com/"),
    "api.jwt_audience": ("tap-jwt-us-east-1", _argument(*_JWT, "audience"), ["tap"]),
    "api.signing_secret_version": (
        _PIPELINE,
        _argument("aws_secretsmanager_secret_version", "signing_value", "secret_string_wo_version"),
        7,
    ),
    "api.cors_origins": (
        _PIPELINE,
        _argument("aws_apigatewayv2_api", "api", "cors_configuration", "allow_origins"),
        ["https://one.example.com", "https://two.example.com"],
    ),
    "api.throttle_rate_per_second": (_PIPELINE, _throttle("throttling_rate_limit"), 311),
    "api.throttle_burst": (_PIPELINE, _throttle("throttling_burst_limit"), 613),
    "stream.mode": (
        "tap-elastic-us-east-1",
        _argument("aws_kinesis_stream", "events", "stream_mode_details", "stream_mode"),
        "ON_DEMAND",
    ),
    "stream.shards": (_PIPELINE, _argument("aws_kinesis_stream", "events", "shard_count"), 3),
    "stream.retention_hours": (_PIPELINE, _argument("aws_kinesis_stream", "events", "retention_period"), 240),
    **{
        f"{function}.{setting}": (_PIPELINE, _function(function, argument), UNUSUAL[function][setting])
        for function in FUNCTIONS
        for setting, argument in _SIZES.items()
    },
    **{
        f"{function}.tracing": (_PIPELINE, _function(function, "tracing_config"), {"mode": mode})
        for function in FUNCTIONS
        for mode in ["Active" if "tracing" in UNUSUAL[function] else "PassThrough"]
    },
    "inbox.ignored_names": (_PIPELINE, _inbox_rule("ignored_names"), ["*.part", "ü?"]),
    "inbox.records_path": (
        _PIPELINE,
        _inbox_rule("records_paths"),
        {"AWSLogs/": "Records", "a/": "detail.items"},
    ),
    "mapping.batch_size": (_PIPELINE, _mapping("batch_size"), 777),
    "mapping.batching_window_seconds": (_PIPELINE, _mapping("maximum_batching_window_in_seconds"), 13),
    "mapping.parallelization_factor": (_PIPELINE, _mapping("parallelization_factor"), 4),
    "mapping.maximum_retry_attempts": (_PIPELINE, _mapping("maximum_retry_attempts"), 17),
    "mapping.maximum_record_age_seconds": (_PIPELINE, _mapping("maximum_record_age_in_seconds"), 54321),
    "storage.archive_transition_days": (_PIPELINE, _ages("archive", "transition", 0, "days"), 44),
    "storage.archive_expiration_days": (_PIPELINE, _ages("archive", "expiration", 0, "days"), 444),
    "storage.raw_expiration_days": (
        _PIPELINE,
        _argument("aws_lambda_function", "compactor", "environment", "variables", "TAP_RAW_EXPIRATION_DAYS"),
        "222",
    ),
    "query.enabled": ("tap-unasked-us-east-1", lambda stack: stack.resources("aws_glue_catalog_database"), {}),
    "query.compaction": ("tap-uncompacted-us-east-1", lambda stack: stack.resources("aws_scheduler_schedule"), {}),
    "query.scan_limit_mb": (
        _PIPELINE,
        _argument("aws_athena_workgroup", "query_workgroup", "configuration", "bytes_scanned_cutoff_per_query"),
        51_234 * 1_048_576,
    ),
    "query.results_expiration_days": (_PIPELINE, _ages("results", "expiration", 0, "days"), 10),
    "storage.noncurrent_version_days": (
        _PIPELINE,
        _ages("archive", "noncurrent_version_expiration", 0, "noncurrent_days"),
        33,
    ),
    "storage.inbox_expiration_days": (_PIPELINE, _ages("inbox", "expiration", 0, "days"), 22),
    "storage.failures_expiration_days": (_PIPELINE, _ages("failures", "expiration", 0, "days"), 88),
    "storage.access_log_expiration_days": (_PIPELINE, _ages("access-logs", "expiration", 0, "days"), 66),
    "deduplication.days": (
        _PIPELINE,
        _argument("aws_lambda_function", "processor", "environment", "variables", "TAP_DEDUPLICATION_DAYS"),
        "101",
    ),
    "ledger.point_in_time_recovery": (
        _PIPELINE,
        _argument("aws_dynamodb_table", "ledger", "point_in_time_recovery", "enabled"),
        False,
    ),
    "ledger_capacity.minimum_units": (_PIPELINE, _scaling("writes", "min_capacity"), 41),
    "ledger_capacity.maximum_units": (_PIPELINE, _scaling("reads", "max_capacity"), 4141),
    "ledger_capacity.target_percent": (
        _PIPELINE,
        _argument("aws_appautoscaling_policy", "ledger_scaling_reads-policy", _TRACKED, "target_value"),
        62,
    ),
    "observability.tracing": (
        _PIPELINE,
        _argument("aws_lambda_function", "importer", "tracing_config", "mode"),
        "PassThrough",
    ),
    "observability.log_retention_days": (
        _PIPELINE,
        _argument("aws_cloudwatch_log_group", "api_access-logs", "retention_in_days"),
        545,
    ),
    "observability.log_level": (
        _PIPELINE,
        _argument("aws_lambda_function", "importer", "logging_config", "application_log_level"),
        "DEBUG",
    ),
    "observability.platform_logs": (
        _PIPELINE,
        _argument("aws_lambda_function", "importer", "logging_config", "system_log_level"),
        "INFO",
    ),
    "alarms.emails": (_PIPELINE, _subscribers("alerts", "email"), ["one@example.com", "two@example.com"]),
    "alarms.urls": (_PIPELINE, _subscribers("alerts", "https"), ["https://all.example.com/hook"]),
    "alarms.page_emails": (_PIPELINE, _subscribers("pages", "email"), ["night@example.com"]),
    "alarms.page_urls": (_PIPELINE, _subscribers("pages", "https"), ["https://night.example.com"]),
    "alarms.evaluation_minutes": (_PIPELINE, _alarm("importer-duration", "period"), 9 * 60),
    "alarms.account_concurrency": (
        "tap-watchful-us-east-1",
        _alarm("importer-concurrency"),
        2000 * 80 // 100,
    ),
    "protection.force_destroy": (_PIPELINE, _argument("aws_s3_bucket", "archive", "force_destroy"), True),
    "protection.deletion_protection": (
        _PIPELINE,
        _argument("aws_dynamodb_table", "ledger", "deletion_protection_enabled"),
        False,
    ),
    "protection.kms_deletion_window_days": (_PIPELINE, _argument("aws_kms_key", "key", "deletion_window_in_days"), 11),
    "protection.secret_recovery_window_days": (
        _PIPELINE,
        _argument("aws_secretsmanager_secret", "signing", "recovery_window_in_days"),
        0,
    ),
    "budget.monthly_usd": (_STATE, _argument("aws_budgets_budget", "budget", "limit_amount"), "55"),
    "edge.domain_name": (_EDGE, _argument(*_DOMAIN, "name"), "events.example.com"),
    "edge.hosted_zone_id": (_EDGE, _argument(*_DOMAIN, "zone_id"), "Z0123456789ABCDEFGHIJ"),
    "delivery.repository": (
        "tap-delivered-delivery",
        _claim("deploy"),
        ["repo:example/tapstack:environment:delivered"],
    ),
    "delivery.branch": (
        _DELIVERY,
        _claim("plan"),
        [
            "repo:someone@12/other.repo@34:pull_request",
            "repo:someone@12/other.repo@34:ref:refs/heads/trunk",
            "repo:someone@12/other.repo@34:ref:refs/heads/gh-readonly-queue/trunk/*",
        ],
    ),
    "delivery.approval": (
        _DELIVERY,
        _claim("deploy", "job_workflow_ref"),
        ["someone/other.repo/.github/workflows/apply-plan.yml@refs/heads/trunk"],
    ),
    "delivery.approvers": (_DELIVERY, _claim("deploy", "actor_id"), ["583231", "9919"]),
    "delivery.create_provider": (_DELIVERY, lambda stack: stack.resources("aws_iam_openid_connect_provider"), {}),
    "delivery.previews": (
        _DELIVERY,
        _claim("preview"),
        ["repo:someone@12/other.repo@34:environment:preview"],
    ),
}


@pytest.mark.parametrize("key", _REACHED)
def test_a_setting_reaches_its_resource(every_stack: dict[str, Stack], key: str) -> None:
    stack, read, expected = _REACHED[key]
    assert read(every_stack[stack]) == expected


def test_every_setting_is_in_the_table_or_says_why_not() -> None:
    assert {leaf.key for leaf in leaves()} == set(_REACHED) | set(_ELSEWHERE)
    assert not set(_REACHED) & set(_ELSEWHERE)


def test_the_values_of_the_variant_are_no_defaults_and_no_two_numbers_are_equal() -> None:
    settings = next(environment.settings for environment in VARIANTS if environment.name == "unusual")
    numbers = []
    for leaf in leaves():
        section, *rest = leaf.location
        table = UNUSUAL.get(section, {})
        if not rest or rest[0] not in table:
            continue
        value = getattr(getattr(settings, section), rest[0])
        assert value != leaf.field.default, leaf.key
        if type(value) is int:
            numbers.append(value)
    assert len(numbers) > 40
    assert len(set(numbers)) == len(numbers)
