"""What holds data: keys, streams, tables, queues, secrets, logs."""

from tools.plan_review.acts import destroyed, gone_without
from tools.plan_review.amounts import above, cap_lowered, less, lowered, raised, resized, shortened
from tools.plan_review.guards import queue_without_key
from tools.plan_review.predicates import (
    differs,
    disabled,
    fewer,
    in_kept_block,
    in_place,
    leaves,
    set_or_changed,
    switched_off,
    switched_on,
    taken,
)
from tools.plan_review.refusals import protected
from tools.plan_review.rules.broken import CHANGED_TOO_OFTEN, DELETION_REFUSED, RENAMED, SHARDS_REFUSED, VALUE_LOST
from tools.plan_review.rules.exposed import ENCRYPTION_WEAKENED, POLICY_REMOVED
from tools.plan_review.rules.flow import CAPACITY_LOWERED, RECEIVED_AGAIN
from tools.plan_review.rules.lost import (
    COPY_REMOVED,
    FAILURES_DROPPED,
    FORCE_DESTROY,
    KEY_CHANGED,
    KEY_DISABLED,
    PROTECTION_OFF,
    RECOVERY_LIMITED,
    RECOVERY_OFF,
    RETENTION_LOWERED,
    ROWS_EXPIRE,
)
from tools.plan_review.rules.silenced import GUARD_RAISED, LOGS_QUIETER, METRICS_OFF
from tools.plan_review.verdicts.rows import FREE, HOLDS_DATA, OWN_KEY, POLICY, RESOURCE, Table

STORES: Table = {
    "aws_kms_key": {
        RESOURCE: HOLDS_DATA,
        "description": FREE,
        "customer_master_key_spec key_usage multi_region": FREE,  # a change replaces the key
        "deletion_window_in_days": lowered(none=30)(RECOVERY_LIMITED),
        "enable_key_rotation": switched_off(ENCRYPTION_WEAKENED),
        "rotation_period_in_days": in_place(above(none=365))(ENCRYPTION_WEAKENED),
        "is_enabled": disabled(KEY_DISABLED),
        "policy": POLICY,
        "key_id": FREE,
    },
    "aws_kms_alias": {
        RESOURCE: destroyed(RENAMED),
        "name": differs(RENAMED),
        "target_key_id": differs(KEY_CHANGED),
    },
    "aws_kms_key_policy": {
        f"{RESOURCE} key_id": gone_without("aws_kms_key", "key_id")(POLICY_REMOVED),
        "policy": POLICY,
    },
    "aws_kinesis_stream": {
        RESOURCE: HOLDS_DATA,
        "name enforce_consumer_deletion": FREE,
        "encryption_type": leaves("KMS")(ENCRYPTION_WEAKENED),
        "kms_key_id": OWN_KEY,
        "retention_period": lowered(none=24)(RETENTION_LOWERED),
        "shard_count": (resized(SHARDS_REFUSED), less(CAPACITY_LOWERED)),
        "shard_level_metrics": fewer(METRICS_OFF),
        "stream_mode_details.stream_mode": (leaves("ON_DEMAND")(CAPACITY_LOWERED), differs(CHANGED_TOO_OFTEN)),
    },
    "aws_kinesis_resource_policy": {
        f"{RESOURCE} resource_arn": gone_without("aws_kinesis_stream", "resource_arn")(POLICY_REMOVED),
        "policy": POLICY,
    },
    "aws_dynamodb_table": {
        RESOURCE: (*HOLDS_DATA, protected("deletion_protection_enabled")(DELETION_REFUSED)),
        "name hash_key range_key attribute attribute.name attribute.type table_class": FREE,
        "billing_mode": (leaves("PAY_PER_REQUEST")(CAPACITY_LOWERED), differs(CHANGED_TOO_OFTEN)),
        "read_capacity write_capacity": cap_lowered(CAPACITY_LOWERED),
        "deletion_protection_enabled": switched_off(PROTECTION_OFF),
        "point_in_time_recovery.enabled": switched_off(RECOVERY_OFF),
        "point_in_time_recovery.recovery_period_in_days": in_kept_block(lowered(none=35))(RETENTION_LOWERED),
        "server_side_encryption.enabled": switched_off(ENCRYPTION_WEAKENED),
        "server_side_encryption.kms_key_arn": OWN_KEY,
        "ttl.attribute_name ttl.enabled": differs(ROWS_EXPIRE),
    },
    "aws_appautoscaling_target": {
        RESOURCE: destroyed(CAPACITY_LOWERED),
        "max_capacity min_capacity": (less(CAPACITY_LOWERED), raised(GUARD_RAISED)),
        "resource_id scalable_dimension service_namespace": differs(CAPACITY_LOWERED),
        "role_arn suspended_state": set_or_changed(CAPACITY_LOWERED),
    },
    "aws_appautoscaling_policy": {
        RESOURCE: destroyed(CAPACITY_LOWERED),
        "name": FREE,
        "policy_type resource_id scalable_dimension service_namespace": differs(CAPACITY_LOWERED),
        "target_tracking_scaling_policy_configuration.predefined_metric_specification": differs(CAPACITY_LOWERED),
        # Above this share of what is provisioned it scales.
        "target_tracking_scaling_policy_configuration.target_value": raised(CAPACITY_LOWERED),
        "alarm_arns": FREE,
    },
    "aws_dynamodb_resource_policy": {
        f"{RESOURCE} resource_arn": gone_without("aws_dynamodb_table", "resource_arn")(POLICY_REMOVED),
        "policy": POLICY,
    },
    "aws_sqs_queue": {
        RESOURCE: HOLDS_DATA,
        "name receive_wait_time_seconds kms_data_key_reuse_period_seconds": FREE,
        "visibility_timeout_seconds": lowered(none=30)(RECEIVED_AGAIN),
        "kms_master_key_id": OWN_KEY,
        "max_message_size": less(FAILURES_DROPPED),
        "sqs_managed_sse_enabled": queue_without_key(ENCRYPTION_WEAKENED),
        "message_retention_seconds": lowered(none=345_600)(RETENTION_LOWERED),
        "policy": POLICY,
        "url": FREE,
    },
    "aws_sqs_queue_policy": {
        f"{RESOURCE} queue_url": gone_without("aws_sqs_queue", "queue_url")(POLICY_REMOVED),
        "policy": POLICY,
    },
    "aws_secretsmanager_secret": {
        RESOURCE: HOLDS_DATA,
        "name description": FREE,
        "force_overwrite_replica_secret": switched_on(FORCE_DESTROY),
        "kms_key_id": OWN_KEY,
        "policy": POLICY,
        "recovery_window_in_days": lowered(none=30)(RECOVERY_LIMITED),
        "replica.kms_key_id": OWN_KEY,
        "replica.region": taken(COPY_REMOVED),
        "replica.last_accessed_date replica.status replica.status_message": FREE,
    },
    "aws_secretsmanager_secret_policy": {
        f"{RESOURCE} secret_arn": gone_without("aws_secretsmanager_secret", "secret_arn")(POLICY_REMOVED),
        "policy": POLICY,
    },
    "aws_secretsmanager_secret_version": {
        f"{RESOURCE} secret_id": gone_without("aws_secretsmanager_secret", "secret_id")(VALUE_LOST),
        # A new version is a rotation: what reads the secret takes the previous one, too.
        "secret_string_wo secret_string_wo_version version_stages": FREE,
    },
    "aws_cloudwatch_log_group": {
        RESOURCE: (*HOLDS_DATA, protected("deletion_protection_enabled")(DELETION_REFUSED)),
        "name skip_destroy": FREE,
        "deletion_protection_enabled": switched_off(PROTECTION_OFF),
        "kms_key_id": OWN_KEY,
        # The class for infrequent access has no metric filters and no metrics in the log.
        "log_group_class": leaves("STANDARD")(LOGS_QUIETER),
        "retention_in_days": shortened(RETENTION_LOWERED),
    },
}
