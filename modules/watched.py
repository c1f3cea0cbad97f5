"""What one alarm looks at, as CloudWatch's metric math and the dashboard need it."""

from collections.abc import Mapping
from dataclasses import dataclass

from cdktf_cdktf_provider_aws.cloudwatch_metric_alarm import (
    CloudwatchMetricAlarmMetricQuery,
    CloudwatchMetricAlarmMetricQueryMetric,
)

from modules.failure_mode import FailureMode


@dataclass(frozen=True, kw_only=True, slots=True)
class Watched:
    """One alarm: a metric against a threshold.

    With `of`, it is the metric as a percentage of this other one, in periods in which the metric is `least` or more.
    """

    mode: FailureMode
    subject: str
    dimensions: Mapping[str, str]
    threshold: float
    period_seconds: int
    of: str | None = None
    least: float = 0

    @property
    def unit(self) -> str:
        """What the threshold is counted in."""
        return f"% of {self.mode.unit}" if self.of else self.mode.unit

    def share(self, part: str = "part", whole: str = "whole") -> str:
        """The percentage, from metrics with these ids (CloudWatch user guide, "Using math expressions with metrics").

        Where a service fails so that it doesn't count the whole any more, as Lambda where it throttles every
        invocation, that is 100.
        """
        known = f"FILL({whole}, 0)"
        return f"IF({part} >= {self.least:g}, 100 * {part} / IF({known} > {part}, {known}, {part}), 0)"

    def queries(self) -> list[CloudwatchMetricAlarmMetricQuery]:
        """The percentage as an alarm reads it."""
        share = CloudwatchMetricAlarmMetricQuery(
            id="share", expression=self.share(), label=self.mode.title, return_data=True
        )
        return [share, self._query("part", self.mode.metric), self._query("whole", self.of or "")]

    def _query(self, id_: str, name: str) -> CloudwatchMetricAlarmMetricQuery:
        metric = CloudwatchMetricAlarmMetricQueryMetric(
            namespace=self.mode.namespace,
            metric_name=name,
            dimensions=dict(self.dimensions),
            period=self.period_seconds,
            stat=self.mode.statistic,
        )
        return CloudwatchMetricAlarmMetricQuery(id=id_, metric=metric)
