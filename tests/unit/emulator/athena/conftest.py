import pytest

from tests.unit.emulator.athena.lake import HOURS, PARQUET, PROJECTION, FakeLake


@pytest.fixture
def lake() -> FakeLake:
    """An archive with a table over its lines, one over files that are published, and the view of both."""
    lake = FakeLake()
    lake.create(
        "raw", {"event": "string"}, location="s3://archive/events/", partitioned_by=HOURS, parameters=PROJECTION
    )
    columns = {"type": "string", "event": "string"}
    lake.create("compacted", columns, location="s3://archive/compacted/", library=PARQUET, partitioned_by=HOURS)
    lake.create_view(
        "events",
        ("type", "data", "event", "date", "hour"),
        "SELECT CAST(type AS varchar) AS type, CAST(json_format(json_extract(event, '$.data')) AS varchar) AS data, "
        'CAST(event AS varchar) AS event, CAST("date" AS varchar) AS "date", CAST("hour" AS varchar) AS "hour" FROM ('
        'SELECT type, event, "date", "hour" FROM compacted '
        "WHERE \"date\" <= '2026-01-02' AND (\"date\" < '2026-01-02' OR \"hour\" <= '05') UNION ALL "
        'SELECT json_extract_scalar(event, \'$.type\') AS type, event, "date", "hour" FROM raw '
        "WHERE \"date\" >= '2026-01-02' AND (\"date\" > '2026-01-02' OR \"hour\" > '05'))",
    )
    return lake
