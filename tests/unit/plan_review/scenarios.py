"""Changes that people make to the stacks: by a setting, in the code, or by an option of Terraform.

A change of code is written as what it does to the synthesized JSON.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tools.plan import without_guards

Json = dict[str, Any]
Edit = Callable[[Json], object]  # changes what it is given
OTHER_ACCOUNT = "arn:aws:iam::999988887777:root"
_KEY_OF_OTHERS = "arn:aws:kms:us-east-1:999988887777:key/11111111-2222-3333-4444-555555555555"


@dataclass(frozen=True, kw_only=True, slots=True)
class Scenario:
    """One change; `base` is what was deployed before, in as many regions as that has."""

    base: str = "base"
    settings: Mapping[str, Any] = field(default_factory=dict)
    edit: Edit | None = None
    code: Mapping[str, str] = field(default_factory=dict)  # file -> text put behind it
    # Without refresh: the emulator tells some things otherwise than AWS does, and that isn't the change.
    options: tuple[str, ...] = ("-refresh=false",)
    is_gone: bool = False  # the stacks were removed from the code


# What is deployed before: settings that differ from those of `local`.
BASES: Mapping[str, Mapping[str, Any]] = {
    "base": {
        "regions": ("us-east-1", "eu-west-1"),
        "api": {"cors_origins": ("https://app.example.com",)},
        "stream": {"retention_hours": 168},
        "mapping": {"maximum_record_age_seconds": 86400},
        "storage": {"archive_expiration_days": 365},
        "observability": {"log_retention_days": 90},
        "alarms": {"emails": ("alerts@example.com",), "minimum_requests_per_hour": 5},
        "protection": {"force_destroy": False, "kms_deletion_window_days": 30, "secret_recovery_window_days": 30},
    },
    "guarded": {"api": {"auth": "iam"}, "protection": {"force_destroy": False, "deletion_protection": True}},
    "tokens": {
        "api": {"auth": "jwt", "jwt_issuer": "https://login.example.com/tenant", "jwt_audience": ("events",)},
    },
    "small": {},
    "nothing": {},
}


def _one(stack: Json, type_: str, start: str = "") -> Json:
    """The first resource of the type whose logical id begins so."""
    bodies: Mapping[str, Json] = stack["resource"][type_]
    return next(body for id_, body in sorted(bodies.items()) if id_.startswith(start))


def _drop(stack: Json, type_: str, start: str = "") -> None:
    bodies = stack["resource"][type_]
    del bodies[next(id_ for id_ in sorted(bodies) if id_.startswith(start))]
    if not bodies:
        del stack["resource"][type_]


def _add_statement(body: Json, statement: Json) -> None:
    document = json.loads(body["policy"])
    document["Statement"].append(statement)
    body["policy"] = json.dumps(document)


def _versioning(stack: Json) -> None:
    _one(stack, "aws_s3_bucket_versioning", "archive")["versioning_configuration"]["status"] = "Suspended"
    _one(stack, "aws_dynamodb_table")["point_in_time_recovery"]["enabled"] = False


def _encryption(stack: Json) -> None:
    stream = _one(stack, "aws_kinesis_stream")
    stream["encryption_type"] = "NONE"
    del stream["kms_key_id"]
    rule = _one(stack, "aws_s3_bucket_server_side_encryption_configuration", "archive")["rule"][0]
    rule["apply_server_side_encryption_by_default"] = {"sse_algorithm": "AES256"}
    del _one(stack, "aws_sns_topic")["kms_master_key_id"]
    _one(stack, "aws_kms_key")["enable_key_rotation"] = False


def _position(stack: Json) -> None:
    _one(stack, "aws_lambda_event_source_mapping")["starting_position"] = "LATEST"


def _mapping(stack: Json) -> None:
    mapping = _one(stack, "aws_lambda_event_source_mapping")
    mapping |= {"enabled": False, "bisect_batch_on_function_error": False, "maximum_retry_attempts": 2}
    del mapping["destination_config"], mapping["function_response_types"]
    del _one(stack, "aws_lambda_function", "importer")["dead_letter_config"]


def _public(stack: Json) -> None:
    _one(stack, "aws_s3_bucket_public_access_block", "archive")["restrict_public_buckets"] = False
    _drop(stack, "aws_s3_bucket_public_access_block", "inbox")
    controls = _one(stack, "aws_s3_bucket_ownership_controls", "archive")
    for rule in controls["rule"] if isinstance(controls["rule"], list) else [controls["rule"]]:
        rule["object_ownership"] = "BucketOwnerPreferred"


def _principals(stack: Json) -> None:
    partner = {"Sid": "Partner", "Effect": "Allow", "Principal": {"AWS": OTHER_ACCOUNT}, "Resource": "*"}
    _add_statement(_one(stack, "aws_kms_key"), partner | {"Action": "kms:Decrypt"})
    bucket = _one(stack, "aws_s3_bucket_policy", "archive")
    everybody = {"Sid": "Everybody", "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject"}
    resources = json.loads(bucket["policy"])["Statement"][0]["Resource"]
    _add_statement(bucket, everybody | {"Resource": resources})
    role = _one(stack, "aws_iam_role", "receiver")
    role["assume_role_policy"] = role["assume_role_policy"].replace("lambda.amazonaws.com", "ec2.amazonaws.com")
    function = _one(stack, "aws_lambda_permission", "api")["function_name"]
    stack["resource"]["aws_lambda_permission"]["partner"] = {
        "action": "lambda:InvokeFunction",
        "function_name": function,
        "principal": "999988887777",
        "statement_id": "Partner",
    }


def _conditions(stack: Json) -> None:
    bucket = _one(stack, "aws_s3_bucket_policy", "archive")
    document = json.loads(bucket["policy"])
    document["Statement"] = document["Statement"][:1]  # the other one denies old versions of TLS
    bucket["policy"] = json.dumps(document)
    topic = _one(stack, "aws_sns_topic_policy")
    document = json.loads(topic["policy"])
    for statement in document["Statement"]:
        if statement["Effect"] == "Allow":
            del statement["Condition"]
    topic["policy"] = json.dumps(document)


def _alarms(stack: Json) -> None:
    _drop(stack, "aws_cloudwatch_metric_alarm", "alarms_events-lag")
    _one(stack, "aws_cloudwatch_metric_alarm", "alarms_api-latency")["threshold"] = 20000
    _one(stack, "aws_cloudwatch_metric_alarm", "alarms_receiver-errors")["alarm_actions"] = []
    _one(stack, "aws_cloudwatch_metric_alarm", "alarms_importer-errors")["evaluation_periods"] = 6
    _one(stack, "aws_cloudwatch_metric_alarm", "alarms_processor-errors")["actions_enabled"] = False
    _one(stack, "aws_cloudwatch_metric_alarm", "alarms_api-silence")["treat_missing_data"] = "notBreaching"
    _drop(stack, "aws_sns_topic_subscription")
    _drop(stack, "aws_cloudwatch_dashboard")


def _logs(stack: Json) -> None:
    _drop(stack, "aws_s3_bucket_logging", "archive")
    del _one(stack, "aws_apigatewayv2_stage")["access_log_settings"]
    _one(stack, "aws_lambda_function", "receiver")["tracing_config"]["mode"] = "PassThrough"


def _outputs(stack: Json) -> None:
    del stack["output"]["dashboard_name"]
    stack["output"]["archive_bucket"]["value"] = "another-archive"
    stack["output"]["added"] = {"value": "new"}


def _move(stack: Json) -> None:
    for type_, old, new in (("aws_kinesis_stream", "events", "flow"), ("aws_dynamodb_table", "ledger", "claims")):
        text = json.dumps(stack["resource"]).replace(f"{type_}.{old}.", f"{type_}.{new}.")
        stack["resource"] = json.loads(text)
        stack["resource"][type_][new] = stack["resource"][type_].pop(old)
        stack.setdefault("moved", []).append({"from": f"{type_}.{old}", "to": f"{type_}.{new}"})


def _forget(stack: Json) -> None:
    _drop(stack, "aws_dynamodb_table")
    stack["removed"] = [{"from": "aws_dynamodb_table.ledger", "lifecycle": {"destroy": False}}]


def _grants(stack: Json) -> None:
    reads = {"Sid": "ReadAll", "Effect": "Allow", "Action": ["s3:GetObject", "s3:Get*"], "Resource": "*"}
    _add_statement(_one(stack, "aws_iam_role_policy", "importer"), reads)
    policy = _one(stack, "aws_iam_role_policy", "receiver")
    document = json.loads(policy["policy"])
    # The same grants in other words: nothing that a reviewer should have to look at.
    document["Statement"] = [
        one | {"Sid": f"{one['Sid']}{n}", "Action": action}
        for one in reversed(document["Statement"])
        for n, action in enumerate([one["Action"]] if isinstance(one["Action"], str) else one["Action"])
    ]
    policy["policy"] = json.dumps(document)
    processor = _one(stack, "aws_iam_role_policy", "processor")
    document = json.loads(processor["policy"])
    document["Statement"] = [one for one in document["Statement"] if one["Sid"] != "ClaimEvents"]
    processor["policy"] = json.dumps(document)
    role = _one(stack, "aws_iam_role", "receiver") | {"name": "debug"}
    everything = {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    stack["resource"]["aws_iam_role"]["debug"] = role
    stack["resource"]["aws_iam_role_policy"]["debug"] = {"role": "debug", "policy": json.dumps(everything)}
    stack["resource"]["aws_iam_role_policy_attachment"] = {
        "administrator": {
            "role": _one(stack, "aws_iam_role", "processor")["name"],
            "policy_arn": "arn:aws:iam::aws:policy/AdministratorAccess",
        }
    }


def _route(stack: Json) -> None:
    route = _one(stack, "aws_apigatewayv2_route", "api_process")
    route["authorization_type"] = "NONE"
    stack["resource"]["aws_apigatewayv2_route"]["debug"] = route | {"route_key": "GET /debug"}


def _stream_name(stack: Json) -> None:
    _one(stack, "aws_kinesis_stream")["name"] += "-2"


def _bound(stack: Json) -> None:
    for role in stack["resource"]["aws_iam_role"].values():
        role["permissions_boundary"] = f"{OTHER_ACCOUNT.removesuffix('root')}policy/boundary"


def _unbind(stack: Json) -> None:
    del _one(stack, "aws_iam_role", "processor")["permissions_boundary"]
    _one(stack, "aws_iam_role", "receiver")["permissions_boundary"] += "-of-others"


def _function_url(stack: Json) -> None:
    function = "${aws_lambda_function.receiver.function_name}"
    stack["resource"]["aws_lambda_function_url"] = {
        "debug": {"function_name": function, "authorization_type": "NONE"},
    }


def _policy_gone(stack: Json) -> None:
    _drop(stack, "aws_s3_bucket_policy", "archive")


def _hide_policies(stack: Json) -> None:
    """One role is taken by whom an identity provider names that is yet to be made; what another may do is a secret."""
    stack["resource"]["aws_iam_openid_connect_provider"] = {
        "partner": {"url": "https://login.example.com", "client_id_list": ["events"]},
    }
    trust = json.loads(_one(stack, "aws_iam_role", "receiver")["assume_role_policy"])
    trust["Statement"][0] |= {
        "Principal": {"Federated": "${aws_iam_openid_connect_provider.partner.arn}"},
        "Action": "sts:AssumeRoleWithWebIdentity",
    }
    _one(stack, "aws_iam_role", "receiver")["assume_role_policy"] = json.dumps(trust)
    policy = _one(stack, "aws_iam_role_policy", "processor")
    document = json.loads(policy["policy"])
    document["Statement"].append({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::secret/*"})
    stack["variable"] = {"grants": {"sensitive": True, "default": json.dumps(document)}}
    policy["policy"] = "${var.grants}"


def _key_gone(stack: Json) -> None:
    _one(stack, "aws_kms_key")["is_enabled"] = False
    _one(stack, "aws_dynamodb_table")["deletion_protection_enabled"] = False


def _keys_of_aws(stack: Json) -> None:
    """What is encrypted with AWS's keys, or with another of ours, from now on."""
    _one(stack, "aws_kinesis_stream")["kms_key_id"] = "alias/aws/kinesis"
    _one(stack, "aws_sqs_queue")["kms_master_key_id"] = "alias/aws/sqs"
    _one(stack, "aws_sns_topic")["kms_master_key_id"] = "alias/aws/sns"
    _one(stack, "aws_secretsmanager_secret")["kms_key_id"] = "alias/aws/secretsmanager"
    rule = _one(stack, "aws_s3_bucket_server_side_encryption_configuration", "archive")["rule"][0]
    rule["apply_server_side_encryption_by_default"] = {"sse_algorithm": "aws:kms"}
    _drop(stack, "aws_s3_bucket_server_side_encryption_configuration", "failures")
    _one(stack, "aws_dynamodb_table")["server_side_encryption"] = {"enabled": True}
    _one(stack, "aws_lambda_function", "receiver")["kms_key_arn"] = _KEY_OF_OTHERS


def _watching(stack: Json) -> None:
    """Alarms that watch something else, and somebody else who is told."""
    _one(stack, "aws_cloudwatch_metric_alarm", "alarms_receiver-errors")["metric_name"] = "Invocations"
    _one(stack, "aws_cloudwatch_metric_alarm", "alarms_importer-errors")["dimensions"]["FunctionName"] = "another"
    _one(stack, "aws_cloudwatch_metric_alarm", "alarms_processor-errors")["statistic"] = "Minimum"
    _one(stack, "aws_sns_topic_subscription")["endpoint"] = "nobody@example.com"
    _one(stack, "aws_lambda_event_source_mapping").pop("metrics_config")
    _one(stack, "aws_apigatewayv2_stage")["default_route_settings"]["detailed_metrics_enabled"] = False
    _one(stack, "aws_lambda_function", "receiver")["logging_config"]["application_log_level"] = "WARN"
    _one(stack, "aws_lambda_function", "receiver")["environment"]["variables"]["TAP_STACK"] = "another"


def _flow(stack: Json) -> None:
    """Events that stop, are left out, or go elsewhere."""
    records = {"filter": [{"pattern": json.dumps({"partitionKey": ["a"]})}]}
    _one(stack, "aws_lambda_event_source_mapping")["filter_criteria"] = records
    _one(stack, "aws_lambda_function", "importer")["reserved_concurrent_executions"] = 0
    processor = _one(stack, "aws_lambda_function", "processor")["environment"]["variables"]
    processor |= {"TAP_DEDUPLICATION_DAYS": "1", "TAP_ARCHIVE_BUCKET": "another"}
    _one(stack, "aws_lambda_function", "importer")["environment"]["variables"]["TAP_INBOX_RULES"] = "{}"
    _drop(stack, "aws_s3_bucket_notification")
    _drop(stack, "aws_lambda_permission", "inbox")
    _one(stack, "aws_dynamodb_table")["ttl"]["attribute_name"] = "claimed_at"


def _guards(stack: Json) -> None:
    """Guards that are raised, code of others, and what Kinesis refuses."""
    limits = _one(stack, "aws_apigatewayv2_stage")["default_route_settings"]
    limits |= {"throttling_rate_limit": 10000, "throttling_burst_limit": 5}
    _one(stack, "aws_kinesis_stream")["shard_count"] = 10
    receiver = _one(stack, "aws_lambda_function", "receiver")
    receiver |= {"handler": "lambda_code.other.handle", "memory_size": 128, "ephemeral_storage": {"size": 1024}}
    receiver |= {"layers": ["arn:aws:lambda:us-east-1:999988887777:layer:agent:1"], "architectures": ["x86_64"]}
    _one(stack, "aws_lambda_function_recursion_config", "processor")["recursive_loop"] = "Allow"
    _one(stack, "aws_lambda_function_recursion_config", "importer")["recursive_loop"] = "Terminate"


def _deletes(stack: Json) -> None:
    """The processor may delete what it stored."""
    policy = _one(stack, "aws_iam_role_policy", "processor")
    archive = "${aws_s3_bucket.archive.arn}/*"
    _add_statement(policy, {"Sid": "Tidy", "Effect": "Allow", "Action": "s3:DeleteObject*", "Resource": archive})


# What the code of a base does to its stacks.
BASE_EDITS: Mapping[str, Edit] = {"guarded": _bound}
SCENARIOS: Mapping[str, Scenario] = {
    "nothing": Scenario(),
    "first-deploy": Scenario(base="nothing"),
    "code-only": Scenario(code={"lambda_code/receiver/http.py": "\n# changed\n"}),
    "ordinary": Scenario(settings={"receiver": {"memory_mb": 1024}, "mapping": {"batch_size": 400}}),
    "stream-renamed": Scenario(edit=_stream_name),
    "ledger-and-secret-gone": Scenario(settings={"deduplication": {"days": 0}, "api": {"auth": "iam"}}),
    "retention-lowered": Scenario(
        settings={
            "stream": {"retention_hours": 24},
            "mapping": {"maximum_record_age_seconds": 3600},
            "observability": {"log_retention_days": 7},
            "storage": {"archive_expiration_days": 120, "noncurrent_version_days": 1},
            "protection": {"kms_deletion_window_days": 7, "secret_recovery_window_days": 0},
        }
    ),
    "protection-off": Scenario(base="guarded", edit=_key_gone),
    "force-destroy": Scenario(settings={"protection": {"force_destroy": True}}),
    "versioning-off": Scenario(edit=_versioning),
    "encryption-off": Scenario(edit=_encryption),
    "keys-of-aws": Scenario(edit=_keys_of_aws),
    "watching-elsewhere": Scenario(edit=_watching),
    "flow-interrupted": Scenario(edit=_flow),
    "guards-raised": Scenario(edit=_guards),
    "role-deletes": Scenario(edit=_deletes),
    "starting-position": Scenario(edit=_position),
    "mapping-weakened": Scenario(edit=_mapping),
    "auth-open": Scenario(settings={"api": {"auth": "open"}}),
    "route-open": Scenario(base="guarded", edit=_route),
    "cors-any": Scenario(settings={"api": {"cors_origins": ("https://app.example.com", "*")}}),
    "bucket-public": Scenario(edit=_public),
    "principals": Scenario(edit=_principals),
    "conditions-dropped": Scenario(edit=_conditions),
    "alarms-silenced": Scenario(edit=_alarms),
    "logs-off": Scenario(edit=_logs),
    "outputs": Scenario(edit=_outputs),
    "moved": Scenario(edit=_move),
    "forgotten": Scenario(edit=_forget),
    "roles": Scenario(edit=_grants),
    "boundaries": Scenario(base="guarded", edit=_unbind),
    "authorizer-changed": Scenario(base="tokens", settings={"api": {"jwt_audience": ("events", "partners")}}),
    "function-url": Scenario(edit=_function_url),
    "policy-gone": Scenario(edit=_policy_gone),
    "policies-hidden": Scenario(edit=_hide_policies),
    "key-replaced": Scenario(options=("-refresh=false", "-replace=aws_kms_key.key")),
    "api-replaced": Scenario(options=("-refresh=false", "-replace=aws_apigatewayv2_api.api")),
    "topic-replaced": Scenario(options=("-refresh=false", "-replace=aws_sns_topic.alerts")),
    "region-gone": Scenario(base="guarded", edit=without_guards, options=("-refresh=false", "-destroy"), is_gone=True),
}
