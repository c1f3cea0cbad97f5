"""What tells people: alarms, topics, budgets, rules of events, dashboards."""

from tools.plan_review.acts import destroyed, ended, gone_without
from tools.plan_review.amounts import raised
from tools.plan_review.guards import later, rule_off, slower
from tools.plan_review.predicates import (
    differs,
    disabled,
    fewer,
    in_kept_block,
    later_in,
    removed,
    set_or_changed,
    taken,
)
from tools.plan_review.rules.exposed import POLICY_REMOVED
from tools.plan_review.rules.silenced import (
    ALARM_LATER,
    ALARM_MISSING_DATA,
    ALARM_OTHER,
    ALARM_REMOVED,
    ALARM_SLOWER,
    ALARM_WITHOUT_ACTIONS,
    SUBSCRIPTION_REMOVED,
    TOPIC_ENDED,
    TRACES_OFF,
)
from tools.plan_review.verdicts.rows import FREE, OWN_KEY, POLICY, RESOURCE, Table

ALARMS: Table = {
    "aws_cloudwatch_metric_alarm": {
        RESOURCE: destroyed(ALARM_REMOVED),
        "alarm_name alarm_description": FREE,
        "actions_enabled": disabled(ALARM_WITHOUT_ACTIONS),
        "alarm_actions insufficient_data_actions ok_actions": fewer(ALARM_WITHOUT_ACTIONS),
        "comparison_operator": differs(ALARM_LATER),
        "threshold": (later(ALARM_LATER), removed(ALARM_LATER)),
        "threshold_metric_id": differs(ALARM_OTHER),
        "datapoints_to_alarm evaluation_periods": slower(ALARM_SLOWER),
        "period": (raised(ALARM_SLOWER), differs(ALARM_OTHER)),
        "dimensions extended_statistic metric_name namespace statistic unit": differs(ALARM_OTHER),
        "metric_query.id metric_query.label": FREE,
        "metric_query.account_id metric_query.expression metric_query.period": differs(ALARM_OTHER),
        "metric_query.metric metric_query.return_data": differs(ALARM_OTHER),
        "evaluate_low_sample_count_percentiles": later_in("evaluate ignore", "evaluate")(ALARM_MISSING_DATA),
        "treat_missing_data": later_in("breaching missing ignore notBreaching", "missing")(ALARM_MISSING_DATA),
    },
    "aws_cloudwatch_composite_alarm": {
        RESOURCE: destroyed(ALARM_REMOVED),
        "alarm_name alarm_description": FREE,
        "actions_enabled": disabled(ALARM_WITHOUT_ACTIONS),
        "actions_suppressor": set_or_changed(ALARM_WITHOUT_ACTIONS),
        "alarm_actions insufficient_data_actions ok_actions": fewer(ALARM_WITHOUT_ACTIONS),
        "alarm_rule": differs(ALARM_OTHER),
    },
    "aws_cloudwatch_event_rule": {
        RESOURCE: destroyed(ALARM_REMOVED),
        "name description": FREE,
        "event_bus_name event_pattern schedule_expression": differs(ALARM_OTHER),
        "is_enabled": disabled(ALARM_WITHOUT_ACTIONS),
        "state": rule_off(ALARM_WITHOUT_ACTIONS),
    },
    "aws_cloudwatch_event_target": {
        RESOURCE: destroyed(SUBSCRIPTION_REMOVED),
        "arn event_bus_name rule": differs(SUBSCRIPTION_REMOVED),
        "input input_path input_transformer target_id": FREE,
    },
    "aws_budgets_budget": {
        RESOURCE: destroyed(ALARM_REMOVED),
        "name": FREE,
        "budget_type cost_filter.name cost_filter.values limit_unit time_unit": differs(ALARM_OTHER),
        "limit_amount": (raised(ALARM_LATER), removed(ALARM_LATER)),
        "notification.comparison_operator notification.notification_type": in_kept_block(differs)(ALARM_OTHER),
        "notification.threshold_type": in_kept_block(differs)(ALARM_OTHER),
        "notification.threshold": (raised(ALARM_LATER), removed(ALARM_LATER)),
        "notification.subscriber_email_addresses": fewer(SUBSCRIPTION_REMOVED),
        "notification.subscriber_sns_topic_arns": fewer(SUBSCRIPTION_REMOVED),
    },
    "aws_sns_topic": {
        RESOURCE: ended(TOPIC_ENDED),
        "name display_name signature_version": FREE,
        "kms_master_key_id": OWN_KEY,
        "policy": POLICY,
    },
    "aws_sns_topic_policy": {
        f"{RESOURCE} arn": gone_without("aws_sns_topic", "arn")(POLICY_REMOVED),
        "policy": POLICY,
    },
    "aws_sns_topic_subscription": {
        RESOURCE: destroyed(SUBSCRIPTION_REMOVED),
        "confirmation_timeout_in_minutes endpoint_auto_confirms": FREE,
        "endpoint protocol raw_message_delivery topic_arn": differs(SUBSCRIPTION_REMOVED),
        "filter_policy": set_or_changed(SUBSCRIPTION_REMOVED),
        "filter_policy_scope": differs(SUBSCRIPTION_REMOVED),
        "redrive_policy": taken(SUBSCRIPTION_REMOVED),
    },
    "aws_cloudwatch_dashboard": {
        RESOURCE: destroyed(TRACES_OFF),
        "dashboard_body dashboard_name": FREE,
    },
    "aws_cloudwatch_query_definition": {
        RESOURCE: FREE,
        "log_group_names name query_string": FREE,
    },
}
