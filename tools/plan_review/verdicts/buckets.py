"""Buckets, and the resources that hold their settings."""

from tools.plan_review.acts import gone_without
from tools.plan_review.amounts import less, shortened
from tools.plan_review.predicates import (
    differs,
    fewer,
    in_kept_block,
    leaves,
    more,
    no_longer_kms,
    removed,
    set_or_changed,
    switched_off,
    switched_on,
)
from tools.plan_review.refusals import kept_full
from tools.plan_review.rules.broken import BUCKET_NOT_EMPTY, OTHER_STORAGE
from tools.plan_review.rules.exposed import ACL_POSSIBLE, BUCKET_PUBLIC, ENCRYPTION_WEAKENED, POLICY_REMOVED
from tools.plan_review.rules.flow import IMPORTED_AGAIN, NOT_INVOKED, RECORDS_FILTERED, REDIRECTED
from tools.plan_review.rules.lost import EXPIRE_SOONER, FORCE_DESTROY, PROTECTION_OFF, VERSIONING_OFF
from tools.plan_review.rules.silenced import ACCESS_LOGS_OFF
from tools.plan_review.verdicts.rows import FREE, HOLDS_DATA, OWN_KEY, POLICY, RESOURCE, Table

_removed = gone_without("aws_s3_bucket", "bucket")

BUCKETS: Table = {
    "aws_s3_bucket": {
        RESOURCE: (*HOLDS_DATA, kept_full(BUCKET_NOT_EMPTY)),
        "bucket": FREE,
        "force_destroy": switched_on(FORCE_DESTROY),
        "object_lock_enabled": switched_off(PROTECTION_OFF),
        "policy": POLICY,
        "request_payer": FREE,
    },
    "aws_s3_bucket_lifecycle_configuration": {
        RESOURCE: FREE,  # without rules nothing expires
        "bucket": differs(EXPIRE_SOONER),
        "rule.id rule.expiration.expired_object_delete_marker": FREE,
        "rule.abort_incomplete_multipart_upload.days_after_initiation": FREE,
        "rule.expiration.date": set_or_changed(EXPIRE_SOONER),
        # So many are kept, however old they are.
        "rule.noncurrent_version_expiration.newer_noncurrent_versions": (
            less(EXPIRE_SOONER),
            in_kept_block(removed)(EXPIRE_SOONER),
        ),
        "rule.expiration.days rule.noncurrent_version_expiration.noncurrent_days": shortened(EXPIRE_SOONER),
        "rule.filter rule.prefix": in_kept_block(differs)(EXPIRE_SOONER),
        "rule.status": leaves("Disabled")(EXPIRE_SOONER),
        "rule.transition.days": in_kept_block(less)(OTHER_STORAGE),
        "rule.transition.storage_class": set_or_changed(OTHER_STORAGE),
        "transition_default_minimum_object_size": FREE,
    },
    "aws_s3_bucket_logging": {
        f"{RESOURCE} bucket": _removed(ACCESS_LOGS_OFF),
        "target_bucket target_prefix": differs(ACCESS_LOGS_OFF),
    },
    "aws_s3_bucket_notification": {
        f"{RESOURCE} bucket": _removed(NOT_INVOKED),
        "lambda_function.id": FREE,
        "eventbridge": switched_off(NOT_INVOKED),
        "lambda_function.events": (fewer(NOT_INVOKED), in_kept_block(more)(IMPORTED_AGAIN)),
        "lambda_function.filter_prefix lambda_function.filter_suffix": in_kept_block(differs)(RECORDS_FILTERED),
        "lambda_function.lambda_function_arn": in_kept_block(differs)(REDIRECTED),
        "queue topic": differs(REDIRECTED),
    },
    "aws_s3_bucket_ownership_controls": {
        f"{RESOURCE} bucket": _removed(ACL_POSSIBLE),
        "rule.object_ownership": leaves("BucketOwnerEnforced")(ACL_POSSIBLE),
    },
    "aws_s3_bucket_policy": {
        f"{RESOURCE} bucket": _removed(POLICY_REMOVED),
        "policy": POLICY,
    },
    "aws_s3_bucket_public_access_block": {
        f"{RESOURCE} bucket": _removed(BUCKET_PUBLIC),
        "block_public_acls block_public_policy ignore_public_acls restrict_public_buckets": switched_off(BUCKET_PUBLIC),
    },
    "aws_s3_bucket_server_side_encryption_configuration": {
        f"{RESOURCE} bucket": _removed(ENCRYPTION_WEAKENED),
        "rule.bucket_key_enabled rule.blocked_encryption_types": FREE,
        "rule.apply_server_side_encryption_by_default.kms_master_key_id": OWN_KEY,
        "rule.apply_server_side_encryption_by_default.sse_algorithm": no_longer_kms(ENCRYPTION_WEAKENED),
    },
    "aws_s3_bucket_versioning": {
        f"{RESOURCE} bucket": _removed(VERSIONING_OFF),
        "versioning_configuration.status versioning_configuration.mfa_delete": leaves("Enabled")(VERSIONING_OFF),
    },
}
