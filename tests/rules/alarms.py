"""Rules on alarms: each can ring, for something of the stack, and is heard (CloudWatch.15 and .17)."""

from tests.rules.mutations import Mutation, drop, put
from tests.rules.reach import least, most
from tests.rules.reading import (
    compacting,
    each,
    everything,
    failure_mode,
    keeping_quarantine,
    metrics,
    refers_to,
    target,
)
from tests.rules.registry import Case, Check, Checks, rule
from tests.synthesized import Json, Stack

_ALARM = "aws_cloudwatch_metric_alarm"
_NAMED_BY = {
    "FunctionName": ("aws_lambda_function", "function_name"),
    "StreamName": ("aws_kinesis_stream", "name"),
    "QueueName": ("aws_sqs_queue", "name"),
    "TableName": ("aws_dynamodb_table", "name"),
    "Stage": ("aws_apigatewayv2_stage", "name"),
}
_REFERRED_BY = {
    "ApiId": ("aws_apigatewayv2_api", "id"),
    "EventSourceMappingUUID": ("aws_lambda_event_source_mapping", "uuid"),
}


def _beyond_the_lanes(stack: Json) -> None:
    """Within what the account allows, but a fixed number of shards never has so many readers."""
    if stack["resource"].get("aws_kinesis_stream", {}).get("events", {}).get("shard_count"):
        for id_, body in stack["resource"][_ALARM].items():
            if id_.startswith("alarms_processor-concurrency"):
                body["threshold"] = 1000


@rule(
    "CloudWatch.15, CloudWatch.17, justtrackio/gosoline#402",
    broken_by=[
        drop(_ALARM, "alarm_actions"),
        put(_ALARM, "alarm_actions", []),
        drop(_ALARM, "ok_actions"),
        put(_ALARM, "alarm_actions", ["arn:aws:sns:us-east-1:111111111111:other"]),
        put(_ALARM, "actions_enabled", False),
        drop(_ALARM, "treat_missing_data"),
        put(_ALARM, "treat_missing_data", "missing"),
        put(_ALARM, "alarm_description", "Something happened."),
    ],
)
def alarms_tell_somebody(case: Case) -> Checks:
    """Every alarm tells the stack's topic of start and end, treats missing data explicitly, and names its runbook."""
    for alarm in each(case.stack, _ALARM):
        for argument in ("alarm_actions", "ok_actions"):
            told = [target(case.stack, one, "aws_sns_topic") for one in alarm.body.get(argument, [])]
            holds = bool(told) and all(told) and alarm.body.get("actions_enabled", True) is True
            yield Check(alarm.address, holds, f"{argument} tell no topic of the stack")
        missing = alarm.body.get("treat_missing_data")
        yield Check(alarm.address, missing in ("breaching", "notBreaching"), f"treats missing data as {missing}")
        yield Check(alarm.address, failure_mode(alarm.body) is not None, "description names no section of the runbook")


@rule(
    "justtrackio/gosoline#402",
    broken_by=[
        put(_ALARM, "dimensions", {}, of="alarms_events-lag"),
        put(_ALARM, "dimensions.StreamName", "tap-other", of="alarms_events-lag"),
        put(_ALARM, "dimensions.FunctionName", "receiver", of="alarms_receiver-duration"),
        put(_ALARM, "dimensions.ApiId", "tap-api", of="alarms_api"),
        put(_ALARM, "dimensions.Resource", "more", of="alarms_receiver-duration"),
        put(_ALARM, "dimensions.Resource", "/elsewhere", of="alarms_api-latency"),
        put(_ALARM, "dimensions.Method", "PUT", of="alarms_api-latency"),
        put(_ALARM, "dimensions.Function", "receiver", of="alarms_importer-quarantined"),
        put(_ALARM, "dimensions.Stack", "tap-other", of="alarms_importer-quarantined"),
        put(_ALARM, "dimensions.Function", "receiver", of="alarms_compactor-compaction-behind"),
        put(_ALARM, "namespace", "AWS/Lambdas", of="alarms_receiver-duration"),
        put(_ALARM, "metric_name", "Error", of="alarms_receiver-duration"),
        put(_ALARM, "metric_query.1.metric.dimensions", {"ApiId": "x"}),
        put(_ALARM, "metric_query.2.metric.metric_name", "Count", of="alarms_receiver-errors"),
    ],
)
def alarms_watch_something_of_the_stack(case: Case) -> Checks:
    """Every alarm's metric is in the catalogue with just these dimensions, and each names a resource of the stack."""
    for alarm in each(case.stack, _ALARM):
        mode = failure_mode(alarm.body)
        for metric in metrics(alarm.body):
            known = mode is not None and metric[:2] in (
                (mode.namespace, mode.metric),
                (mode.namespace, mode.share.of if mode.share else None),
            )
            yield Check(alarm.address, known, f"{metric[:2]} is not in the catalogue")
            expected = {*mode.dimensions, *mode.fixed_dimensions} if mode else set()
            holds = set(metric.dimensions) == expected
            yield Check(alarm.address, holds, f"{metric.name} has the dimensions {sorted(metric.dimensions)}")
            for name, value in metric.dimensions.items():
                fixed = mode.fixed_dimensions.get(name) if mode else None
                found = value == fixed or _is_in_stack(case.stack, name, value)
                yield Check(alarm.address, found, f"dimension {name} = {value} is nothing of this stack")


@rule(
    "justtrackio/gosoline#402",
    broken_by=[
        put(_ALARM, "threshold", 10_001, of="alarms_receiver-duration"),
        put(_ALARM, "threshold", 518_400_000, of="alarms_processor-iterator-age"),
        put(_ALARM, "threshold", 604_800_000, of="alarms_events-lag"),
        put(_ALARM, "threshold", 101, of="alarms_api-client-errors"),
        put(_ALARM, "threshold", 1001, of="alarms_importer-concurrency"),
        Mutation("more executions than the stream has lanes", _beyond_the_lanes),
        put(_ALARM, "threshold", 10_001, of="alarms_api-latency"),
        put(_ALARM, "threshold", 361_000, of="alarms_api-silence"),
        put(_ALARM, "metric_query.0.expression", "IF(part >= 1000000, 1, 0)", of="alarms_api-server-errors"),
        put(_ALARM, "metric_query.0.expression", "IF(part >= 1000000, 1, 0)", of="alarms_receiver-errors"),
        put(_ALARM, "metric_query.0.expression", "100 * part / whole", of="alarms_receiver-throttles"),
        put(_ALARM, "metric_name", "ClaimedAccountConcurrency", of="alarms_importer-concurrency"),
        put(_ALARM, "threshold", 0),
        put(_ALARM, "period", 30, of="alarms_events-lag"),
        put(_ALARM, "datapoints_to_alarm", 4, of="alarms_events-throttled-reads"),
        drop(_ALARM, "datapoints_to_alarm"),
        put(_ALARM, "comparison_operator", "LessThanThreshold", of="alarms_events-lag"),
        drop(_ALARM, "statistic", of="alarms_events-lag"),
    ],
)
def thresholds_can_be_reached(case: Case) -> Checks:
    """Every threshold is above 0 and within what its metric can reach: timeout, record age, executions, per cent."""
    for alarm in each(case.stack, _ALARM):
        threshold, (counted, *_) = alarm.body.get("threshold", 0), metrics(alarm.body)
        measured = next((one["metric"] for one in alarm.body.get("metric_query", []) if "metric" in one), alarm.body)
        statistic = str(measured.get("stat") or measured.get("statistic") or measured.get("extended_statistic"))
        limit = most(case, counted, statistic, measured.get("period", 0))
        known = limit is not None
        yield Check(alarm.address, known, f"tests/rules/reach.py doesn't know how high {counted.name} gets")
        if alarm.body.get("metric_query"):
            number = least(alarm.body["metric_query"][0]["expression"])
            holds = 0 < threshold <= 100 and 0 < number <= (limit or 0)
            yield Check(alarm.address, holds, f"{threshold} % from {number} on can't be reached")
        else:
            holds = 0 < threshold <= (limit or 0)
            yield Check(alarm.address, holds, f"threshold {threshold} is not within 0 to {limit}")
        breaching, periods = alarm.body.get("datapoints_to_alarm", 0), alarm.body.get("evaluation_periods", 0)
        yield Check(alarm.address, 1 <= breaching <= periods, f"needs {breaching} of {periods} periods")
        mode, below = failure_mode(alarm.body), alarm.body["comparison_operator"] == "LessThanThreshold"
        holds = mode is not None and below == mode.below
        yield Check(alarm.address, holds, f"compares by {alarm.body['comparison_operator']}")
        queries = [one["metric"] for one in alarm.body.get("metric_query", []) if "metric" in one] or [alarm.body]
        for one in queries:
            measured = {"stat", "statistic", "extended_statistic"} & set(one)
            holds = len(measured) == 1 and one.get("period", 0) >= 60 and one["period"] % 60 == 0
            yield Check(alarm.address, holds, "needs one statistic and whole minutes")


def _is_in_stack(stack: Stack, dimension: str, value: str) -> bool:
    if dimension in _NAMED_BY:
        type_, argument = _NAMED_BY[dimension]
        return any(one.body.get(argument) == value for one in each(stack, type_))
    if dimension in _REFERRED_BY:
        type_, attribute = _REFERRED_BY[dimension]
        return any(refers_to(value, one, attribute) for one in each(stack, type_))
    if dimension in ("Method", "Resource"):
        routes = [str(one.body.get("route_key")).partition(" ") for one in each(stack, "aws_apigatewayv2_route")]
        return any(value == route[0 if dimension == "Method" else 2] for route in routes)
    # The functions' own metrics: EMF with the stack's and the function's name.
    if dimension in ("Stack", "Function"):
        return value == stack.name if dimension == "Stack" else value in keeping_quarantine(stack) | compacting(stack)
    return any(value in one.body.values() or refers_to(value, one) for one in everything(stack))
