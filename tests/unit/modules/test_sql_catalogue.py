"""The queries that Athena keeps for a stack, run by the emulator's Athena."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from modules.events_view import COLUMNS, SQL
from modules.sql_catalogue import SQL_QUERIES
from tests.unit.emulator.athena.lake import HOURS, PROJECTION, FakeLake

_NOW = datetime.now(UTC)
_TODAY, _LONG_AGO = f"{_NOW:%Y-%m-%d}", f"{_NOW - timedelta(days=30):%Y-%m-%d}"


def _event(id_: str, taptime: str, **more: str) -> str:
    return json.dumps({"source": "/shop", "id": id_, "type": "order.placed", "taptime": taptime, **more})


@pytest.fixture(scope="module")
def lake() -> FakeLake:
    """Three events of today, one of a month ago, and three entries of the quarantine."""
    lake = FakeLake()
    parameters = PROJECTION | {"projection.date.range": "2025-01-01,2999-12-31"}
    lake.create(
        "raw", {"event": "string"}, location="s3://archive/events/", partitioned_by=HOURS, parameters=parameters
    )
    lake.create(
        "compacted", dict.fromkeys(("type", "source", "subject", "event"), "string"), location="s3://archive/c/"
    )
    lake.tables["tap/compacted"]["PartitionKeys"] = lake.tables["tap/raw"]["PartitionKeys"]
    lake.create_view("events", COLUMNS, SQL.format(compacted="false", raw="true"))
    lake.put(
        f"events/date={_TODAY}/hour=00/1.ndjson.gz",
        _event("order-1", "1", subject="a"),
        _event("order-2", "2", subject="a"),
        _event("order-3", "3", type="order.paid"),
    )
    lake.put(f"events/date={_LONG_AGO}/hour=00/1.ndjson.gz", _event("order-1", "0", subject="b"))
    lake.create("quarantine", {"entry": "string"}, location="s3://archive/quarantine/")
    lake.put("quarantine/events/1.json", '{"reason": "not_json"}')
    lake.put("quarantine/files/1.ndjson", '{"reason": "too_large"}', '{"reason": "not_json"}')
    return lake


_ANSWERS = {
    "types": [[_TODAY, "00", "order.placed", "2"], [_TODAY, "00", "order.paid", "1"]],
    "event": [[_TODAY, "00", "1", _event("order-1", "1", subject="a")]],
    "latest": [["a", "2", _event("order-2", "2", subject="a")]],
    "quarantined": [
        ["not_json", "2", "s3://archive/quarantine/files/1.ndjson"],
        ["too_large", "1", "s3://archive/quarantine/files/1.ndjson"],
    ],
}


@pytest.mark.parametrize("query", SQL_QUERIES, ids=lambda query: query.id)
def test_a_saved_query_answers_what_it_says(lake: FakeLake, query: object) -> None:
    (found,) = [one for one in SQL_QUERIES if one is query]
    sql = found.text.replace("?", "'/shop'", 1).replace("?", "'order-1'", 1)
    assert lake.rows(sql) == _ANSWERS[found.id]
