import json
from pathlib import Path

import duckdb
import pytest

from tests.unit.emulator.athena.lake import HOURS, PARQUET, FakeLake

_AWKWARD = [
    json.dumps({"u": "\u2028 \u0085 \x00 é \U0001f600", "q": "\"'\\ \\n"}, ensure_ascii=False),
    '{"n":123456789012345678901234567890,"m":1.10,"x":1e400}',
    json.dumps({"long": "x," * 150_000}),
    "",
    "no JSON, \"quoted\", 'too', \\N, \t and \\",
]


def _parquet(tmp_path: Path, sql: str) -> bytes:
    file = tmp_path / "file"
    duckdb.execute(f"COPY ({sql}) TO '{file}' (FORMAT parquet)")
    return file.read_bytes()


@pytest.mark.parametrize("name", ["a.ndjson", "a.ndjson.gz"])
def test_a_line_of_text_is_a_row_as_it_is(lake: FakeLake, name: str) -> None:
    lake.put(f"events/date=2026-01-02/hour=06/{name}", *_AWKWARD)
    assert sorted(lake.rows("SELECT event FROM raw")) == sorted([line] for line in _AWKWARD)


def test_lines_end_as_in_athenas_reader(lake: FakeLake) -> None:
    lake.objects["archive", "events/date=2026-01-02/hour=06/a"] = b"1\r\n2\r3\n\n4"
    lake.objects["archive", "events/date=2026-01-02/hour=06/empty"] = b""
    assert sorted(lake.rows("SELECT event FROM raw")) == [[""], ["1"], ["2"], ["3"], ["4"]]


def test_projected_partitions_are_folders_in_their_ranges(lake: FakeLake) -> None:
    for folder in ("date=2026-01-02/hour=06", "date=2024-12-31/hour=06", "date=2026-01-02/hour=6", "date=9/hour=24"):
        lake.put(f"events/{folder}/a", folder)
    lake.put("events/date=2999-01-01/hour=01/a", "not yet")
    lake.put("events/a", "in no partition")
    assert lake.rows('SELECT event, "date", hour FROM raw') == [["date=2026-01-02/hour=06", "2026-01-02", "06"]]


def test_other_partitions_are_those_of_the_catalog_each_at_its_location(lake: FakeLake, tmp_path: Path) -> None:
    content = _parquet(tmp_path, "SELECT 'a' AS type, '{}' AS event")
    for folder in ("05/old", "05/new", "06/new"):
        lake.objects["archive", f"compacted/date=2026-01-02/hour={folder}/file"] = content
    assert lake.rows("SELECT * FROM compacted") == []
    lake.publish("compacted", ["2026-01-02", "05"], "s3://archive/compacted/date=2026-01-02/hour=05/new/")
    lake.publish("compacted", ["2026-01-01", "00"], "s3://archive/compacted/none/")
    assert lake.rows("SELECT * FROM compacted") == [["a", "{}", "2026-01-02", "05"]]


def test_a_files_columns_are_found_by_name_and_have_the_types_of_the_catalog(lake: FakeLake, tmp_path: Path) -> None:
    columns = {"a": "bigint", "missing": "string", "b": "array<string>"}
    lake.create("typed", columns, location="s3://archive/typed", library=PARQUET)
    lake.objects["archive", "typed/1"] = _parquet(tmp_path, "SELECT ['x'] AS B, 1::INTEGER AS A, 2 AS other")
    lake.objects["archive", "typed/2"] = _parquet(tmp_path, "SELECT '7' AS a")
    results = lake.run("SELECT * FROM typed ORDER BY a").results
    assert results.rows == [["1", None, "[x]"], ["7", None, None]]
    assert results.types == ["bigint", "varchar", "array"]


def test_columns_of_text_are_separated_and_typed_as_the_catalog_says(lake: FakeLake) -> None:
    lake.create("words", {"a": "string", "b": "int"}, location="s3://archive/words")
    lake.put("words/1", "x\x017", "\\N\x01no number", "alone")
    assert lake.rows("SELECT * FROM words ORDER BY a") == [["alone", None], ["x", "7"], [None, None]]


def test_the_path_of_a_row_is_a_hidden_column(lake: FakeLake) -> None:
    lake.put("events/date=2026-01-02/hour=06/a", "1", "2")
    lake.put("events/date=2026-01-02/hour=06/it's b", "3")
    uri = "s3://archive/events/date=2026-01-02/hour=06/"
    assert lake.rows("SELECT * FROM raw WHERE event = '3'") == [["3", "2026-01-02", "06"]]
    assert lake.rows("SELECT *, \"$path\" FROM raw WHERE event = '3'") == [["3", "2026-01-02", "06", f"{uri}it's b"]]
    assert lake.rows('SELECT count(DISTINCT "$path") FROM raw') == [["2"]]
    assert lake.rows("SELECT *, \"$path\" FROM raw WHERE hour = '07'") == []


def test_what_athena_hides_is_not_read(lake: FakeLake) -> None:
    for name in ("_temporary/a", ".a", "sub/_a", "folder/"):
        lake.put(f"events/date=2026-01-02/hour=06/{name}", "hidden")
    lake.put("events/date=2026-01-02/hour=06/sub/a_b.c", "seen")
    assert lake.rows("SELECT event FROM raw") == [["seen"]]


def test_bytes_scanned_are_those_of_the_objects_that_were_opened(lake: FakeLake) -> None:
    lake.put("events/date=2026-01-02/hour=06/a.gz", "x" * 1000)
    size = len(lake.objects["archive", "events/date=2026-01-02/hour=06/a.gz"])
    assert lake.run("SELECT count(*) FROM raw").scanned_bytes == size
    assert lake.run("SELECT 1 FROM raw CROSS JOIN raw AS other").scanned_bytes == 2 * size


def test_a_table_that_the_emulator_cannot_read_says_so(lake: FakeLake) -> None:
    lake.create("orc", {"a": "string"}, location="s3://archive/o", library="OrcSerde", partitioned_by=HOURS)
    lake.publish("orc", ["a", "b"], "s3://archive/o")
    lake.put("o/1", "x")
    assert lake.reason("SELECT * FROM orc") == "HIVE_UNSUPPORTED_FORMAT: the emulator can't read orc: OrcSerde"
