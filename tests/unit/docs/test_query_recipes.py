"""The recipes of docs/query.md, over an archive of awkward events."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import boto3
import duckdb
import pytest

from lambda_code.compactor import statements
from lambda_code.compactor.hours import Hour
from lambda_code.compactor.settings import EventsView
from lambda_code.compactor.view import original_text
from modules.events_view import COLUMNS, COMPACTED_COLUMNS, SQL
from tests.awkward_archive import IDS, ORDERS, lines_of_first_hour, lines_of_second_hour, write_archive
from tests.unit.docs.pages import ROOT, code_blocks
from tests.unit.emulator.athena.lake import HOURS, PARQUET, PROJECTION, FakeLake

pytestmark = pytest.mark.slow

_PAGE = ROOT / "docs" / "query.md"
_TYPES = Counter(json.loads(line)["type"] for line in [*lines_of_first_hour(), *lines_of_second_hour()])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reader")
    write_archive(folder / "archive")
    return folder


@pytest.fixture(autouse=True)
def _reader(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)


def _run(text: str) -> dict[str, Any]:
    """What the one recipe with this text in it leaves."""
    (block,) = [block for block in code_blocks(_PAGE, "python") if text in block]
    names: dict[str, Any] = {}
    exec(compile(block, _PAGE.name, "exec"), names)  # noqa: S102
    return names


def _types(relation: duckdb.DuckDBPyRelation) -> dict[str, int]:
    return dict(relation.aggregate("type, count(*)").fetchall())


def test_duckdb_left_to_guess_stops_at_an_event_that_is_not_like_the_first() -> None:
    with pytest.raises(duckdb.InvalidInputException, match="JSON transform error"):
        duckdb.execute("select * from read_json('archive/events/**/*.ndjson.gz')").fetchall()


def test_duckdb_reads_every_event_with_the_columns_of_the_recipe() -> None:
    events = _run("read_json(")["events"]
    assert _types(events) == _TYPES
    found = {row[0]: row for row in events.project("id, data, tapsequence, date, hour").fetchall()}
    assert len(found) == ORDERS + len(IDS)
    assert found["007"][1] == '"no longer an object"'
    assert found["numbers"][1].startswith('{"large":123456789012345678901234567890,')
    assert json.loads(found["cases"][1]) == {"Id": 1, "id": "2"}
    assert found["0"][2] == json.loads(lines_of_first_hour()[0])["tapsequence"]
    assert str(found["theirs"][3]) == "2026-11-28"  # of the folder, not the attribute


def test_duckdb_reads_whole_lines_byte_for_byte(capsys: pytest.CaptureFixture[str]) -> None:
    lines = _run("read_csv('archive/")["lines"]
    assert sorted(row[0].encode() for row in lines.project("event").fetchall()) == sorted(
        [*lines_of_first_hour(), *lines_of_second_hour()]
    )
    assert "eu" not in capsys.readouterr().out  # among so many, the print shows others
    theirs = duckdb.execute(
        "select event ->> '$.region', event ->> '$.date' from lines where event ->> '$.id' = 'theirs'"
    )
    assert theirs.fetchall() == [("eu", "2020-01-01")]


class Glue:
    """A Glue client of one table; each page has one partition."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = folders

    def get_paginator(self, operation: str) -> "Glue":
        assert operation == "get_partitions"
        return self

    def paginate(self, *, DatabaseName: str, TableName: str) -> Iterator[Mapping[str, Any]]:  # noqa: N803
        assert (DatabaseName, TableName) == ("tap_events_dev_us_east_1", "compacted")
        for folder in self._folders:
            yield {"Partitions": [{"StorageDescriptor": {"Location": f"{folder}/"}}]}


def _compact(folder: Path, lines: Sequence[bytes]) -> Path:
    """Parquet as the compactor has Athena write it: files without an ending."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = [[*map(json.loads(line).get, ("type", "source", "subject")), line.decode()] for line in lines]
    with duckdb.connect() as connection:
        connection.execute("create table hour (type varchar, source varchar, subject varchar, event varchar)")
        connection.executemany("insert into hour values (?, ?, ?, ?)", rows)
        connection.table("hour").write_parquet(f"{folder}/bucket-00000", compression="zstd")
    return folder


def test_duckdb_reads_published_files_and_none_that_were_superseded(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hours = folder / "compacted/date=2026-11-28"
    _compact(hours / "hour=14/superseded", lines_of_second_hour()[:2])
    published = [
        _compact(hours / "hour=13/run", lines_of_first_hour()[:100]),
        _compact(hours / "hour=14/run", lines_of_second_hour()),
    ]
    monkeypatch.setattr(boto3, "client", lambda service: {"glue": Glue(published)}[service])
    found = _run("get_partitions")["published"]
    assert found.aggregate("count(*)").fetchall() == [(100 + len(IDS),)]
    assert set(found.filter("hour = 14").project("event").fetchall()) == {
        (line.decode(),) for line in lines_of_second_hour()
    }


def test_an_event_that_is_in_two_regions_is_taken_once(folder: Path) -> None:
    (folder / "answers").mkdir()
    head = "source,id,taptime,type\r\n"
    east = '/shop,007,2026-11-28T13:00:01Z,order.placed\r\n/shop,"a,""b""",2026-11-28T13:00:02Z,order.named\r\n'
    west = "/shop,007,2026-11-28T13:00:00Z,order.placed\r\n/shop,7,2026-11-28T13:00:03Z,\r\n"
    (folder / "answers/us-east-1.csv").write_text(head + east, newline="")
    (folder / "answers/eu-west-1.csv").write_text(head + west, newline="")
    answers = _run("distinct on")["answers"]
    assert answers.project("id, taptime, type").fetchall() == [
        ("007", "2026-11-28T13:00:00Z", "order.placed"),
        ("7", "2026-11-28T13:00:03Z", None),
        ('a,"b"', "2026-11-28T13:00:02Z", "order.named"),
    ]


@pytest.fixture(scope="module")
def lake() -> FakeLake:
    """The archive of a stack on the emulator's Athena: one hour compacted, one as it came."""
    lake = FakeLake()
    lake.create(
        "raw", {"event": "string"}, location="s3://archive/events/", partitioned_by=HOURS, parameters=PROJECTION
    )
    lake.create(
        "compacted",
        dict.fromkeys(COMPACTED_COLUMNS, "string"),
        location="s3://archive/compacted/",
        library=PARQUET,
        partitioned_by=HOURS,
    )
    for hour, lines in (("13", lines_of_first_hour()[:50]), ("14", lines_of_second_hour())):
        lake.put(f"events/date=2026-11-28/hour={hour}/1.ndjson.gz", *(line.decode() for line in lines))
    compacted, folder = Hour.parse("2026-11-28-13"), "s3://archive/compacted/date=2026-11-28/hour=13/run/"
    lake.run(statements.write(compacted, "run", folder=folder, size_bytes=1))
    lake.publish("compacted", ["2026-11-28", "13"], folder)
    text = original_text(EventsView(sql=SQL, columns=COLUMNS), database="tap", through=compacted)
    lake.tables["tap/events"] = {"Name": "events", "TableType": "VIRTUAL_VIEW", "ViewOriginalText": text}
    return lake


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("count(distinct subject)", [["13", "50", "0"], ["14", "2", "0"]]),
        ("a_date_of_theirs", [["eu", "2020-01-01", None], [None, None, "1225.00"]]),
        ("try(from_iso8601", [["timed", "2026-11-28 12:59:59.999 UTC", "2026-11-28 13:00:46.123 UTC"]]),
    ],
)
def test_queries_answer_what_the_page_says(lake: FakeLake, text: str, rows: list[list[str | None]]) -> None:
    (sql,) = [block for block in code_blocks(_PAGE, "sql") if text in block]
    assert lake.rows(sql) == rows


def test_the_page_names_every_column_of_the_view() -> None:
    table = _PAGE.read_text().split("| columns of `events` |")[1].split("\n\n")[0]
    named = [name for row in table.splitlines()[2:] for name in re.findall(r"`([a-z0-9_]+)`", row.split("|")[1])]
    assert sorted(named) == sorted(COLUMNS)


def test_every_recipe_in_python_is_run_by_a_test() -> None:
    """By one of these, or in an environment with pandas (tests/recipes/test_pandas.py)."""
    marks = ("read_json(", "read_csv('archive/", "get_partitions", "distinct on", "import pandas")
    for block in code_blocks(_PAGE, "python"):
        assert sum(mark in block for mark in marks) == 1, block
