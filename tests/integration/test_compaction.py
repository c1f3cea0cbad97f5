"""What is compacted is what was stored, event by event, as SQL reads it; whatever happens in between."""

import json
import time
from collections import Counter

import msgspec
import pytest

from lambda_code.compactor.hours import Hour
from tests.faults.injection import CrashError
from tests.integration.deployment import Deployment
from tests.integration.lake import SETTLED_SECONDS, Crash, Lake, line

pytestmark = pytest.mark.integration

EVENTS = 20_000
_AGE_HOURS = 30  # so that hours are closed, still checked, and a day is over for the first
_DAY_SECONDS = 86_400


@pytest.fixture(scope="module")
def lake(deployment: Deployment) -> Lake:
    """An archive with events in six hours of yesterday, which the deployed function has compacted."""
    if "query_database" not in deployment.outputs:
        pytest.skip(f"{deployment.stack} has no tables: query.enabled is off")
    if not deployment.target.is_emulated:
        pytest.skip("events of tests would stay in the archive: a compacted hour is not taken back")
    oldest = Hour.at(time.time()).ordinal - _AGE_HOURS
    lake = Lake(deployment, [Hour(oldest + number) for number in range(6)])
    lake.fill(EVENTS)
    assert lake.lines_of("events") == lake.lines_of("raw") == lake.expected(), "nothing is compacted yet"
    time.sleep(SETTLED_SECONDS)
    answer = lake.invoke({})
    assert {*answer["compacted"]} >= {hour.name for hour in lake.hours}, answer
    assert (answer["different"], answer["waiting"], answer["busy"]) == ([], 0, False)
    assert answer["through"] >= lake.hours[-1].name
    return lake


def holds(lake: Lake) -> None:
    """Every event is on both sides, and shows once."""
    expected = lake.expected()
    for table in ("raw", "compacted", "events"):
        assert lake.lines_of(table) == expected, table


def test_every_event_is_compacted_and_shows_once(lake: Lake) -> None:
    holds(lake)
    assert set(lake.expected().values()) == {1}


def test_columns_say_what_the_lines_say(lake: Lake) -> None:
    events = [json.loads(text) for text in lake.expected()]
    for table, names in (("compacted", "type, source, subject"), ("events", "id, source, type, subject, tapsequence")):
        columns = names.split(", ")
        rows = Counter(lake.query(f"SELECT {names} FROM {table} WHERE {lake.condition()}"))  # noqa: S608
        assert rows == Counter(tuple(event.get(name) or "" for name in columns) for event in events)


def test_numbers_and_attributes_of_any_name_stay_what_they_are(lake: Lake) -> None:
    (event,) = lake.query(f"SELECT event FROM events WHERE tapsequence = '{20:056}' AND {lake.condition()}")[0]  # noqa: S608
    assert "[18446744073709551617,-9223372036854775809,0.10000000000000000555,1E400,-0.0,1.50]" in event
    assert json.loads(event)["date"] == "1999-01-01"


def test_types_are_counted_as_they_are(lake: Lake) -> None:
    rows = lake.query(f"SELECT type, count(*) FROM events WHERE {lake.condition()} GROUP BY 1")  # noqa: S608
    counted = Counter(json.loads(text)["type"] for text in lake.expected())
    assert sorted(rows) == sorted((name, str(count)) for name, count in counted.items())


def test_an_hour_that_grows_is_compacted_again(lake: Lake) -> None:
    hour = lake.hours[1]
    lake.put(hour, "late.ndjson.gz", [line(EVENTS + 1, of=1)])
    key = next(key for key in lake.lines if hour.folder in key)
    lake.put(hour, key.rpartition("/")[2], [line(EVENTS + 2, of=1)])
    time.sleep(SETTLED_SECONDS)
    assert lake.invoke({"hours": [hour.name]})["compacted"] == [hour.name]
    holds(lake)
    assert lake.invoke({"hours": [hour.name]})["compacted"] == []


CRASHES = [
    Crash("UpdateTable", "after"),
    Crash("StartQueryExecution", "before"),
    Crash("StartQueryExecution", "after"),
    Crash("StartQueryExecution", "after", skipped=1),
    Crash("GetQueryResults", "after"),
    Crash("BatchUpdatePartition", "before"),
    Crash("BatchUpdatePartition", "after"),
    Crash("DeleteTable", "before"),
    Crash("UpdateTable", "before", skipped=1),
]


@pytest.mark.parametrize("crash", CRASHES, ids=lambda each: f"{each.when} {each.operation} {each.skipped}")
def test_a_run_that_ends_early_loses_nothing_and_the_next_one_completes_it(lake: Lake, crash: Crash) -> None:
    hour = lake.hours[2]
    shown = lake.lines_of("events", hour)
    number = EVENTS + 100 + CRASHES.index(crash)
    lake.put(hour, f"{number}.ndjson.gz", [line(number, of=1)])
    with pytest.raises(CrashError):
        lake.run(hour, crash=crash)
    assert lake.lines_of("events", hour) in (shown, lake.expected(hour))
    assert lake.run(hour).answer.busy, "the one that was killed may have time left"
    lake.end_others()
    report = lake.run(hour)
    assert report.answer.different == ()
    assert lake.lines_of("events", hour) == lake.lines_of("compacted", hour) == lake.expected(hour)


def test_raw_objects_of_proven_hours_are_removed_and_their_events_still_show(lake: Lake) -> None:
    catalog = lake.catalog()
    for hour in lake.hours[:3]:
        published = catalog.published(hour)
        assert published
        aged = msgspec.structs.replace(published, proven=published.proven - 2 * _DAY_SECONDS)
        catalog.publish(hour, aged, instead_of=published)
    holds(lake)
    report = lake.run(raw_expiration_days=1)
    assert report.answer.expired == tuple(hour.name for hour in lake.hours[:3])
    assert all(not any(hour.folder in key for hour in lake.hours[:3]) for key in lake.stored())
    assert lake.lines_of("events") == lake.expected()
