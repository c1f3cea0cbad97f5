"""`make local` and what it offers next, as somebody tries it who has just cloned the project."""

import csv
import gzip
import io
import json
import os
import shutil
import subprocess
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from modules.names import Kind, Names
from tests.awkward_archive import IDS, lines_of_first_hour, lines_of_second_hour
from tests.integration.account import Provider
from tests.project import clean_environ, copy_project
from tests.unit.docs.pages import ROOT, code_blocks
from tools.local import record
from tools.local.accounts import Account

pytestmark = pytest.mark.e2e

_COUNT = "select type, count(*) as events from events group by 1 order by 1"
# Long ago, so that no event of the day comes into it, and on a day that projection knows.
_DAY = "2026-01-31"
_LINES = [*lines_of_first_hour()[:50], *lines_of_second_hour()]


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A person in a copy of the project, on a terminal of their own."""

    folder: Path
    environ: dict[str, str]

    def make(self, *words: str, status: int = 0) -> subprocess.CompletedProcess[str]:
        """Runs make, which must end with this status: 2 where a command failed."""
        done = subprocess.run(
            ["make", *words],
            cwd=self.folder,
            env=self.environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == status, done.stdout + done.stderr
        return done

    def rows(self, sql: str) -> list[dict[str, Any]]:
        """What a query answers, by its JSON."""
        rows: list[dict[str, Any]] = json.loads(self.make("query", f"SQL={sql}", "ARGS=--format json").stdout)
        return rows

    def client(self, service: str) -> Any:
        """A client of what runs."""
        running = record.load(self.folder / ".cache/local/emulator.json")
        assert running
        return Account(url=running.url, account_id="000000000000", region="us-east-1").client(service)

    def store(self, hour: int, lines: Sequence[bytes]) -> None:
        """Stores lines in the archive as the processor does, in an hour of the day above."""
        s3 = self.client("s3")
        (archive,) = [one["Name"] for one in s3.list_buckets()["Buckets"] if "-archive-" in one["Name"]]
        key = f"events/date={_DAY}/hour={hour:02}/shardId-000000000000-{len(lines)}.ndjson.gz"
        s3.put_object(Bucket=archive, Key=key, Body=gzip.compress(b"\n".join([*lines, b""])))


@pytest.fixture(scope="module")
def newcomer(provider: Provider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newcomer]:
    """Somebody for whom everything runs; what is left after them is nothing."""
    if shutil.which("make") is None:
        pytest.skip("make is not installed")
    config = {name: value for name, value in os.environ.items() if name == "TF_CLI_CONFIG_FILE"}
    cache = {"TF_PLUGIN_CACHE_DIR": provider.environ["TF_PLUGIN_CACHE_DIR"]}
    somebody = Newcomer(copy_project(tmp_path_factory.mktemp("newcomer") / "project"), clean_environ(**config, **cache))
    try:
        assert 'make query SQL="select type, count(*)' in somebody.make("local").stdout
        yield somebody
    finally:
        assert "Nothing is left: no resources" in somebody.make("local-down").stdout


def test_what_was_sent_is_seen_as_a_table(newcomer: Newcomer) -> None:
    done = newcomer.make("query", f"SQL={_COUNT}")
    assert done.stdout.splitlines() == [
        "type       events",
        "---------  ------",
        "tap.hello       1",
        "tap.raw         3",
    ]
    assert "Query tap-local-us-east-1" in done.stderr
    assert "2 rows; an emulator answered" in done.stderr


def test_it_is_seen_as_csv_and_json(newcomer: Newcomer) -> None:
    assert newcomer.make("query", f"SQL={_COUNT}", "ARGS=--format csv").stdout.splitlines() == [
        "type,events",
        "tap.hello,1",
        "tap.raw,3",
    ]
    assert newcomer.rows(_COUNT) == [{"type": "tap.hello", "events": 1}, {"type": "tap.raw", "events": 3}]


def test_an_event_is_seen_whole(newcomer: Newcomer) -> None:
    (event,) = newcomer.rows("select * from events where type = 'tap.hello'")
    whole = json.loads(event["event"])
    assert (event["id"], event["source"]) == (whole["id"], whole["source"])
    assert json.loads(event["data"]) == whole["data"] == {"hello": "us-east-1"}
    assert (event["subject"], event["data_base64"]) == (None, None)
    assert event["date"] == event["taptime"][:10]


def test_saved_queries_are_listed_and_answered(newcomer: Newcomer) -> None:
    names = Names(project="tap", suffix="local", region="us-east-1", account_id="000000000000")
    # Not those of the stack: a stand-in for the provider may leave them out.
    newcomer.client("athena").create_named_query(
        Name="tap-local-us-east-1/by-type",
        Description="the events of a type",
        Database=names("events", Kind.DATABASE),
        QueryString="select type, count(*) as events\nfrom events where type = ? group by 1",
        WorkGroup=names("queries", Kind.WORKGROUP),
    )
    listed = newcomer.make("query", "ARGS=--list").stdout
    assert "by-type: the events of a type\n    select type, count(*) as events\n    from events" in listed
    done = newcomer.make("query", "ARGS=--saved by-type --param tap.raw --format csv")
    assert done.stdout.splitlines() == ["type,events", "tap.raw,3"]


@pytest.mark.parametrize("sql", [one for one in code_blocks(ROOT / "docs/query.md", "sql") if "from events" in one])
def test_the_queries_of_the_documentation_are_answered(newcomer: Newcomer, sql: str) -> None:
    newcomer.make("query", f"SQL={sql}")


def test_more_than_a_page_is_answered(newcomer: Newcomer) -> None:
    done = newcomer.make("query", "SQL=select n from unnest(sequence(1, 2500)) as t(n) order by 1", "ARGS=--format csv")
    assert [int(row[0]) for row in [*csv.reader(io.StringIO(done.stdout))][1:]] == [*range(1, 2501)]


def test_a_mistake_is_told_with_what_to_do(newcomer: Newcomer) -> None:
    done = newcomer.make("query", 'SQL=select "total" from events', status=2)
    assert "COLUMN_NOT_FOUND: " in done.stderr
    assert "json_extract_scalar(event, '$.name')" in done.stderr
    assert "no SQL; allowed: make query SQL=" in newcomer.make("query", status=2).stderr


def test_what_is_compacted_is_what_was_stored(newcomer: Newcomer) -> None:
    newcomer.store(13, _LINES[:50])
    newcomer.store(14, _LINES[50:])
    time.sleep(2)  # until an object is that old, its hour counts as one that may still change
    of_the_day = f"from events where \"date\" = '{_DAY}'"
    before = newcomer.rows(f"select * {of_the_day} order by tapsequence")
    assert Counter(row["event"].encode() for row in before) == Counter(_LINES)
    assert {row["id"] for row in before} >= set(IDS)
    told = newcomer.make("compact").stdout
    assert f"2 hours ({_DAY}-13, {_DAY}-14): compacted and proven" in told
    assert f"`events` reads compacted hours up to {_DAY}-14" in told
    assert newcomer.rows(f"select * {of_the_day} order by tapsequence") == before
    assert newcomer.rows("select count(*) as events from compacted") == [{"events": len(_LINES)}]
    again = newcomer.make("compact", "ARGS=--check all").stdout
    assert "nothing to do: every hour that is closed is compacted as it is" in again
