"""CloudWatch alarms on every part of the pipeline: `alarms.watch_...(construct)`."""

import math
from collections.abc import Mapping, Sequence

from cdktf_cdktf_provider_aws.cloudwatch_metric_alarm import CloudwatchMetricAlarm
from constructs import Construct

from modules.alarm_catalogue import CATALOGUE
from modules.alarms_settings import AlarmSettings
from modules.alert_topic import AlertTopic
from modules.dead_letter_queue import DeadLetterQueue
from modules.event_source import EventSource
from modules.event_stream import EventStream
from modules.failure_mode import FailureMode, Limit, Part, Setting, Severity
from modules.function import Function
from modules.http_api import HttpApi
from modules.ledger import Ledger
from modules.named_stack import names_of
from modules.names import Kind
from modules.watched import Watched

_Limits = Mapping[Limit, int]
_NONE: _Limits = {}


class Alarms(Construct):
    """Creates the alarms of failure modes. Each notifies its topics when it goes to ALARM and back to OK."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        topics: Mapping[Severity, Sequence[AlertTopic]],
        settings: AlarmSettings,
        runbook: str,
    ) -> None:
        """`topics` are told of the alarms of each severity.

        `runbook` is the URL of the runbook page; each alarm's description adds its anchor.
        """
        super().__init__(scope, id_)
        self._names, self._settings, self._runbook = names_of(self), settings, runbook
        self._topics = {severity: [one.resource.arn for one in told] for severity, told in topics.items()}
        self.watched: list[Watched] = []

    def watch_api(self, api: HttpApi, *, method: str, path: str) -> None:
        """The API as a whole, and one route of it.

        On the whole API, health checks and scanners would hide what happens to the route that matters.
        """
        route = {"ApiId": api.resource.id, "Stage": api.stage, "Method": method, "Resource": path}
        self._watch("api", api, route)

    def watch_function(self, function: Function, source: EventSource | None = None) -> None:
        """A function's invocations, against its timeout and its concurrency limit; if asynchronous, their failures.

        `source`: the only one that invokes it.
        """
        limits: _Limits = {
            Limit.TIMEOUT: function.settings.timeout_seconds * 1000,
            Limit.CONCURRENCY: self._concurrency(function, source),
        }
        dimensions = {"FunctionName": function.name}
        self._watch("function", function, dimensions, limits)
        if function.dead_letters:
            self._watch("asynchronous", function, dimensions)

    def _concurrency(self, function: Function, source: EventSource | None) -> int:
        """The limit of executions; 0 where each would be an alarm, or where there are never enough for one."""
        limit = function.settings.reserved_concurrency or self._settings.account_concurrency
        most = source.executions if source and source.executions else limit
        return limit if limit > 1 and math.ceil(limit * self._settings.concurrency_percent / 100) <= most else 0

    def watch_quarantine(self, function: Function, *, stack: str) -> None:
        """Events that the function of this stack quarantined, as its own metric counts them."""
        self._watch("quarantine", function, {"Stack": stack, "Function": function.node.id})

    def watch_stream(self, stream: EventStream, source: EventSource) -> None:
        """Writes and reads, and the age of what is read against the age at which `source` discards records."""
        self._watch("stream", stream, {"StreamName": stream.name}, _record_age(source))

    def watch_source(self, source: EventSource, function: Function) -> None:
        """What the mapping discards, and how far behind the function is."""
        dimensions = {"EventSourceMappingUUID": source.resource.uuid, "FunctionName": function.name}
        self._watch("source", function, dimensions, _record_age(source))

    def watch_ledger(self, ledger: Ledger) -> None:
        """The ledger's table."""
        self._watch("ledger", ledger, {"TableName": ledger.name})

    def watch_dead_letters(self, queue: DeadLetterQueue) -> None:
        """What asynchronous invocations left that failed after all retries."""
        self._watch("dead-letters", queue, {"QueueName": queue.name})

    def watch_compaction(self, function: Function, *, stack: str) -> None:
        """What the function that compacts this stack's archive could not prove, and how far behind it is."""
        self._watch("compaction", function, {"Stack": stack, "Function": function.node.id})

    def _watch(self, part: Part, subject: Construct, dimensions: Mapping[str, str], limits: _Limits = _NONE) -> None:
        """Creates the alarms of every failure mode of the part."""
        for mode in CATALOGUE:
            if mode.part == part and (threshold := self._threshold(mode, limits)):
                percent: int = getattr(self._settings, mode.share.percent) if mode.share else 0
                self._alarm(
                    Watched(
                        mode=mode,
                        subject=subject.node.id,
                        dimensions=_chosen(mode, dimensions),
                        threshold=percent or threshold,
                        period_seconds=mode.period_seconds or self._settings.evaluation_minutes * 60,
                        of=mode.share.of if mode.share and percent else None,
                        least=threshold,
                    )
                )

    def _threshold(self, mode: FailureMode, limits: _Limits) -> float:
        """The value that the metric must reach; 0 means no alarm."""
        if not isinstance(mode.threshold, Setting):
            return mode.threshold
        value: int = getattr(self._settings, mode.threshold.name)
        limit = mode.threshold.percent_of
        if limit is None:
            return value
        if limit not in limits:
            raise ValueError(f"failure mode {mode.id}: {mode.part} has no {limit.name} to take a percentage of")
        share = math.ceil(limits[limit] * value / 100)
        minutes = mode.threshold.minutes
        return min(share, getattr(self._settings, minutes) * 60_000) if minutes else share

    def _alarm(self, watched: Watched) -> None:
        self.watched.append(watched)
        mode, name = watched.mode, f"{watched.subject}-{watched.mode.id}"
        share, percentile = watched.of is not None, mode.statistic.startswith("p")
        topics = self._topics[mode.severity]
        CloudwatchMetricAlarm(
            self,
            name,
            alarm_name=self._names(name, Kind.ALARM),
            alarm_description=f"{mode.title}. {mode.means} What to do: {self._runbook}#{mode.id}",
            comparison_operator="LessThanThreshold" if mode.below else "GreaterThanOrEqualToThreshold",
            threshold=watched.threshold,
            evaluation_periods=mode.evaluated_periods,
            datapoints_to_alarm=mode.breaching_periods,
            treat_missing_data=mode.missing,
            alarm_actions=topics,
            ok_actions=topics,
            metric_query=watched.queries() if share else None,
            namespace=None if share else mode.namespace,
            metric_name=None if share else mode.metric,
            dimensions=None if share else dict(watched.dimensions),
            period=None if share else watched.period_seconds,
            statistic=None if share or percentile else mode.statistic,
            extended_statistic=mode.statistic if percentile and not share else None,
            # With only a few samples, a percentile means nothing.
            evaluate_low_sample_count_percentiles="ignore" if percentile and not share else None,
        )


def _record_age(source: EventSource) -> _Limits:
    return {Limit.RECORD_AGE: source.maximum_record_age_seconds * 1000}


def _chosen(mode: FailureMode, dimensions: Mapping[str, str]) -> dict[str, str]:
    """The dimensions that the failure mode names, with the values of its part."""
    if unknown := set(mode.dimensions) - set(dimensions):
        names = ", ".join(sorted(unknown))
        raise ValueError(f"failure mode {mode.id}: {mode.part} has no dimension {names}, only {', '.join(dimensions)}")
    return {**{name: dimensions[name] for name in mode.dimensions}, **mode.fixed_dimensions}
