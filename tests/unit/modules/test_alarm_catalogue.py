"""The catalogue of failure modes: complete, and each entry is of use to whoever is woken."""

import pytest

from modules import alarm_catalogue
from modules.alarm_catalogue import CATALOGUE, FailureMode
from tests.synthesized import Stack

_DEFINED = [value for value in vars(alarm_catalogue).values() if isinstance(value, FailureMode)]


def test_every_failure_mode_is_in_the_catalogue_once() -> None:
    assert sorted(mode.id for mode in CATALOGUE) == sorted(mode.id for mode in _DEFINED)
    assert len({mode.id for mode in CATALOGUE}) == len(CATALOGUE) == 20


@pytest.mark.parametrize("mode", CATALOGUE, ids=lambda mode: mode.id)
def test_a_failure_mode_says_what_it_means_and_what_to_do(mode: FailureMode) -> None:
    assert mode.id.replace("-", "").islower()
    assert mode.means.endswith(".")
    assert mode.action.endswith(".")
    assert not mode.title.endswith(".")
    assert mode.unit
    assert mode.dimensions


@pytest.mark.parametrize("mode", CATALOGUE, ids=lambda mode: mode.id)
def test_a_failure_mode_is_watched_with_the_dimensions_that_the_catalogue_names(
    every_stack: dict[str, Stack], mode: FailureMode
) -> None:
    alarms = every_stack["tap-watchful-us-east-1"].resources("aws_cloudwatch_metric_alarm")
    found = [body for body in alarms.values() if body["alarm_description"].endswith(f"#{mode.id}")]
    assert found
    for alarm in found:
        metric = alarm["metric_query"][1]["metric"] if mode.percent_of else alarm
        assert set(metric["dimensions"]) == set(mode.dimensions)
        assert (metric["namespace"], metric["metric_name"]) == (mode.namespace, mode.metric)
