"""Changes that silence alarms or logs."""

from tools.plan_review.model import Action, Change, Plan
from tools.plan_review.predicates import (
    destroyed,
    either,
    ended,
    fewer,
    gone_without,
    leaves,
    less,
    raised,
    removed,
    said,
    switched_off,
    whole,
)
from tools.plan_review.rule import Category, Rule

_ALARM = "aws_cloudwatch_metric_alarm"


def _later(change: Change, attribute: str, plan: Plan) -> str | None:
    """The threshold moves to where it is reached later, on whichever side; or the comparison changes."""
    if change.action not in (Action.UPDATE, Action.REPLACE):
        return None
    if change.old("comparison_operator") != change.new("comparison_operator"):
        return said(change, "comparison_operator")
    below = str(change.new("comparison_operator")).startswith("Less")
    return (less if below else raised)(change, attribute, plan)


SILENCED = (
    Rule(
        id="alarm-removed",
        category=Category.SILENCED,
        on={_ALARM: (), "aws_cloudwatch_composite_alarm": ()},
        test=destroyed,
        message="The alarm is removed.",
    ),
    Rule(
        id="alarm-later",
        category=Category.SILENCED,
        on={_ALARM: ("threshold",)},
        test=_later,
        message="The alarm's threshold is reached later, or its comparison changes.",
    ),
    Rule(
        id="alarm-slower",
        category=Category.SILENCED,
        on={_ALARM: ("datapoints_to_alarm", "evaluation_periods", "period")},
        test=raised,
        message="The alarm needs more time to go into ALARM state.",
    ),
    Rule(
        id="alarm-missing-data",
        category=Category.SILENCED,
        on={_ALARM: ("treat_missing_data",)},
        test=leaves("breaching"),
        message="The alarm no longer goes into ALARM state when data is missing.",
    ),
    Rule(
        id="alarm-without-actions",
        category=Category.SILENCED,
        on={_ALARM: ("actions_enabled", "alarm_actions")},
        test=either(switched_off, fewer),
        message="The alarm's actions are disabled, or some are removed.",
    ),
    Rule(
        id="subscription-removed",
        category=Category.SILENCED,
        on={"aws_sns_topic_subscription": ()},
        test=destroyed,
        message="A subscriber no longer receives the alarms.",
    ),
    Rule(
        id="topic-ended",
        category=Category.SILENCED,
        on={"aws_sns_topic": ()},
        test=ended,
        message="The topic's subscriptions are deleted with it: those of a new topic must be confirmed again.",
    ),
    Rule(
        id="access-logs-off",
        category=Category.SILENCED,
        on={"aws_apigatewayv2_stage": ("access_log_settings",), "aws_s3_bucket_logging": ("",)},
        test=either(removed, whole(gone_without("aws_s3_bucket", "bucket"))),
        message="Access logs are disabled.",
    ),
    Rule(
        id="traces-off",
        category=Category.SILENCED,
        on={"aws_lambda_function": ("tracing_config.mode",), "aws_cloudwatch_dashboard": ("",)},
        test=either(leaves("Active"), whole(destroyed)),
        message="Tracing is disabled, or a dashboard is removed.",
        needs_label=False,
    ),
)
