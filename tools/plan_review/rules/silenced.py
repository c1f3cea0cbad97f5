"""What keeps people from being told."""

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
    """The threshold moves to where the alarm rings later, whichever side it is on."""
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
        message="The alarm is gone.",
    ),
    Rule(
        id="alarm-later",
        category=Category.SILENCED,
        on={_ALARM: ("threshold",)},
        test=_later,
        message="The alarm rings later, or for something else.",
    ),
    Rule(
        id="alarm-slower",
        category=Category.SILENCED,
        on={_ALARM: ("datapoints_to_alarm", "evaluation_periods", "period")},
        test=raised,
        message="The alarm takes longer to ring.",
    ),
    Rule(
        id="alarm-missing-data",
        category=Category.SILENCED,
        on={_ALARM: ("treat_missing_data",)},
        test=leaves("breaching"),
        message="The alarm no longer rings when there is nothing to measure.",
    ),
    Rule(
        id="alarm-without-actions",
        category=Category.SILENCED,
        on={_ALARM: ("actions_enabled", "alarm_actions")},
        test=either(switched_off, fewer),
        message="The alarm rings, and tells nobody, or fewer.",
    ),
    Rule(
        id="subscription-removed",
        category=Category.SILENCED,
        on={"aws_sns_topic_subscription": ()},
        test=destroyed,
        message="Somebody no longer gets the alarms.",
    ),
    Rule(
        id="topic-ended",
        category=Category.SILENCED,
        on={"aws_sns_topic": ()},
        test=ended,
        message="The topic's subscriptions end with it: those of a new one must be confirmed again.",
    ),
    Rule(
        id="access-logs-off",
        category=Category.SILENCED,
        on={"aws_apigatewayv2_stage": ("access_log_settings",), "aws_s3_bucket_logging": ("",)},
        test=either(removed, whole(gone_without("aws_s3_bucket", "bucket"))),
        message="Access is no longer logged.",
    ),
    Rule(
        id="sight-lost",
        category=Category.SILENCED,
        on={"aws_lambda_function": ("tracing_config.mode",), "aws_cloudwatch_dashboard": ("",)},
        test=either(leaves("Active"), whole(destroyed)),
        message="Less to look at when something is wrong.",
        needs_label=False,
    ),
)
