"""How high the metrics of alarms get, from what a stack deploys: a threshold beyond that never goes off."""

import math
import re
from collections.abc import Callable, Mapping

from tests.rules.reading import Metric, Resource, each, refers_to, target
from tests.rules.registry import Case

_FUNCTION = "aws_lambda_function"
_LEAST = re.compile(r"IF\(part >= ([0-9.e+]+), ")


def most(case: Case, metric: Metric, statistic: str, period_seconds: int) -> float | None:
    """The highest value of a metric in a period; None where nobody has said it in `_MOST`.

    A sum has an end only where the configuration gives it one.
    """
    if reach := _MOST.get(metric.name):
        return reach(case, metric, period_seconds)
    return math.inf if statistic == "Sum" else None


def least(expression: str) -> float:
    """The number from which on a share counts."""
    found = _LEAST.match(expression)
    return float(found[1]) if found else math.inf


def executions(case: Case, function: Resource) -> float:
    """How many executions of a function there can be at once: its limit, or the lanes of the stream that it reads."""
    return min(concurrency_limit(case, function), _lanes(case, function))


def concurrency_limit(case: Case, function: Resource) -> int:
    """What is reserved for a function, or what it shares with all others."""
    reserved: int | None = function.body.get("reserved_concurrent_executions")
    return reserved or case.settings.alarms.account_concurrency


def _lanes(case: Case, function: Resource) -> float:
    """Each shard is read by as many executions as the parallelization factor says; on demand, shards come and go."""
    lanes = 0.0
    for mapping in each(case.stack, "aws_lambda_event_source_mapping"):
        if refers_to(mapping.body["function_name"], function):
            stream = target(case.stack, mapping.body["event_source_arn"], "aws_kinesis_stream")
            shards: float = (stream.body.get("shard_count") if stream else None) or math.inf
            lanes += shards * mapping.body["parallelization_factor"]
    return lanes or math.inf


def _function(case: Case, metric: Metric) -> Resource | None:
    name = metric.dimensions.get("FunctionName")
    return next((one for one in each(case.stack, _FUNCTION) if one.body["function_name"] == name), None)


def _concurrent(case: Case, metric: Metric, _period: int) -> float:
    function = _function(case, metric)
    return executions(case, function) if function else 0


def _timeout_ms(case: Case, metric: Metric, _period: int) -> float:
    function = _function(case, metric)
    return float(function.body["timeout"]) * 1000 if function else 0


def _record_age_ms(case: Case, _metric: Metric, _period: int) -> float:
    """Just below the age at which Lambda gives records up."""
    mappings = each(case.stack, "aws_lambda_event_source_mapping")
    return min(float(one.body["maximum_record_age_in_seconds"]) for one in mappings) * 1000 - 1


def _requests(case: Case, _metric: Metric, period: int) -> float:
    """What the API's throttling lets through."""
    (stage,) = each(case.stack, "aws_apigatewayv2_stage")
    throttling = stage.body["default_route_settings"]
    passed: float = throttling["throttling_rate_limit"] * period + throttling["throttling_burst_limit"]
    return passed


def _invocations(case: Case, metric: Metric, period: int) -> float:
    """Of a function that only the API invokes, one for each request."""
    function = _function(case, metric)
    answers = [
        function is not None and refers_to(one.body["integration_uri"], function)
        for one in each(case.stack, "aws_apigatewayv2_integration")
    ]
    return _requests(case, metric, period) if any(answers) else math.inf


def _latency_ms(case: Case, _metric: Metric, _period: int) -> float:
    """A function of the API ends before the API gives it up."""
    timeouts = [
        float(function.body["timeout"])
        for one in each(case.stack, "aws_apigatewayv2_integration")
        for function in each(case.stack, _FUNCTION)
        if refers_to(one.body["integration_uri"], function)
    ]
    return max(timeouts) * 1000


def _queue_age_seconds(case: Case, metric: Metric, _period: int) -> float:
    queues = {one.body["name"]: one.body for one in each(case.stack, "aws_sqs_queue")}
    return float(queues.get(metric.dimensions.get("QueueName", ""), {}).get("message_retention_seconds", 0))


def _endless(_case: Case, _metric: Metric, _period: int) -> float:
    return math.inf


_MOST: Mapping[str, Callable[[Case, Metric, int], float]] = {
    "5xx": _requests,
    "Count": _requests,
    "Latency": _latency_ms,
    "Duration": _timeout_ms,
    "ConcurrentExecutions": _concurrent,
    "Errors": _invocations,
    "Throttles": _invocations,
    "IteratorAge": _record_age_ms,
    "GetRecords.IteratorAgeMilliseconds": _record_age_ms,
    "ApproximateNumberOfMessagesVisible": _endless,
    "CompactionLagHours": _endless,
    "ApproximateAgeOfOldestMessage": _queue_age_seconds,
}
