"""The record of one failure mode, from which its alarms, graph and runbook section are generated."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Literal

Statistic = Literal["Average", "Maximum", "Minimum", "SampleCount", "Sum", "p50", "p90", "p95", "p99"]
Missing = Literal["notBreaching", "breaching"]
# `page`: somebody must get up, because events are lost or refused, or soon will be. `ticket`: it can wait for a working
# day, because everything is kept or retried.
Severity = Literal["page", "ticket"]

# What is watched. `Alarms` has a `watch_` method for each, which gives the values of its dimensions and its limits.
Part = Literal[
    "api", "function", "quarantine", "stream", "source", "ledger", "asynchronous", "dead-letters", "compaction"
]


class Limit(Enum):
    """What a threshold can be a percentage of, as the runbook names it."""

    TIMEOUT = "the function's `timeout_seconds`"
    CONCURRENCY = (
        "the function's `reserved_concurrency`, or of `alarms.account_concurrency` where it has none (no alarm where "
        "that is 1, or the stream's shards and `mapping.parallelization_factor` allow fewer)"
    )
    RECORD_AGE = "`mapping.maximum_record_age_seconds`"


@dataclass(frozen=True, slots=True)
class Setting:
    """A threshold that a setting decides: `alarms.<name>`, or that percentage of a limit. 0 means no alarm.

    With `minutes`, the name of another setting, at most so many minutes, of a metric in milliseconds.
    """

    name: str
    percent_of: Limit | None = None
    minutes: str | None = None


@dataclass(frozen=True, slots=True)
class Share:
    """What part of the metric `of` must have failed, besides the threshold: `alarms.<percent>` per cent.

    So the threshold decides where little is going on, and the share under load. With 0 per cent the threshold alone
    decides.
    """

    of: str
    percent: str


@dataclass(frozen=True, kw_only=True, slots=True)
class FailureMode:
    """What fails, which metric shows it, from which value on, and what to do.

    `id` ends the names of its alarms and is the section's anchor in the runbook. `means` and `action` are Markdown;
    an alarm's description holds `title` and `means`, so those are plain text. What has no `severity` wakes people.
    """

    id: str
    part: Part
    title: str
    means: str
    action: str
    namespace: str
    metric: str
    statistic: Statistic
    unit: str
    # Those whose values come from the watched part, and those whose value is always the same.
    dimensions: tuple[str, ...]
    fixed_dimensions: Mapping[str, str] = field(default_factory=dict)
    threshold: float | Setting = 1
    below: bool = False
    # An alarm when this many of the last `evaluated_periods` breach the threshold.
    breaching_periods: int = 1
    evaluated_periods: int = 1
    # `None`: `alarms.evaluation_minutes`.
    period_seconds: int | None = None
    # None where each one counts, whatever the load: events that nobody stores unless somebody acts.
    share: Share | None = None
    missing: Missing = "notBreaching"
    severity: Severity = "page"
