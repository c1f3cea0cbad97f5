"""The command: what it prints, and its exit status."""

from __future__ import annotations

import io
import signal
from pathlib import Path
from typing import Any

import pytest

from tests.project import ENVIRONMENTS
from tests.unit.replay.world import Steps, World, document, key, payload
from tools.progress import Count
from tools.replay import __main__ as command
from tools.replay.batch import Found, found, read
from tools.replay.ports import Answer, ServiceError
from tools.replay.progress import Told

STACK = ["--stack", "tap-dev-us-east-1"]
FIRST = key(1, time="2025-06-15T15.06.01")


@pytest.fixture(autouse=True)
def _environments(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stacks are those of the tests' environments."""
    monkeypatch.setattr(command, "ENVIRONMENTS", ENVIRONMENTS)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    """Two failed batches, reached instead of AWS."""
    world = World()
    for number in (1, 2):
        world.failed[key(number, time=f"2025-06-15T15.06.0{number}")] = document(payload(number))
    monkeypatch.setattr(command, "connect", lambda _target, *, concurrency: (world, world))  # noqa: ARG005
    return world


def last_line(text: str) -> str:
    """What the command says in the end; before it the processor, which runs in this process, prints metrics."""
    return text.splitlines()[-1]


def test_all_stored_is_0(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(STACK, {}) == 0
    said = capsys.readouterr()
    assert last_line(said.out) == "2 batches stored and removed (2 records); 0 failed again."
    assert said.err.splitlines()[0] == f"1/2 stored 1 record: {FIRST} (RetryAttemptsExhausted)"
    assert world.failed == {}
    assert command.main(STACK, {}) == 0
    assert capsys.readouterr().out.startswith("0 batches")


def test_a_dry_run_says_what_would_be_done(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main([*STACK, "--dry-run", "--limit", "1"], {}) == 0
    said = capsys.readouterr()
    assert said.out == "1 batch would be replayed (1 record); 0 cannot be replayed; 1 others not selected.\n"
    assert "would replay 1 record" in said.err
    assert len(world.failed) == 2


def test_some_failed_again_is_1(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.answers = [Answer(b'{"errorMessage": "boom"}', "Unhandled")]
    assert command.main(STACK, {}) == 1
    said = capsys.readouterr()
    assert "FAILED" in said.err
    assert "boom" in said.err
    assert last_line(said.out) == "1 batch stored and removed (1 record); 1 failed again."


def test_a_service_that_refuses_is_1_and_says_how_many_are_left(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(number: int, when: str) -> None:
        if (number, when) == (3, "before"):
            raise ServiceError("invoking: throttled")

    world.steps = Steps(refuse)
    assert command.main(STACK, {}) == 1
    said = capsys.readouterr()
    assert "invoking: throttled" in said.err
    assert "2 not tried: run the same command again" in said.out


def test_a_bucket_that_cannot_be_listed_is_1(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    def refuse(_number: int, _when: str) -> None:
        raise ServiceError("listing: NoSuchBucket")

    world.steps = Steps(refuse)
    assert command.main(STACK, {}) == 1
    assert capsys.readouterr().err == "listing: NoSuchBucket\n"


def test_interrupted_is_130_and_says_how_many_are_left(world: World, capfd: pytest.CaptureFixture[str]) -> None:
    def interrupt(number: int, when: str) -> None:
        if (number, when) == (3, "before"):
            handler: Any = signal.getsignal(signal.SIGINT)
            handler(signal.SIGINT, None)

    world.steps = Steps(interrupt)
    assert command.main(STACK, {}) == 130
    assert "1 batch stored and removed (1 record); 0 failed again; 1 not tried" in capfd.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "--stack"),
        (["--stack", ""], "make replay STACK=tap-dev-us-east-1"),
        ([*STACK, "--since", "yesterday"], "allowed: such as 2026-01-31"),
        ([*STACK, "--limit", "0"], "a whole number from 1"),
        ([*STACK, "--concurrency", "x"], "a whole number from 1"),
    ],
)
def test_wrong_usage_is_2(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        command.main(arguments, {})
    assert end.value.code == 2
    assert said in capsys.readouterr().err


def test_an_unknown_stack_or_file_is_2(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert command.main(["--stack", "tap-nowhere"], {}) == 2
    assert command.main([*STACK, "--outputs", str(tmp_path / "none.json")], {}) == 2
    assert "none.json: can't be read" in capsys.readouterr().err


def test_times_are_utc_unless_they_say_otherwise(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main([*STACK, "--since", "2025-06-15T17:06:02+02:00", "--until", "2025-06-16"], {}) == 0
    assert list(world.failed) == [FIRST]
    assert "1 others not selected" in capsys.readouterr().out


def test_strange_names_are_told_and_left(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.failed["aws/lambda/notes.txt"] = b"ours"
    assert command.main(STACK, {}) == 0
    assert "skipped: not a failed batch: aws/lambda/notes.txt" in capsys.readouterr().err
    assert list(world.failed) == ["aws/lambda/notes.txt"]


def test_what_failed_is_a_line_that_stays_and_the_rest_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    noted: list[tuple[str, bool]] = []
    monkeypatch.setattr(Count, "next", lambda _, text, *, lasting: noted.append((text, lasting)))
    told, batch, name = Told(Count("batches", 3, io.StringIO()), dry_run=False), read(document(payload(1))), _found()
    told.done(name, batch)
    told.failed(name, "boom")
    told.gone(name)
    assert noted == [
        (f"stored 1 record: {name.key} (RetryAttemptsExhausted)", False),
        (f"FAILED: {name.key}: boom", True),
        (f"already removed: {name.key}", False),
    ]


def _found() -> Found:
    made = found(key(1))
    assert made
    return made
