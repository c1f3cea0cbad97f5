import pytest

from tests.unit.emulator.athena.lake import PARQUET, FakeLake

_TARGET = "external_location = 's3://archive/new/'"


def _create(properties: str, selected: str = "event FROM raw", name: str = '"New"') -> str:
    return f"CREATE TABLE {name} WITH ({properties}) AS SELECT {selected}"


def test_rows_are_written_to_as_many_files_as_buckets(lake: FakeLake) -> None:
    lines = [str(number) for number in range(100)]
    lake.put("events/date=2026-01-02/hour=06/a", *lines)
    properties = "format = 'PARQUET', write_compression = 'ZSTD', bucketed_by = ARRAY['event'], bucket_count = 3"
    outcome = lake.run(_create(f"{properties}, {_TARGET}"))
    assert (outcome.results.columns, outcome.results.rows) == ([], [])
    assert outcome.scanned_bytes == 290
    keys = [key for key in lake.keys("archive") if key.startswith("new/")]
    assert keys == [f"new/query-1_bucket-0000{number}" for number in range(3)]
    assert sorted(row[0] or "" for row in lake.rows("SELECT event FROM new")) == sorted(lines)
    assert lake.rows('SELECT count(DISTINCT "$path") FROM new') == [["3"]]


def test_the_catalog_describes_what_was_written(lake: FakeLake) -> None:
    selected = "1 AS A, bigint '2' AS b, 'x' AS c, 1.50 AS d, true AS e, current_date AS f, sum(1) AS g, x'00' AS h"
    outcome = lake.run(_create(f"{_TARGET}, bucketed_by = ARRAY['c'], bucket_count = 1", selected))
    assert outcome.written is not None
    storage = outcome.written.table["StorageDescriptor"]
    types = ("int", "bigint", "string", "decimal(3, 2)", "boolean", "date", "bigint", "binary")
    assert storage["Columns"] == [{"Name": name, "Type": type_} for name, type_ in zip("abcdefgh", types, strict=True)]
    assert (storage["Location"], storage["BucketColumns"], storage["NumberOfBuckets"]) == (
        "s3://archive/new/",
        ["c"],
        1,
    )
    assert storage["SerdeInfo"]["SerializationLibrary"] == PARQUET
    assert outcome.written.database == "tap"
    assert outcome.written.table["Name"] == "new"
    row = lake.rows("SELECT a, b, c, d, e, g, h FROM new")
    assert row == [["1", "2", "x", "1.50", "true", "1", "00"]]


def test_without_a_location_it_is_written_below_the_results(lake: FakeLake) -> None:
    lake.run(_create("format = 'PARQUET'", "1 AS a"), is_enforced=True)
    assert lake.keys("results") == ["tables/query-1/query-1_bucket-00000"]


def test_a_table_is_made_if_there_is_none(lake: FakeLake) -> None:
    lake.run(f"CREATE TABLE IF NOT EXISTS other.new WITH ({_TARGET}) AS SELECT 1 AS a")
    outcome = lake.run(f"CREATE TABLE IF NOT EXISTS other.new WITH ({_TARGET}) AS SELECT 2 AS a")
    assert outcome.written is None
    assert lake.rows("SELECT a FROM other.new") == [["1"]]


_REASONS = {
    _create("external_location = 's3://archive/old'"): (
        "HIVE_PATH_ALREADY_EXISTS: Target directory for table 'tap.new' already exists: s3://archive/old/. You may need"
    ),
    _create(_TARGET, name="raw"): "TABLE_ALREADY_EXISTS: line 1:1: Table 'awsdatacatalog.tap.raw' already exists",
    _create(_TARGET, name="gone.new"): "SCHEMA_NOT_FOUND: ",
    _create("partitioned_by = ARRAY['event']"): "NOT_SUPPORTED: the emulator knows no property of CREATE TABLE AS",
    _create("format = 'ORC'"): "NOT_SUPPORTED: the emulator writes PARQUET, not ORC",
    _create("write_compression = 'LZ4'"): "INVALID_TABLE_PROPERTY: write_compression is none of ZSTD, ",
    _create("bucket_count = 2"): "INVALID_TABLE_PROPERTY: bucketed_by and bucket_count must be specified together",
    _create(_TARGET, "json_extract(event, '$') AS j FROM raw"): "NOT_SUPPORTED: Unsupported Hive type: json",
    _create(_TARGET, "1"): "MISSING_COLUMN_NAME: line 1:1: Column name not specified at position 1",
    _create(_TARGET, "now() AS n"): "NOT_SUPPORTED: Unsupported Hive type: timestamp with time zone",
}


@pytest.mark.parametrize("sql", _REASONS)
def test_what_cannot_be_written_says_why(lake: FakeLake, sql: str) -> None:
    lake.put("old/a", "x")
    assert lake.reason(sql).startswith(_REASONS[sql])


def test_a_workgroup_that_enforces_its_location_allows_no_other(lake: FakeLake) -> None:
    assert "enforces a centralized output location" in lake.reason(_create(_TARGET), is_enforced=True)
