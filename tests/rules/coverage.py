"""Rules on what has to be watched."""

import json
import math

from tests.rules.mutations import put, remove, statement
from tests.rules.reach import concurrency_limit, executions
from tests.rules.reading import Resource, compacting, each, failure_mode, keeping_quarantine, metrics, target
from tests.rules.registry import Case, Check, Checks, rule

_ALARM = "aws_cloudwatch_metric_alarm"
_FUNCTION = "aws_lambda_function"
_DASHBOARD = "aws_cloudwatch_dashboard"


@rule(
    "failure stores, alarms, SQS.1",
    broken_by=[
        *(
            remove(_ALARM, of=f"alarms_{name}")
            for name in (
                "compactor-compaction-behind",
                "compactor-compaction-difference",
                "compactor-errors",
                "dead-letters-waiting",
                "importer-dropped-invocations",
                "importer-undelivered-dead-letters",
                "importer-quarantined-events",
                "processor-quarantined-events",
                "processor-failed-events",
                "processor-failed-batches",
                "processor-dropped-events",
                "processor-undelivered-batches",
                "processor-iterator-age",
                "events-lag",
                "events-throttled-writes",
                "events-throttled-reads",
                "ledger-throttled-claims",
                "receiver-errors",
                "receiver-duration",
                "receiver-throttles",
                "receiver-concurrency",
                "processor-concurrency",
                "api-client-errors",
                "api-server-errors",
                "api-latency",
            )
        ),
        statement("aws_iam_role_policy", "WriteEvents", Resource="arn:aws:s3:::x/quarantine/*", of="receiver"),
        put(_ALARM, "metric_query.1.metric.metric_name", "Throttles", of="alarms_receiver-errors"),
    ],
)
def everything_that_can_fail_is_watched(case: Case) -> Checks:
    """Every function, stream, queue, table, API, mapping and failure store has the alarms that it must have."""
    watched = {
        (mode.id, str(value))
        for alarm in each(case.stack, _ALARM)
        if (mode := failure_mode(alarm.body))
        for metric in metrics(alarm.body)
        if metric.name == mode.metric
        for value in metric.dimensions.values()
    }
    for one, address in _to_be_watched(case):
        yield Check(address, one in watched, f"{one[1]} has no alarm {one[0]}")


@rule("alarms", broken_by=[remove(_DASHBOARD), put(_DASHBOARD, "dashboard_body", '{"widgets": []}')])
def the_dashboard_shows_what_is_watched(case: Case) -> Checks:
    """Every metric that an alarm watches is drawn on the stack's dashboard, for the same resource."""
    drawn = {
        (line[1], str(value))
        for dashboard in each(case.stack, _DASHBOARD)
        for widget in json.loads(dashboard.body["dashboard_body"])["widgets"]
        for line in widget["properties"]["metrics"]
        if len(line) > 3
        for value in line[3::2]
    }
    for alarm in each(case.stack, _ALARM):
        for metric in metrics(alarm.body):
            value = next(iter(metric.dimensions.values()), "")
            yield Check(alarm.address, (metric.name, str(value)) in drawn, f"{metric.name} is on no dashboard")


def _to_be_watched(case: Case) -> list[tuple[tuple[str, str], str]]:
    stack = case.stack
    found: list[tuple[tuple[str, str], str]] = []

    def want(resource: Resource, value: str, *modes: str) -> None:
        found.extend(((mode, value), resource.address) for mode in modes)

    for function in each(stack, _FUNCTION):
        name = function.body["function_name"]
        want(function, name, "errors", "duration", "throttles")
        limit = concurrency_limit(case, function)
        near = math.ceil(limit * case.settings.alarms.concurrency_percent / 100)
        if limit > 1 and near <= executions(case, function):
            want(function, name, "concurrency")
        if "dead_letter_config" in function.body:
            want(function, name, "dropped-invocations", "undelivered-dead-letters")
        if function.id in keeping_quarantine(stack):
            want(function, function.id, "quarantined-events")
        if function.id in compacting(stack):
            want(function, function.id, "compaction-difference", "compaction-behind")
    for mapping in each(stack, "aws_lambda_event_source_mapping"):
        uuid = f"${{{mapping.address}.uuid}}"
        want(mapping, uuid, "failed-events", "failed-batches", "dropped-events")
        reader = target(stack, mapping.body["function_name"], _FUNCTION)
        want(mapping, reader.body["function_name"] if reader else "", "iterator-age", "undelivered-batches")
    for stream in each(stack, "aws_kinesis_stream"):
        want(stream, stream.body["name"], "throttled-writes", "throttled-reads", "lag")
    for queue in each(stack, "aws_sqs_queue"):
        want(queue, queue.body["name"], "waiting")
    for table in each(stack, "aws_dynamodb_table"):
        want(table, table.body["name"], "throttled-claims")
    for api in each(stack, "aws_apigatewayv2_api"):
        want(api, f"${{{api.address}.id}}", "client-errors", "server-errors", "latency")
    return found
