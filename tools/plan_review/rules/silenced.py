"""What silences alarms or logs, and what lowers a guard."""

from tools.plan_review.rule import Category, Rule

_SILENCED, _UNGUARDED = Category.SILENCED, Category.UNGUARDED

ALARM_REMOVED = Rule("alarm-removed", _SILENCED, "The alarm is removed.")
ALARM_OTHER = Rule("alarm-other", _SILENCED, "The alarm watches something else, or in another way.")
ALARM_LATER = Rule("alarm-later", _SILENCED, "The alarm's threshold is reached later, or its comparison changes.")
ALARM_SLOWER = Rule("alarm-slower", _SILENCED, "The alarm needs more time, or more breaches, to go into ALARM state.")
ALARM_MISSING_DATA = Rule(
    "alarm-missing-data", _SILENCED, "The alarm says less when data is missing, or when there is little."
)
ALARM_WITHOUT_ACTIONS = Rule(
    "alarm-without-actions", _SILENCED, "The alarm's actions are disabled, or some are removed."
)
SUBSCRIPTION_REMOVED = Rule(
    "subscription-removed", _SILENCED, "A subscriber no longer receives the alarms, or not all of them.", lasting=True
)
TOPIC_ENDED = Rule(
    "topic-ended",
    _SILENCED,
    "The topic's subscriptions are deleted with it: those of a new topic must be confirmed again.",
    lasting=True,
)
METRICS_OFF = Rule("metrics-off", _SILENCED, "Metrics are no longer published: their alarms see nothing.")
ACCESS_LOGS_OFF = Rule("access-logs-off", _SILENCED, "Access logs are disabled, go elsewhere, or say less.")
LOGS_QUIETER = Rule(
    "logs-quieter",
    _SILENCED,
    "The function logs less, or elsewhere; above INFO its metrics in the log are dropped, too.",
)
TRACES_OFF = Rule("traces-off", _SILENCED, "Tracing is disabled, or a dashboard is removed.", needs_label=False)

GUARD_RAISED = Rule(
    "guard-raised",
    _UNGUARDED,
    "More is let through at once, and may cost more. AWS refuses more reserved concurrency than leaves 100 for the "
    "account's other functions.",
)
LOOP_NOT_ENDED = Rule("loop-not-ended", _UNGUARDED, "Lambda no longer ends a loop of invocations.")
