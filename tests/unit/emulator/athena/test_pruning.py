"""Only partitions that a query can want are read; and it finds the same as if all were."""
# ruff: noqa: S608 - tests write their SQL

import pytest

from tests.unit.emulator.athena.lake import FakeLake
from tools.emulator.athena import engine

_HOURS = ("03", "04", "05", "06", "07")

_READ = {
    "FROM events WHERE hour = '04'": {"04"},
    "FROM events WHERE hour IN ('04', '07') AND \"date\" = '2026-01-02'": {"04", "07"},
    "FROM events WHERE hour = '04' OR hour = '06'": {"04", "06"},
    "FROM events WHERE hour = '04' OR type = 'a'": set(_HOURS),
    "FROM events WHERE NOT hour < '06' AND type = 'b'": {"06", "07"},
    "FROM events WHERE hour BETWEEN '05' AND '06'": {"05", "06"},
    "FROM events WHERE \"date\" || '-' || hour > '2026-01-02-05'": {"06", "07"},
    'FROM events WHERE "date" >= cast(current_date AS varchar)': set(),
    "FROM events WHERE cast(hour AS integer) % 2 = 0": {"04", "06"},
    "FROM raw WHERE raw.hour = '04'": {"04"},
    "FROM tap.raw WHERE tap.raw.hour = '04'": {"04"},
    "FROM (SELECT hour AS h FROM events) WHERE h = '04'": {"04"},
    "FROM (SELECT hour FROM events) AS e (h) WHERE h = '04'": {"04"},
    "FROM raw AS r (event, hour, day) WHERE hour = '2026-01-02'": set(_HOURS),
    "FROM (SELECT DISTINCT hour FROM events) WHERE hour = '04'": {"04"},
    "FROM (SELECT hour, count(*) AS n FROM events GROUP BY 1) WHERE hour = '04'": set(_HOURS),
    "FROM (SELECT * FROM events ORDER BY hour LIMIT 2) WHERE hour > '03'": set(_HOURS),
    "FROM (SELECT *, row_number() OVER (ORDER BY hour) AS n FROM events) WHERE n = 1 AND hour = '04'": set(_HOURS),
    "FROM (SELECT hour FROM raw WHERE hour > '04' UNION ALL SELECT hour FROM raw) AS e WHERE hour < '06'": {
        "03",
        "04",
        "05",
    },
    "FROM (SELECT hour FROM events EXCEPT SELECT hour FROM events WHERE hour = '05') AS e WHERE hour > '03'": {
        "04",
        "05",
        "06",
        "07",
    },
    "FROM raw a JOIN raw b ON a.event = b.event WHERE a.hour = '04' AND b.hour = '05'": {"04", "05"},
    "FROM raw a, raw b WHERE a.hour = b.hour AND a.hour = '04'": set(_HOURS),
    "FROM raw a LEFT JOIN raw b ON a.hour = b.hour AND b.hour = '04' WHERE b.hour IS NULL": set(_HOURS),
    "FROM raw a RIGHT JOIN raw b USING (hour) WHERE hour = '04'": set(_HOURS),
    "FROM events WHERE EXISTS (SELECT 1 FROM raw WHERE raw.hour = '03' AND raw.hour <> events.hour) AND hour = '05'": {
        "03",
        "05",
    },
    "FROM events WHERE hour = (SELECT max(hour) FROM raw WHERE hour < '06')": set(_HOURS),
}


@pytest.fixture
def hours(lake: FakeLake) -> FakeLake:
    """Five hours, of which those up to 05 are published."""
    for hour in _HOURS:
        lake.put(f"events/date=2026-01-02/hour={hour}/a", '{"type":"a"}', '{"type":"b"}')
    for hour in _HOURS[:3]:
        location = f"s3://archive/compacted/date=2026-01-02/hour={hour}/run/"
        lake.run(
            f"CREATE TABLE hour_{hour} WITH (external_location = '{location}') AS "
            f"SELECT json_extract_scalar(event, '$.type') AS type, event FROM raw WHERE hour = '{hour}'"
        )
        lake.publish("compacted", ["2026-01-02", hour], location)
    return lake


def _hours_read(lake: FakeLake) -> set[str]:
    return {key.partition("hour=")[2][:2] for key in lake.read_keys}


@pytest.mark.parametrize("text", _READ)
def test_partitions_are_read_that_can_have_wanted_rows(
    hours: FakeLake, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sql = f"SELECT count(*) {text}"
    found = hours.rows(sql)
    assert _hours_read(hours) == _READ[text]
    monkeypatch.setattr(engine, "conditions", lambda *_: {})
    assert hours.rows(sql) == found
    assert _hours_read(hours) == set(_HOURS)


def test_each_place_that_reads_a_name_counts(hours: FakeLake) -> None:
    with_ = "WITH e AS (SELECT * FROM events), f AS (SELECT * FROM e WHERE hour = '04')"
    assert hours.rows(f"{with_} SELECT count(*) FROM f") == [["2"]]
    assert _hours_read(hours) == {"04"}
    hours.rows(f"{with_} SELECT (SELECT count(*) FROM f), (SELECT count(*) FROM e WHERE hour = '06')")
    assert _hours_read(hours) == {"04", "06"}
    hours.rows(f"{with_} SELECT (SELECT count(*) FROM f), (SELECT count(*) FROM e)")
    assert _hours_read(hours) == set(_HOURS)


def test_a_condition_that_fails_is_left_to_the_query(hours: FakeLake) -> None:
    condition = "cast(event || hour AS integer) = 1 OR cast('x' || hour AS integer) = 1"
    assert hours.reason(f"SELECT * FROM raw WHERE {condition}").startswith("INVALID_CAST_ARGUMENT: ")
    assert hours.rows("SELECT event FROM raw WHERE cast('x' || hour AS integer) = 1 LIMIT 0") == []


def test_what_is_recursive_is_read_whole(hours: FakeLake) -> None:
    rows = hours.rows(
        "WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 3) "
        "SELECT count(*) FROM n CROSS JOIN raw WHERE hour = '04'"
    )
    assert rows == [["6"]]
    assert _hours_read(hours) == set(_HOURS)
