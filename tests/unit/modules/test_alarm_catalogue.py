"""The catalogue of failure modes: each entry is watched, and of use to whoever is woken."""

import math
from dataclasses import replace

import pytest

from modules.alarm_catalogue import CATALOGUE
from modules.alarms import Alarms
from modules.alarms_settings import AlarmSettings
from modules.alert_topic import AlertTopic
from modules.failure_mode import FailureMode, Limit, Setting, Severity
from stacks.settings.fields import leaves
from tests.synthesized import VARIANTS, Json, Stack
from tests.unit.modules.parts import bare_stack, make_function, make_key

_ERRORS = next(mode for mode in CATALOGUE if mode.id == "errors")

each_mode = pytest.mark.parametrize("mode", CATALOGUE, ids=lambda mode: mode.id)


def _alarms(stack: Stack, mode: FailureMode) -> list[Json]:
    alarms = stack.resources("aws_cloudwatch_metric_alarm").values()
    return [body for body in alarms if body["alarm_description"].endswith(f"#{mode.id}")]


def test_no_two_failure_modes_have_the_same_anchor_or_title() -> None:
    assert len({mode.id for mode in CATALOGUE}) == len(CATALOGUE)
    assert len({mode.title for mode in CATALOGUE}) == len(CATALOGUE)


@each_mode
def test_a_failure_mode_says_what_it_means_and_what_to_do(mode: FailureMode) -> None:
    assert mode.id.replace("-", "").islower()
    assert mode.means.endswith(".")
    assert mode.action.endswith(".")
    assert not mode.title.endswith(".")
    assert not set("|[]`") & set(mode.title + mode.means), "an alarm's description is plain text, the title in a table"
    assert mode.unit
    assert 1 <= mode.breaching_periods <= mode.evaluated_periods


@each_mode
def test_a_share_is_of_what_fails_and_names_a_setting_of_the_alarms(mode: FailureMode) -> None:
    if mode.share:
        assert f"alarms.{mode.share.percent}" in {leaf.key for leaf in leaves()}
        assert mode.share.of != mode.metric
        assert (mode.statistic, mode.below) == ("Sum", False)


@each_mode
def test_a_threshold_names_a_setting_of_the_alarms(mode: FailureMode) -> None:
    if isinstance(mode.threshold, Setting):
        assert f"alarms.{mode.threshold.name}" in {leaf.key for leaf in leaves()}
    else:
        assert mode.threshold > 0


@each_mode
def test_a_failure_mode_has_alarms_just_as_the_catalogue_says(every_stack: dict[str, Stack], mode: FailureMode) -> None:
    found = _alarms(every_stack["tap-watchful-us-east-1"], mode)
    assert found
    for alarm in found:
        metric = alarm["metric_query"][1]["metric"] if "metric_query" in alarm else alarm
        assert set(metric["dimensions"]) == {*mode.dimensions, *mode.fixed_dimensions}
        assert mode.fixed_dimensions.items() <= metric["dimensions"].items()
        assert (metric["namespace"], metric["metric_name"]) == (mode.namespace, mode.metric)
        measured = metric.get("stat") or metric.get("statistic") or metric.get("extended_statistic")
        assert measured == mode.statistic
        assert alarm["comparison_operator"] == ("LessThanThreshold" if mode.below else "GreaterThanOrEqualToThreshold")
        assert (alarm["datapoints_to_alarm"], alarm["evaluation_periods"]) == (
            mode.breaching_periods,
            mode.evaluated_periods,
        )
        assert metric["period"] == (mode.period_seconds or 300)
        assert alarm["treat_missing_data"] == mode.missing


@each_mode
def test_a_threshold_is_what_the_catalogue_s_setting_says(every_stack: dict[str, Stack], mode: FailureMode) -> None:
    """In the variant every setting has a value of its own."""
    stack = every_stack["zap-unusual-ap-south-1"]
    for alarm in _alarms(stack, mode):
        assert alarm["threshold"] == _threshold(stack, mode, alarm)


def _threshold(stack: Stack, mode: FailureMode, alarm: Json) -> float:
    if not isinstance(mode.threshold, Setting):
        return mode.threshold
    settings = next(environment.settings for environment in VARIANTS if environment.name == "unusual")
    if mode.share:
        percent: int = getattr(settings.alarms, mode.share.percent)
        return percent
    value: int = getattr(settings.alarms, mode.threshold.name)
    if mode.threshold.percent_of is None:
        return value
    functions = stack.resources("aws_lambda_function").values()
    name = alarm["dimensions"].get("FunctionName")
    function = next((one for one in functions if one["function_name"] == name), {})
    limit: int = {
        Limit.TIMEOUT: function.get("timeout", 0) * 1000,
        Limit.CONCURRENCY: function.get("reserved_concurrent_executions", 0),
        Limit.RECORD_AGE: settings.mapping.record_age_seconds(settings.stream.retention_hours) * 1000,
    }[mode.threshold.percent_of]
    return math.ceil(limit * value / 100)


def _alarms_of(mode: FailureMode, monkeypatch: pytest.MonkeyPatch) -> None:
    """Watches a function when the catalogue has nothing but this failure mode."""
    monkeypatch.setattr("modules.alarms.CATALOGUE", (mode,))
    stack = bare_stack()
    key = make_key(stack)
    topic = AlertTopic(stack, "alerts", key=key)
    topics: dict[Severity, list[AlertTopic]] = {"page": [topic], "ticket": [topic]}
    alarms = Alarms(stack, "alarms", topics=topics, settings=AlarmSettings(), runbook="runbook.md")
    alarms.watch_function(make_function(stack, key))


def test_a_dimension_that_the_part_does_not_have_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    mode = replace(_ERRORS, dimensions=("FunctionName", "StreamName"))
    with pytest.raises(
        ValueError, match="failure mode errors: function has no dimension StreamName, only FunctionName"
    ):
        _alarms_of(mode, monkeypatch)


def test_a_percentage_of_a_limit_that_the_part_does_not_have_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    mode = replace(_ERRORS, threshold=Setting("iterator_age_percent", percent_of=Limit.RECORD_AGE))
    with pytest.raises(ValueError, match="failure mode errors: function has no RECORD_AGE to take a percentage of"):
        _alarms_of(mode, monkeypatch)
