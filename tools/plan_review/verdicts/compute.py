"""Functions, what invokes them, and with which records."""

from tools.plan_review.acts import destroyed, ended, gone_without
from tools.plan_review.amounts import cap_lowered, cap_raised, fewer_times, less, shortened, zero
from tools.plan_review.guards import loop_allowed
from tools.plan_review.predicates import (
    becomes,
    differs,
    disabled,
    fewer,
    later_in,
    leaves,
    removed,
    set_removed_or_differs,
    switched_off,
    taken,
)
from tools.plan_review.resource_policies import invoked_by
from tools.plan_review.rules.broken import ENDPOINT_LOST, LOOP_ENDED, OTHER_RUNTIME, RENAMED
from tools.plan_review.rules.exposed import FUNCTION_URL_OPEN, INVOKED_BY, OTHER_CODE, OTHER_ROLE
from tools.plan_review.rules.flow import (
    FUNCTION_ENDED,
    LESS_ROOM,
    MAPPING_DISABLED,
    MAPPING_ENDED,
    NOT_INVOKED,
    RECORDS_FILTERED,
    REDIRECTED,
    STARTING_POSITION,
    STOPPED,
)
from tools.plan_review.rules.lost import FAILURES_DROPPED, RECOVERY_LIMITED, RETENTION_LOWERED
from tools.plan_review.rules.silenced import GUARD_RAISED, LOGS_QUIETER, LOOP_NOT_ENDED, METRICS_OFF, TRACES_OFF
from tools.plan_review.verdicts.rows import FREE, OWN_KEY, RESOURCE, Table

_function = gone_without("aws_lambda_function", "function_name")
_quieter = later_in("INFO WARN ERROR FATAL", default="INFO")(LOGS_QUIETER)

COMPUTE: Table = {
    "aws_lambda_function": {
        RESOURCE: destroyed(FUNCTION_ENDED),
        "description publish version": FREE,
        "filename source_code_hash": FREE,  # shown under "Code only"; the code itself is reviewed
        "code_signing_config_arn": removed(OTHER_CODE),
        "handler image_config image_uri layers package_type": set_removed_or_differs(OTHER_CODE),
        "s3_bucket s3_key s3_object_version": set_removed_or_differs(OTHER_CODE),
        "architectures runtime": differs(OTHER_RUNTIME),
        "function_name": differs(RENAMED),
        "role": differs(OTHER_ROLE),
        "kms_key_arn source_kms_key_arn": OWN_KEY,
        "dead_letter_config.target_arn": taken(FAILURES_DROPPED),
        "memory_size timeout": less(LESS_ROOM),
        "reserved_concurrent_executions": (zero(STOPPED), cap_raised(GUARD_RAISED), cap_lowered(LESS_ROOM)),
        "logging_config.application_log_level logging_config.system_log_level": _quieter,
        "logging_config.log_format": leaves("JSON")(LOGS_QUIETER),
        "logging_config.log_group": differs(LOGS_QUIETER),
        "tracing_config.mode": leaves("Active")(TRACES_OFF),
        # Variables are judged by `plan-review.toml`.
    },
    "aws_lambda_function_event_invoke_config": {
        f"{RESOURCE} function_name": _function(FAILURES_DROPPED),
        "qualifier": differs(FAILURES_DROPPED),
        "destination_config.on_failure.destination destination_config.on_success.destination": taken(FAILURES_DROPPED),
        "maximum_event_age_in_seconds": shortened(RETENTION_LOWERED),
        "maximum_retry_attempts": fewer_times(RECOVERY_LIMITED),
    },
    "aws_lambda_function_recursion_config": {
        RESOURCE: loop_allowed(LOOP_NOT_ENDED),
        "function_name": FREE,
        "recursive_loop": leaves("Allow")(LOOP_ENDED),
    },
    "aws_lambda_function_url": {
        RESOURCE: ended(ENDPOINT_LOST),
        "function_name qualifier": FREE,
        "authorization_type": becomes("NONE")(FUNCTION_URL_OPEN),
    },
    "aws_lambda_permission": {
        RESOURCE: destroyed(NOT_INVOKED),
        "action event_source_token function_url_auth_type principal_org_id": differs(INVOKED_BY),
        "source_account source_arn": differs(INVOKED_BY),
        "principal": invoked_by(INVOKED_BY),
        "function_name qualifier": differs(NOT_INVOKED),
        "statement_id statement_id_prefix": FREE,
    },
    "aws_lambda_event_source_mapping": {
        RESOURCE: ended(MAPPING_ENDED),
        "batch_size maximum_batching_window_in_seconds": FREE,
        "parallelization_factor": less(LESS_ROOM),
        "bisect_batch_on_function_error": switched_off(FAILURES_DROPPED),
        "destination_config.on_failure.destination_arn": taken(FAILURES_DROPPED),
        "enabled": disabled(MAPPING_DISABLED),
        "event_source_arn function_name": differs(REDIRECTED),
        "filter_criteria": set_removed_or_differs(RECORDS_FILTERED),
        "function_response_types": fewer(FAILURES_DROPPED),
        "kms_key_arn": OWN_KEY,
        "maximum_record_age_in_seconds": shortened(RETENTION_LOWERED),
        "maximum_retry_attempts": fewer_times(RECOVERY_LIMITED),
        "metrics_config.metrics": fewer(METRICS_OFF),
        "starting_position starting_position_timestamp": differs(STARTING_POSITION),
        "state": FREE,
    },
}
