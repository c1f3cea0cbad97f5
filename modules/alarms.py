"""Alarms on every arrow of the pipeline: `alarms.watch_...(construct)`."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from cdktf_cdktf_provider_aws.cloudwatch_metric_alarm import (
    CloudwatchMetricAlarm,
    CloudwatchMetricAlarmMetricQuery,
    CloudwatchMetricAlarmMetricQueryMetric,
)
from constructs import Construct

from modules import alarm_catalogue as catalogue
from modules.alarm_catalogue import FailureMode
from modules.alarms_settings import AlarmSettings
from modules.alert_topic import AlertTopic
from modules.dead_letter_queue import DeadLetterQueue
from modules.event_source import EventSource
from modules.event_stream import EventStream
from modules.function import Function
from modules.http_api import HttpApi
from modules.ledger import Ledger
from modules.names import Kind, Names

_HOUR_SECONDS = 3600
_ENOUGH_REQUESTS = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Watched:
    """One alarm as the dashboard draws it."""

    mode: FailureMode
    subject: str
    dimensions: Mapping[str, str]
    threshold: float
    period_seconds: int


class Alarms(Construct):
    """Makes alarms of failure modes; each tells the topic when it starts and when it is over."""

    def __init__(
        self, scope: Construct, id_: str, *, names: Names, topic: AlertTopic, settings: AlarmSettings, runbook: str
    ) -> None:
        """`runbook` is the address of the runbook page, to which each alarm adds its anchor."""
        super().__init__(scope, id_)
        self._names, self._topic, self._limits, self._runbook = names, topic, settings, runbook
        self.watched: list[Watched] = []

    def watch_function(self, function: Function) -> None:
        """Errors, duration against the timeout, throttles, concurrency against its limit."""
        limits, dimensions = self._limits, {"FunctionName": function.function_name}
        for mode, threshold in (
            (catalogue.FUNCTION_ERRORS, limits.lambda_errors),
            (catalogue.FUNCTION_DURATION, function.settings.timeout_seconds * 1000 * limits.duration_percent / 100),
            (catalogue.FUNCTION_THROTTLES, 1),
        ):
            self._alarm(mode, function.node.id, dimensions, threshold)
        share = function.settings.reserved_concurrency or limits.account_concurrency
        # Where one execution is all there is, each of them would be an alarm.
        if share > 1:
            nearly_all = math.ceil(share * limits.concurrency_percent / 100)
            self._alarm(catalogue.FUNCTION_CONCURRENCY, function.node.id, dimensions, nearly_all)

    def watch_quarantine(self, function: Function, *, stack: str) -> None:
        """Events that the function of this stack put into quarantine, as it counts them itself."""
        dimensions = {"Stack": stack, "Function": function.node.id}
        self._alarm(catalogue.QUARANTINED_EVENTS, function.node.id, dimensions, self._limits.quarantined_events)

    def watch_dead_letters(self, queue: DeadLetterQueue, function: Function) -> None:
        """What becomes of the function's asynchronous invocations that fail for good."""
        by_function = {"FunctionName": function.function_name}
        self._alarm(catalogue.ASYNC_EVENTS_DROPPED, function.node.id, by_function, 1)
        self._alarm(catalogue.DEAD_LETTER_ERRORS, function.node.id, by_function, 1)
        self._alarm(catalogue.DEAD_LETTERS, queue.node.id, {"QueueName": queue.name}, 1)

    def watch_stream(self, stream: EventStream, source: EventSource) -> None:
        """Throttling of both ends, and the age of what is read."""
        dimensions = {"StreamName": stream.name}
        self._alarm(catalogue.WRITES_THROTTLED, stream.node.id, dimensions, 1)
        self._alarm(catalogue.READS_THROTTLED, stream.node.id, dimensions, 1)
        self._alarm(catalogue.STREAM_LAG, stream.node.id, dimensions, self._lag_milliseconds(source))

    def watch_source(self, source: EventSource, function: Function) -> None:
        """What the mapping could not get processed, and how far behind it is."""
        by_mapping, by_function = {"EventSourceMappingUUID": source.uuid}, {"FunctionName": function.function_name}
        self._alarm(catalogue.ITERATOR_AGE, function.node.id, by_function, self._lag_milliseconds(source))
        self._alarm(catalogue.FAILED_BATCHES, function.node.id, by_mapping, 1)
        self._alarm(catalogue.DROPPED_EVENTS, function.node.id, by_mapping, 1)
        self._alarm(catalogue.DESTINATION_FAILURES, function.node.id, by_function, 1)

    def watch_ledger(self, ledger: Ledger) -> None:
        """Throttled claims."""
        self._alarm(catalogue.CLAIMS_THROTTLED, ledger.node.id, {"TableName": ledger.name}, 1)

    def watch_api(self, api: HttpApi, *, method: str, path: str) -> None:
        """5xx of all; of one route 4xx, latency and, where a minimum is set, too little traffic.

        Health checks and strangers who try addresses would drown what is watched of the route that matters.
        """
        whole = {"ApiId": api.id, "Stage": api.stage}
        route = {**whole, "Method": method, "Resource": path}
        self._alarm(catalogue.API_SERVER_ERRORS, api.node.id, whole, self._limits.api_5xx_count)
        self._alarm(catalogue.API_CLIENT_ERRORS, api.node.id, route, self._limits.api_4xx_percent)
        self._alarm(catalogue.API_LATENCY, api.node.id, route, self._limits.api_latency_ms)
        if self._limits.minimum_requests_per_hour:
            minimum = self._limits.minimum_requests_per_hour
            self._alarm(catalogue.API_SILENCE, api.node.id, route, minimum, period_seconds=_HOUR_SECONDS)

    def _lag_milliseconds(self, source: EventSource) -> float:
        return source.maximum_record_age_seconds * 1000 * self._limits.iterator_age_percent / 100

    def _alarm(
        self,
        mode: FailureMode,
        subject: str,
        dimensions: Mapping[str, str],
        threshold: float,
        *,
        period_seconds: int = 0,
    ) -> None:
        period = period_seconds or self._limits.evaluation_minutes * 60
        watched = Watched(mode=mode, subject=subject, dimensions=dimensions, threshold=threshold, period_seconds=period)
        self.watched.append(watched)
        share = mode.percent_of is not None
        simple = mode.statistic != "p99"
        CloudwatchMetricAlarm(
            self,
            f"{subject}-{mode.id}",
            alarm_name=self._names(f"{subject}-{mode.id}", Kind.ALARM),
            alarm_description=f"{mode.title}. {mode.means} What to do: {self._runbook}#{mode.id}",
            comparison_operator="LessThanThreshold" if mode.below else "GreaterThanOrEqualToThreshold",
            threshold=threshold,
            evaluation_periods=mode.evaluated_periods,
            datapoints_to_alarm=mode.breaching_periods,
            treat_missing_data=mode.missing,
            alarm_actions=[self._topic.arn],
            ok_actions=[self._topic.arn],
            metric_query=_share_of(watched) if share else None,
            namespace=None if share else mode.namespace,
            metric_name=None if share else mode.metric,
            dimensions=None if share else dict(dimensions),
            period=None if share else period,
            statistic=mode.statistic if simple and not share else None,
            extended_statistic=None if simple else mode.statistic,
            # A percentile of a handful of requests says nothing.
            evaluate_low_sample_count_percentiles=None if simple else "ignore",
        )


def _share_of(watched: Watched) -> list[CloudwatchMetricAlarmMetricQuery]:
    """The metric as a percentage of another one, once there are enough requests for a percentage to mean something."""
    mode = watched.mode

    def query(id_: str, name: str) -> CloudwatchMetricAlarmMetricQuery:
        metric = CloudwatchMetricAlarmMetricQueryMetric(
            namespace=mode.namespace,
            metric_name=name,
            dimensions=dict(watched.dimensions),
            period=watched.period_seconds,
            stat=mode.statistic,
        )
        return CloudwatchMetricAlarmMetricQuery(id=id_, metric=metric)

    return [
        CloudwatchMetricAlarmMetricQuery(
            id="share",
            expression=f"IF(whole >= {_ENOUGH_REQUESTS}, 100 * part / whole, 0)",
            label=mode.title,
            return_data=True,
        ),
        query("part", mode.metric),
        query("whole", mode.percent_of or ""),
    ]
