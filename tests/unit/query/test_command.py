"""`make query` from its command line to what it prints."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from tests.project import ROOT
from tests.unit.replay.test_services import TARGET
from tools.query import command, place
from tools.query.athena import Column, Done, QueryError, Row, Saved
from tools.replay.ports import ServiceError
from tools.replay.target import TargetError

_COLUMNS = [Column("type", "varchar"), Column("events", "bigint")]
_SAVED = [
    Saved("count-by-type", "How many events of each type came", "select type, count(*)\nfrom events"),
    Saved("latest", "", "select 1"),
]


class Queries:
    """A workgroup that answers each query in the same way; `fails` is raised instead, while it waits."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Sequence[str]]] = []
        self.stopped: list[str] = []
        self.fails: BaseException | None = None
        self.done = Done(id="q-1", read_bytes=1_200_000, seconds=1.5, charged=True)

    def start(self, sql: str, parameters: Sequence[str]) -> str:
        self.asked.append((sql, parameters))
        return "q-1"

    def wait(self, id_: str, on_state: Callable[[str], None]) -> Done:
        assert id_ == "q-1"
        on_state("running")
        if self.fails:
            raise self.fails
        return self.done

    def stop(self, id_: str) -> None:
        self.stopped.append(id_)

    def answer(self, done: Done) -> tuple[list[Column], Iterator[list[Row]]]:
        assert done is self.done
        return _COLUMNS, iter([[["order.placed", "2"]], [["it, too", "1"]]])

    def saved(self) -> list[Saved]:
        return _SAVED


@pytest.fixture
def queries(monkeypatch: pytest.MonkeyPatch) -> Queries:
    queries = Queries()
    monkeypatch.setattr(place, "find", lambda stack, *_, **__: (stack or "tap-local-us-east-1", TARGET))
    monkeypatch.setattr(command, "connect", lambda *_: queries)
    return queries


def test_the_answer_goes_to_stdout_and_what_it_cost_to_stderr(
    queries: Queries, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.main(["--sql=select 1;\n", "--stack", "tap-dev-us-east-1"]) == 0
    out, err = capsys.readouterr()
    assert queries.asked == [("select 1", [])]
    assert out.splitlines() == [
        "type          events",
        "------------  ------",
        "order.placed       2",
        "it, too            1",
    ]
    assert "Query tap-dev-us-east-1" in err
    assert "2 rows; Athena read 1.2 MB in 1.5 s, about 0.00005 US dollars" in err


def test_the_other_formats_are_chosen(queries: Queries, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["--sql=select 1", "--format", "csv"]) == 0
    assert capsys.readouterr().out == 'type,events\r\norder.placed,2\r\n"it, too",1\r\n'
    assert command.main(["--sql=select 1", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)[1] == {"type": "it, too", "events": 1}
    assert len(queries.asked) == 2


def test_an_emulator_has_no_price(
    queries: Queries, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    target = replace(TARGET, endpoint_url="http://127.0.0.1:4711")
    monkeypatch.setattr(place, "find", lambda *_, **__: ("tap-local-us-east-1", target))
    assert command.main(["--sql=select 1"]) == 0
    assert "2 rows; an emulator answered" in capsys.readouterr().err
    assert queries.asked


def test_what_athena_does_not_charge_has_no_price(queries: Queries, capsys: pytest.CaptureFixture[str]) -> None:
    queries.done = replace(queries.done, charged=False)
    command.main(["--sql=show tables"])
    assert capsys.readouterr().err.endswith("2 rows; Athena read 1.2 MB in 1.5 s\n")


def test_sql_comes_from_a_file_or_from_standard_input(
    queries: Queries, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "question.sql").write_text("select 'Zoë' -- who\n;\n", encoding="utf-8")
    assert command.main(["--file", str(tmp_path / "question.sql")]) == 0
    monkeypatch.setattr(sys, "stdin", io.StringIO("select 2"))
    assert command.main(["--sql", "-", "--param", "order-1"]) == 0
    assert queries.asked == [("select 'Zoë' -- who", []), ("select 2", ["order-1"])]


def test_saved_queries_are_listed_and_run(queries: Queries, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["--list"]) == 0
    assert capsys.readouterr().out == (
        "count-by-type: How many events of each type came\n    select type, count(*)\n    from events\n\n"
        "latest\n    select 1\n"
    )
    assert command.main(["--saved", "count-by-type"]) == 0
    assert queries.asked == [("select type, count(*)\nfrom events", [])]
    capsys.readouterr()
    assert command.main(["--saved", "count"]) == 1
    assert capsys.readouterr().err == "no query is saved as 'count'; there is: count-by-type, latest\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--sql="], "no SQL; allowed: make query SQL="),
        (["--sql=select 1", "--list"], "sql and list: one of them"),
        (["--list", "--param", "a"], "--param is for the"),
    ],
)
def test_wrong_usage_is_told(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        command.main(arguments)
    assert ended.value.code == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "message"),
    [(None, "can't be read: No such file"), (b" ;\n", "no SQL in it"), (b"\xff", "not text in UTF-8")],
)
def test_a_file_without_sql_is_told(
    queries: Queries, content: bytes | None, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if content is not None:
        (tmp_path / "question.sql").write_bytes(content)
    assert command.main(["--file", str(tmp_path / "question.sql")]) == 2
    assert message in capsys.readouterr().err
    assert queries.asked == []


@pytest.mark.parametrize(
    ("error", "status"), [(QueryError("no such column"), 1), (ServiceError("not you"), 1), (TargetError("which?"), 2)]
)
def test_a_failure_is_told_and_its_status_says_whose_it_is(
    queries: Queries, error: Exception, status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    queries.fails = error
    assert command.main(["--sql=select 1"]) == status
    out, err = capsys.readouterr()
    assert (out, err.splitlines()[-1]) == ("", str(error))
    assert queries.stopped == []


def test_an_interrupt_stops_the_query(queries: Queries) -> None:
    queries.fails = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        command.main(["--sql=select 1"])
    assert queries.stopped == ["q-1"]


_SHUT = """
import os, sys
from tools.query import command
from tools.query.athena import Column, Done
class Queries:
    def start(self, *_): return "q-1"
    def wait(self, *_): return Done(id="q-1", read_bytes=0, seconds=0, charged=True)
    def answer(self, _): return [Column("a", "varchar")], iter([[["x" * 100]] * 1000] * 100)
command.place.find = lambda *_, **__: ("tap-local-us-east-1", type("Target", (), {"endpoint_url": None}))
command.connect = lambda *_: Queries()
sys.exit(command.main(["--sql=select 1"]))
"""


@pytest.mark.slow
def test_a_reader_that_has_seen_enough_ends_it_without_a_word() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _SHUT], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.readline()
        process.stdout.close()
        assert "Error" not in process.stderr.read()
    assert process.returncode == 0


@pytest.mark.parametrize(
    "sql",
    [
        'select "$path", `x` from raw where "date" = \'2026-01-31\'',
        "select 'it''s $(shell echo me) $$HOME' -- \\",
        "select 1\nfrom events",
    ],
)
def test_make_gives_sql_to_the_command_as_it_was_typed(sql: str, tmp_path: Path) -> None:
    (tmp_path / "Makefile").write_bytes((ROOT / "Makefile").read_bytes())
    shown = ["make", "--silent", "query", f"SQL={sql}", "ENSURE=@true", 'PY=@printf "%s\\0"']
    done = subprocess.run(shown, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert f"--sql={sql}" in done.stdout.split("\0")
