"""What asks the archive, and what compacts it on a schedule."""

from tools.plan_review.acts import destroyed
from tools.plan_review.amounts import cap_lowered, cap_raised, fewer_times, shortened
from tools.plan_review.predicates import (
    becomes,
    differs,
    fewer,
    leaves,
    set_or_changed,
    switched_off,
    switched_on,
    taken,
)
from tools.plan_review.rules.broken import QUERIES_REFUSED, RENAMED, TABLE_CHANGED
from tools.plan_review.rules.exposed import ENCRYPTION_WEAKENED, OTHER_ROLE, RESULTS_ELSEWHERE
from tools.plan_review.rules.flow import LESS_ROOM, SCHEDULE_CHANGED
from tools.plan_review.rules.lost import FAILURES_DROPPED, RECOVERY_LIMITED, RETENTION_LOWERED
from tools.plan_review.rules.silenced import GUARD_RAISED, METRICS_OFF
from tools.plan_review.verdicts.rows import FREE, HOLDS_DATA, OWN_KEY, RESOURCE, Table

_RESULTS = "configuration.result_configuration"

QUERIES: Table = {
    # With a database or table go its partitions: only they say which files of an hour are published.
    "aws_glue_catalog_database": {
        RESOURCE: HOLDS_DATA,
        "name catalog_id description parameters": FREE,  # another name replaces it
        "location_uri": differs(TABLE_CHANGED),
    },
    "aws_glue_catalog_table": {
        RESOURCE: HOLDS_DATA,
        "name catalog_id database_name description retention": FREE,
        "parameters partition_keys table_type": differs(TABLE_CHANGED),
        "storage_descriptor.columns": fewer(TABLE_CHANGED),
        "storage_descriptor.location storage_descriptor.ser_de_info": differs(TABLE_CHANGED),
        "storage_descriptor.input_format storage_descriptor.output_format": differs(TABLE_CHANGED),
        "view_original_text view_expanded_text": differs(TABLE_CHANGED),
    },
    "aws_athena_workgroup": {
        RESOURCE: destroyed(QUERIES_REFUSED),
        "name": differs(RENAMED),
        "description force_destroy": FREE,  # it keeps the history of queries only
        "state": becomes("DISABLED")(QUERIES_REFUSED),
        "configuration.bytes_scanned_cutoff_per_query": (cap_raised(GUARD_RAISED), cap_lowered(LESS_ROOM)),
        # Where it is enforced, Athena refuses statements that name a location, as those of the compactor do.
        "configuration.enforce_workgroup_configuration": (
            switched_off(RESULTS_ELSEWHERE),
            switched_on(QUERIES_REFUSED),
        ),
        "configuration.engine_version": FREE,
        "configuration.publish_cloudwatch_metrics_enabled": switched_off(METRICS_OFF),
        "configuration.requester_pays_enabled": FREE,
        f"{_RESULTS}.output_location": differs(RESULTS_ELSEWHERE),
        f"{_RESULTS}.expected_bucket_owner": taken(RESULTS_ELSEWHERE),
        f"{_RESULTS}.encryption_configuration.encryption_option": leaves("SSE_KMS")(ENCRYPTION_WEAKENED),
        f"{_RESULTS}.encryption_configuration.kms_key_arn": OWN_KEY,
    },
    "aws_athena_named_query": {
        f"{RESOURCE} name description database workgroup query": FREE,  # an example, which people copy
    },
    "aws_scheduler_schedule": {
        RESOURCE: destroyed(SCHEDULE_CHANGED),
        "name group_name name_prefix description flexible_time_window": FREE,
        "schedule_expression schedule_expression_timezone": differs(SCHEDULE_CHANGED),
        "start_date end_date": set_or_changed(SCHEDULE_CHANGED),
        "state": becomes("DISABLED")(SCHEDULE_CHANGED),
        "kms_key_arn": OWN_KEY,
        "target.arn target.input": differs(SCHEDULE_CHANGED),
        "target.role_arn": differs(OTHER_ROLE),
        "target.dead_letter_config.arn": taken(FAILURES_DROPPED),
        "target.retry_policy.maximum_event_age_in_seconds": shortened(RETENTION_LOWERED),
        "target.retry_policy.maximum_retry_attempts": fewer_times(RECOVERY_LIMITED),
    },
}
