"""An alarm on every arrow, each with its dimensions, a threshold from the settings, and somebody to tell."""

import pytest

from modules.alarm_catalogue import CATALOGUE
from stacks.settings import FUNCTIONS
from tests.synthesized import Json, Stack

_RECEIVER, _PROCESSOR, _IMPORTER = (
    {"FunctionName": f"zap-{role}-unusual-ap-south-1"} for role in ("receiver", "processor", "importer")
)
_STREAM = {"StreamName": "zap-events-unusual-ap-south-1"}
_QUEUE = {"QueueName": "zap-dead-letters-unusual-ap-south-1"}
_TABLE = {"TableName": "zap-ledger-unusual-ap-south-1"}
_API = {"ApiId": "${aws_apigatewayv2_api.api.id}", "Stage": "$default"}
_ROUTE = {**_API, "Method": "POST", "Resource": "/process"}
_MAPPING = {"EventSourceMappingUUID": "${aws_lambda_event_source_mapping.source.uuid}"}
_LAMBDA, _KINESIS, _GATEWAY = "AWS/Lambda", "AWS/Kinesis", "AWS/ApiGateway"
_LAG_MS = 54321 * 1000 * 15 / 100  # maximum_record_age_seconds and iterator_age_percent of the variant

# Alarm -> namespace, metric, statistic, dimensions, threshold; in the variant every threshold has a value of its own.
_EXPECTED = {
    "api-latency": (_GATEWAY, "Latency", "p99", _ROUTE, 1234),
    "api-silence": (_GATEWAY, "Count", "Sum", _ROUTE, 99),
    "receiver-duration": (_LAMBDA, "Duration", "Maximum", _RECEIVER, 21_000 * 0.7),
    "processor-duration": (_LAMBDA, "Duration", "Maximum", _PROCESSOR, 122_000 * 0.7),
    "importer-duration": (_LAMBDA, "Duration", "Maximum", _IMPORTER, 533_000 * 0.7),
    "receiver-concurrency": (_LAMBDA, "ConcurrentExecutions", "Maximum", _RECEIVER, 19),
    "importer-concurrency": (_LAMBDA, "ConcurrentExecutions", "Maximum", _IMPORTER, 32),
    "processor-quarantined-events": (
        "TapStack",
        "EventsQuarantined",
        "Sum",
        {"Stack": "zap-unusual-ap-south-1", "Function": "processor"},
        8,
    ),
    "importer-quarantined-events": (
        "TapStack",
        "EventsQuarantined",
        "Sum",
        {"Stack": "zap-unusual-ap-south-1", "Function": "importer"},
        8,
    ),
    "events-lag": (_KINESIS, "GetRecords.IteratorAgeMilliseconds", "Maximum", _STREAM, _LAG_MS),
    "processor-iterator-age": (_LAMBDA, "IteratorAge", "Maximum", _PROCESSOR, _LAG_MS),
    "processor-failed-batches": (_LAMBDA, "OnFailureDestinationDeliveredEventCount", "Sum", _MAPPING, 1),
    "processor-dropped-events": (_LAMBDA, "DroppedEventCount", "Sum", _MAPPING, 1),
    "processor-undelivered-batches": (_LAMBDA, "DestinationDeliveryFailures", "Sum", _PROCESSOR, 1),
    "importer-dropped-invocations": (_LAMBDA, "AsyncEventsDropped", "Sum", _IMPORTER, 1),
    "importer-undelivered-dead-letters": (_LAMBDA, "DeadLetterErrors", "Sum", _IMPORTER, 1),
    "dead-letters-waiting": ("AWS/SQS", "ApproximateNumberOfMessagesVisible", "Maximum", _QUEUE, 1),
}
# Alarm -> namespace, metric, the one that it is a share of, dimensions, the least number, and the share.
_SHARES = {
    "api-server-errors": (_GATEWAY, "5xx", "Count", _API, 6, 19),
    "api-client-errors": (_GATEWAY, "4xx", "Count", _ROUTE, 18, 35),
    "receiver-errors": (_LAMBDA, "Errors", "Invocations", _RECEIVER, 2, 12),
    "processor-errors": (_LAMBDA, "Errors", "Invocations", _PROCESSOR, 2, 12),
    "importer-errors": (_LAMBDA, "Errors", "Invocations", _IMPORTER, 2, 12),
    "receiver-throttles": (_LAMBDA, "Throttles", "Invocations", _RECEIVER, 14, 16),
    "processor-throttles": (_LAMBDA, "Throttles", "Invocations", _PROCESSOR, 14, 16),
    "importer-throttles": (_LAMBDA, "Throttles", "Invocations", _IMPORTER, 14, 16),
    "events-throttled-writes": (
        _KINESIS,
        "WriteProvisionedThroughputExceeded",
        "PutRecords.TotalRecords",
        _STREAM,
        14,
        16,
    ),
    "events-throttled-reads": (_KINESIS, "ReadProvisionedThroughputExceeded", "GetRecords.Success", _STREAM, 14, 16),
    "ledger-throttled-claims": (
        "AWS/DynamoDB",
        "WriteThrottleEvents",
        "ConsumedWriteCapacityUnits",
        _TABLE,
        14,
        16,
    ),
    "processor-failed-events": (_LAMBDA, "FailedInvokeEventCount", "InvokedEventCount", _MAPPING, 24, 26),
}


@pytest.fixture(scope="module")
def alarms(every_stack: dict[str, Stack]) -> dict[str, Json]:
    """Every alarm of the variant, by subject and failure mode."""
    found = every_stack["zap-unusual-ap-south-1"].resources("aws_cloudwatch_metric_alarm")
    return {name.removeprefix("alarms_")[:-9]: body for name, body in found.items()}


def test_every_alarm_is_of_a_failure_mode_of_the_catalogue(alarms: dict[str, Json]) -> None:
    anchors = {alarm["alarm_description"].rpartition("#")[2] for alarm in alarms.values()}
    assert anchors == {mode.id for mode in CATALOGUE}


@pytest.mark.parametrize("name", _EXPECTED)
def test_an_alarm_watches_its_metric_against_the_threshold_of_the_settings(alarms: dict[str, Json], name: str) -> None:
    namespace, metric, statistic, dimensions, threshold = _EXPECTED[name]
    alarm = alarms[name]
    assert (alarm["namespace"], alarm["metric_name"], alarm["dimensions"]) == (namespace, metric, dimensions)
    assert alarm.get("statistic", alarm.get("extended_statistic")) == statistic
    assert alarm["threshold"] == pytest.approx(threshold)
    assert "metric_query" not in alarm


@pytest.mark.parametrize("name", _SHARES)
def test_what_fails_is_an_alarm_from_a_number_and_a_share_on(alarms: dict[str, Json], name: str) -> None:
    namespace, part, whole, dimensions, least, percent = _SHARES[name]
    alarm = alarms[name]
    assert not {"namespace", "metric_name", "dimensions", "period", "statistic", "extended_statistic"} & set(alarm)
    assert alarm["threshold"] == percent
    share, *queries = alarm["metric_query"]
    known = "FILL(whole, 0)"
    assert share == {
        "id": "share",
        "expression": f"IF(part >= {least}, 100 * part / IF({known} > part, {known}, part), 0)",
        "label": alarm["alarm_description"].split(". ")[0],
        "return_data": True,
    }
    assert queries == [
        {
            "id": id_,
            "metric": {
                "namespace": namespace,
                "metric_name": metric,
                "dimensions": dimensions,
                "period": 540,
                "stat": "Sum",
            },
        }
        for id_, metric in (("part", part), ("whole", whole))
    ]


def test_a_share_of_nought_leaves_the_number_alone_to_decide(every_stack: dict[str, Stack]) -> None:
    found = every_stack["tap-watchful-us-east-1"].resources("aws_cloudwatch_metric_alarm")
    alarm = next(body for id_, body in found.items() if id_.startswith("alarms_api-server-errors"))
    assert (alarm["metric_name"], alarm["threshold"], alarm["period"]) == ("5xx", 1, 300)
    assert "metric_query" not in alarm


def test_only_silence_is_an_alarm_when_there_is_less_and_it_looks_at_an_hour(alarms: dict[str, Json]) -> None:
    for name in (*_EXPECTED, *_SHARES):
        silence = name == "api-silence"
        expected = "LessThanThreshold" if silence else "GreaterThanOrEqualToThreshold"
        assert alarms[name]["comparison_operator"] == expected, name
        assert name in _SHARES or alarms[name]["period"] == (3600 if silence else 540)


def test_no_data_is_an_alarm_where_it_means_that_nothing_is_sent_or_read(alarms: dict[str, Json]) -> None:
    for name in (*_EXPECTED, *_SHARES):
        missing = "breaching" if name in ("api-silence", "events-lag") else "notBreaching"
        assert alarms[name]["treat_missing_data"] == missing, name


def test_one_period_is_enough_for_an_alarm_but_for_what_may_pass_by_itself(alarms: dict[str, Json]) -> None:
    for name in (*_EXPECTED, *_SHARES):
        patient = name in ("events-throttled-reads", "events-lag", "processor-failed-events")
        periods = (alarms[name]["datapoints_to_alarm"], alarms[name]["evaluation_periods"])
        assert periods == ((2, 3) if patient else (1, 1)), name


def test_only_a_percentile_waits_for_enough_samples(alarms: dict[str, Json]) -> None:
    for name, alarm in alarms.items():
        percentile = "ignore" if "extended_statistic" in alarm else None
        assert alarm.get("evaluate_low_sample_count_percentiles") == percentile, name


def test_there_is_no_alarm_of_silence_unless_a_minimum_is_set(dev: Stack) -> None:
    assert not [name for name in dev.resources("aws_cloudwatch_metric_alarm") if "silence" in name]


def test_every_alarm_tells_when_it_starts_and_when_it_is_over_and_where_to_read_on(
    every_stack: dict[str, Stack],
) -> None:
    told = {
        "page": ["${aws_sns_topic.alerts.arn}", "${aws_sns_topic.pages.arn}"],
        "ticket": ["${aws_sns_topic.alerts.arn}"],
    }
    checked = 0
    for stack in every_stack.values():
        for id_, alarm in stack.resources("aws_cloudwatch_metric_alarm").items():
            mode = max((mode for mode in CATALOGUE if id_[:-9].endswith(f"-{mode.id}")), key=lambda mode: len(mode.id))
            assert alarm["alarm_actions"] == alarm["ok_actions"] == told[mode.severity]
            assert alarm["alarm_description"].endswith(f"/blob/main/docs/runbook.md#{mode.id}")
            assert alarm["alarm_description"].count("://") == 1
            assert len(alarm["alarm_description"]) <= 1024  # CloudWatch API reference, PutMetricAlarm
            checked += 1
    assert checked > 500


def test_an_alarm_is_named_like_everything_else(alarms: dict[str, Json]) -> None:
    assert {alarm["alarm_name"] for alarm in alarms.values()} == {f"zap-{name}-unusual-ap-south-1" for name in alarms}


@pytest.mark.parametrize("name", ["events-lag", "processor-iterator-age"])
def test_a_lag_is_an_alarm_long_before_records_are_given_up(every_stack: dict[str, Stack], name: str) -> None:
    alarm = every_stack["tap-plain-us-east-1"].resource("aws_cloudwatch_metric_alarm", f"alarms_{name}")
    assert alarm["threshold"] == 30 * 60_000  # iterator_age_minutes: less than 25 % of 6 days


@pytest.mark.parametrize(("variant", "share"), [("plain", 800), ("watchful", 1600)])
def test_concurrency_is_measured_against_the_account_where_none_is_reserved(
    every_stack: dict[str, Stack], variant: str, share: int
) -> None:
    stack = every_stack[f"tap-{variant}-us-east-1"]
    names = [f"alarms_{role}-concurrency" for role in FUNCTIONS if role != "processor"]
    assert {stack.resource("aws_cloudwatch_metric_alarm", name)["threshold"] for name in names} == {share}


def _has_concurrency_of_the_processor(stack: Stack) -> bool:
    return any(id_.startswith("alarms_processor-concurrency") for id_ in stack.resources("aws_cloudwatch_metric_alarm"))


def test_a_processor_that_can_t_come_near_its_limit_has_no_alarm_of_it(every_stack: dict[str, Stack]) -> None:
    """It has as many executions as the stream has shards, times the parallelization factor."""
    assert not _has_concurrency_of_the_processor(every_stack["tap-plain-us-east-1"])  # 1 of 1000
    assert not _has_concurrency_of_the_processor(every_stack["zap-unusual-ap-south-1"])  # 12 of 42
    assert _has_concurrency_of_the_processor(every_stack["tap-single-us-east-1"])  # 2 of 2


def test_on_demand_nobody_knows_how_many_executions_read_the_stream(every_stack: dict[str, Stack]) -> None:
    assert _has_concurrency_of_the_processor(every_stack["tap-elastic-us-east-1"])


def test_a_function_that_runs_once_at_a_time_has_no_alarm_of_concurrency(every_stack: dict[str, Stack]) -> None:
    found = every_stack["tap-single-us-east-1"].resources("aws_cloudwatch_metric_alarm")
    watched = {id_[:-9] for id_ in found if "concurrency" in id_}
    assert watched == {f"alarms_{role}-concurrency" for role in FUNCTIONS if role != "receiver"}


def test_of_two_executions_the_second_is_nearly_all(every_stack: dict[str, Stack]) -> None:
    """80 % of two, rounded down, would be an alarm at every invocation."""
    stack = every_stack["tap-single-us-east-1"]
    assert stack.resource("aws_cloudwatch_metric_alarm", "alarms_processor-concurrency")["threshold"] == 2
