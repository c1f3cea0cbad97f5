"""Changes that lose data, or the means to restore it."""

from collections.abc import Mapping

from tools.plan_review.markdown import code
from tools.plan_review.model import Action, Change, Json, Plan, at
from tools.plan_review.predicates import (
    by_id,
    destroyed,
    either,
    fewer,
    gone_without,
    leaves,
    less,
    lowered,
    removed,
    replaced,
    switched_off,
    switched_on,
)
from tools.plan_review.rule import Category, Rule

HOLDS_DATA: Mapping[str, tuple[str, ...]] = dict.fromkeys(
    (
        "aws_cloudwatch_log_group",
        "aws_dynamodb_table",
        "aws_kinesis_stream",
        "aws_kms_key",
        "aws_s3_bucket",
        "aws_secretsmanager_secret",
        "aws_sqs_queue",
    ),
    (),
)
_AGES = ("expiration.days", "noncurrent_version_expiration.noncurrent_days")


def _shortened(change: Change, attribute: str, _plan: Plan) -> str | None:
    """Objects expire sooner than before, or at all; no other change of lifecycle rules loses anything."""
    if change.action is not Action.UPDATE or change.is_unknown(attribute):
        return None
    old, hidden = by_id(change.old(attribute)), change.is_sensitive(attribute)
    found = [
        text
        for id_, rule in by_id(change.new(attribute)).items()
        for age in _AGES
        if (text := _age(at(old.get(id_), age), at(rule, age), age, hidden))
    ]
    return ", ".join(found) or None


def _age(old: Json, new: Json, name: str, hidden: bool) -> str | None:
    if not isinstance(new, int) or new <= 0 or (isinstance(old, int) and 0 < old <= new):
        return None
    before = f"{old} days" if isinstance(old, int) and old > 0 else "never"
    return code(name) if hidden else f"{code(name)}: {before} -> {new} days"


LOST = (
    Rule(
        id="data-replaced",
        category=Category.LOST,
        on=HOLDS_DATA,
        test=replaced,
        message="Will be replaced; its data is lost.",
    ),
    Rule(
        id="data-destroyed",
        category=Category.LOST,
        on=HOLDS_DATA,
        test=destroyed,
        message="Will be destroyed; its data is lost.",
        of_gone=True,
    ),
    Rule(
        id="retention-lowered",
        category=Category.LOST,
        on={
            "aws_cloudwatch_log_group": ("retention_in_days",),
            "aws_dynamodb_table": ("point_in_time_recovery.recovery_period_in_days",),
            "aws_kinesis_stream": ("retention_period",),
            "aws_lambda_event_source_mapping": ("maximum_record_age_in_seconds",),
            "aws_lambda_function_event_invoke_config": ("maximum_event_age_in_seconds",),
            "aws_sqs_queue": ("message_retention_seconds",),
        },
        test=lowered,
        message="Retention is shortened: older data is deleted, or no longer retried.",
    ),
    Rule(
        id="recovery-limited",
        category=Category.LOST,
        on={
            "aws_kms_key": ("deletion_window_in_days",),
            "aws_lambda_event_source_mapping": ("maximum_retry_attempts",),
            "aws_lambda_function_event_invoke_config": ("maximum_retry_attempts",),
            "aws_secretsmanager_secret": ("recovery_window_in_days",),
        },
        test=less,
        message="Recovery is limited: fewer retries, or deleted permanently sooner.",
    ),
    Rule(
        id="objects-expire-sooner",
        category=Category.LOST,
        on={"aws_s3_bucket_lifecycle_configuration": ("rule",)},
        test=_shortened,
        message="Objects or their noncurrent versions expire sooner.",
    ),
    Rule(
        id="versioning-weakened",
        category=Category.LOST,
        on={"aws_s3_bucket_versioning": ("versioning_configuration.status",)},
        test=either(leaves("Enabled"), gone_without("aws_s3_bucket", "bucket")),
        message="Objects that are overwritten or deleted from now on can't be restored.",
    ),
    Rule(
        id="recovery-off",
        category=Category.LOST,
        on={"aws_dynamodb_table": ("point_in_time_recovery.enabled",)},
        test=switched_off,
        message="Point-in-time recovery is disabled: the table can't be restored to an earlier time.",
    ),
    Rule(
        id="protection-off",
        category=Category.LOST,
        on={"aws_dynamodb_table": ("deletion_protection_enabled",)},
        test=switched_off,
        message="Deletion protection is disabled: AWS no longer refuses to delete it.",
    ),
    Rule(
        id="force-destroy",
        category=Category.LOST,
        on={"aws_s3_bucket": ("force_destroy",)},
        test=switched_on,
        message="From now on destroying the bucket deletes its objects instead of failing.",
    ),
    Rule(
        id="key-disabled",
        category=Category.LOST,
        on={"aws_kms_key": ("is_enabled",)},
        test=switched_off,
        message="What the key encrypts can't be read while it is disabled.",
    ),
    Rule(
        id="failures-dropped",
        category=Category.LOST,
        on={
            "aws_lambda_event_source_mapping": (
                "bisect_batch_on_function_error",
                "destination_config",
                "function_response_types",
            ),
            "aws_lambda_function": ("dead_letter_config",),
        },
        test=either(switched_off, removed, fewer),
        message="Failed records or notifications are no longer kept, or whole batches fail with them.",
    ),
)
