"""Settings that a plan adds to what is there already: they change what AWS did without them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from tools.plan_review.model import Action, Change, Json, Plan


class _Settings(NamedTuple):
    """The type that they belong to, the attribute that names it, and what AWS does without them."""

    owner: str
    attribute: str
    without: Mapping[str, Json]


# S3 User Guide, "Blocking public access" and "Controlling ownership of objects": so are buckets since April 2023.
_BLOCKED = ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")
_SETTINGS: Mapping[str, _Settings] = {
    "aws_dynamodb_resource_policy": _Settings("aws_dynamodb_table", "resource_arn", {}),
    "aws_kinesis_resource_policy": _Settings("aws_kinesis_stream", "resource_arn", {}),
    "aws_s3_bucket_policy": _Settings("aws_s3_bucket", "bucket", {}),
    "aws_secretsmanager_secret_policy": _Settings("aws_secretsmanager_secret", "secret_arn", {}),
    "aws_sns_topic_policy": _Settings("aws_sns_topic", "arn", {}),
    "aws_sqs_queue_policy": _Settings("aws_sqs_queue", "queue_url", {}),
    "aws_s3_bucket_lifecycle_configuration": _Settings("aws_s3_bucket", "bucket", {}),
    "aws_s3_bucket_public_access_block": _Settings("aws_s3_bucket", "bucket", dict.fromkeys(_BLOCKED, True)),
    "aws_s3_bucket_ownership_controls": _Settings(
        "aws_s3_bucket", "bucket", {"rule": [{"object_ownership": "BucketOwnerEnforced"}]}
    ),
    # Lambda API Reference, PutFunctionEventInvokeConfig: two retries, in at most six hours.
    "aws_lambda_function_event_invoke_config": _Settings(
        "aws_lambda_function", "function_name", {"maximum_event_age_in_seconds": 21_600, "maximum_retry_attempts": 2}
    ),
}


def as_change(change: Change, plan: Plan) -> Change:
    """The creation of settings of what is there already as the change that it is."""
    found = _SETTINGS.get(change.type) if change.action is Action.CREATE else None
    name = change.new(found.attribute) if found else None
    if found is None or not isinstance(name, str) or plan.makes(found.owner, name):
        return change
    return replace(change, action=Action.UPDATE, before={**found.without, found.attribute: name})
