"""The compactor's entry point: what it is asked, told and given, and what it says of it."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from lambda_code.compactor.budget import Budget
from lambda_code.compactor.handler import answer
from lambda_code.compactor.hours import Hour
from lambda_code.compactor.request import NotARequestError, Request, read
from lambda_code.compactor.settings import Settings
from lambda_code.shared.environment import MissingVariableError
from tests.faults.compaction import START, World
from tests.unit.lambda_code.fakes import FakeContext
from tests.unit.lambda_code.test_logs import logged

LAST = Hour.at(START - 3600)
VARIABLES = {
    "TAP_STACK": "tap-test",
    "TAP_ARCHIVE_BUCKET": "archive",
    "TAP_DATABASE": "database",
    "TAP_WORKGROUP": "compaction",
    "TAP_EVENTS_VIEW": '{"sql": "SELECT event FROM raw", "columns": ["event"]}',
    "TAP_CHECK_DAYS": "35",
    "TAP_RAW_EXPIRATION_DAYS": "90",
}


def invoked(world: World, event: object) -> tuple[Any, dict[str, Any]]:
    """The answer as Lambda gives it on, and the line of log."""
    with logged() as lines:
        answered = answer(event, FakeContext(900_000), world.compactor(), "tap-test")
    [line] = lines
    return json.loads(json.dumps(answered)), line


def test_an_invocation_answers_and_says_in_one_line_what_it_did() -> None:
    world = World()
    world.store(LAST, "a", "1")
    world.wait(0.01)
    answered, line = invoked(world, {})
    assert answered == {
        "compacted": [LAST.name],
        "different": [],
        "unstable": [],
        "waiting": 0,
        "expired": [],
        "through": LAST.name,
        "busy": False,
    }
    assert line["message"] == "compacted"
    assert (line["Stack"], line["Function"], line["requestId"]) == ("tap-test", "compactor", FakeContext.aws_request_id)
    assert (line["through"], line["compacted"], line["waiting"]) == (LAST.name, [LAST.name], 0)
    names = [metric["Name"] for metric in line["_aws"]["CloudWatchMetrics"][0]["Metrics"]]
    assert {name: line[name] for name in names} == {
        "HoursCompacted": 1,
        "HoursDifferent": 0,
        "HoursExpired": 0,
        "CompactionLagHours": 0,
    }


def test_an_invocation_beside_another_says_so_and_measures_no_lag() -> None:
    world = World()
    held = {"until": world.now + 100}
    world.compactor()._catalog.change_view(None, None, "another", held["until"])
    answered, line = invoked(world, {})
    assert answered["busy"]
    assert line["message"] == "another run is at work"
    assert "CompactionLagHours" not in line


def test_a_long_line_names_the_first_hours_only() -> None:
    world = World()
    for number in range(600):
        world.store(Hour(LAST.ordinal - number), "a", str(number))
    world.wait(0.01)
    with logged() as lines:
        answered = answer({}, FakeContext(900_000), world.compactor(), "tap-test")
    assert len(answered["compacted"]) == 600
    assert len(lines[-1]["compacted"]) == 500


@pytest.mark.parametrize(
    "event",
    [None, [], "x", {"check": "none"}, {"hours": "x"}, {"hours": ["2026-11-28"]}, {"hours": [1]}, {"other": 1}],
)
def test_an_event_that_asks_for_nothing_is_refused_with_what_is_allowed(event: object) -> None:
    with pytest.raises(
        NotARequestError, match=r'an event is \{\}, \{"check": "all"\} or \{"hours": \["2026-11-28-13"\]\}'
    ):
        read(event)


def test_an_event_may_name_hours() -> None:
    assert read({}) == Request()
    asked = read({"hours": ["2026-11-28-13", "2026-11-28-12", "2026-11-28-13"], "check": "all"})
    assert [hour.name for hour in asked.named] == ["2026-11-28-12", "2026-11-28-13"]


def test_settings_are_read_from_the_variables() -> None:
    told = Settings.from_environ(VARIABLES)
    assert (told.check_days, told.raw_expiration_days) == (35, 90)
    assert told.events_view.columns == ("event",)
    without = {name: value for name, value in VARIABLES.items() if name != "TAP_RAW_EXPIRATION_DAYS"}
    assert Settings.from_environ(without).raw_expiration_days is None
    with pytest.raises(MissingVariableError, match="TAP_DATABASE"):
        Settings.from_environ({**VARIABLES, "TAP_DATABASE": ""})
    with pytest.raises(msgspec.ValidationError):
        Settings.from_environ({**VARIABLES, "TAP_EVENTS_VIEW": "[]"})


@pytest.mark.parametrize(("given", "begin", "end"), [(900, 180, 30), (300, 150, 30), (60, 30, 6)])
def test_time_is_kept_for_the_queries_that_run_and_for_the_end(given: float, begin: float, end: float) -> None:
    left = [float(given)]
    budget = Budget(lambda: left[0])
    for seconds, may_begin, may_go_on in ((begin, True, True), (begin - 1, False, True), (end, False, True)):
        left[0] = seconds
        assert (budget.may_begin(), budget.may_go_on()) == (may_begin, may_go_on)
    left[0] = end - 1
    assert not budget.may_go_on()
