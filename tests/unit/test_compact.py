"""`make compact`: what the compactor is asked, and what is said of its answer."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.response import StreamingBody
from botocore.stub import Stubber

from tests.project import ENVIRONMENTS
from tests.unit.replay.test_services import TARGET
from tools import compact
from tools.compact import told
from tools.query import place
from tools.replay.target import Target

_STACK = ["--stack", "tap-dev-us-east-1"]


class Compactor:
    """The function, which answers as it is told."""

    def __init__(self, stubber: Stubber) -> None:
        self._stubber = stubber

    def answers(self, request: dict[str, object], payload: object, **more: str) -> None:
        text = json.dumps(payload).encode()
        body = StreamingBody(io.BytesIO(text), len(text))
        asked = {
            "FunctionName": "compactor",
            "InvocationType": "RequestResponse",
            "Payload": json.dumps(request).encode(),
        }
        self._stubber.add_response("invoke", {"Payload": body} | more, asked)

    def refuses(self, code: str) -> None:
        self._stubber.add_client_error("invoke", code, "not you")


@pytest.fixture
def compactor(monkeypatch: pytest.MonkeyPatch) -> Iterator[Compactor]:
    target = replace(TARGET, compactor="compactor")
    monkeypatch.setattr(place, "find", lambda stack, *_, **__: (stack or "tap-local-us-east-1", target))
    with Stubber(boto3.client("lambda", "us-east-1")) as stubber:
        monkeypatch.setattr(compact, "_client", lambda _: stubber.client)
        yield Compactor(stubber)
        stubber.assert_no_pending_responses()


@pytest.mark.parametrize(
    ("arguments", "request_"),
    [
        ([], {}),
        (["--check", "all"], {"check": "all"}),
        (["--hours", "2026-11-28-13", "2026-11-28-14"], {"hours": ["2026-11-28-13", "2026-11-28-14"]}),
    ],
)
def test_it_asks_for_what_was_chosen_and_says_what_was_done(
    compactor: Compactor, arguments: list[str], request_: dict[str, object], capsys: pytest.CaptureFixture[str]
) -> None:
    compactor.answers(request_, {"compacted": ["2026-11-28-13"], "waiting": 2, "through": "2026-11-28-13"})
    assert compact.main([*_STACK, *arguments]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "1 hour (2026-11-28-13): compacted and proven",
        "2 hours: left for the next run, or for this command again",
        "`events` reads compacted hours up to 2026-11-28-13",
    ]


def test_an_hour_that_was_not_proven_is_a_failure(compactor: Compactor, capsys: pytest.CaptureFixture[str]) -> None:
    compactor.answers({}, {"different": ["2026-11-28-13"], "through": None})
    assert compact.main(_STACK) == 1
    assert "1 hour (2026-11-28-13): NOT proven" in capsys.readouterr().out


def test_a_function_that_fails_is_told_with_its_words(compactor: Compactor, capsys: pytest.CaptureFixture[str]) -> None:
    compactor.answers({}, {"errorMessage": "Task timed out"}, FunctionError="Unhandled")
    assert compact.main(_STACK) == 1
    assert 'compactor failed, which loses nothing: run it again. It said: {"errorMessage": "Task timed out"}' in (
        capsys.readouterr().err
    )


def test_a_refusal_is_told(compactor: Compactor, capsys: pytest.CaptureFixture[str]) -> None:
    compactor.refuses("AccessDeniedException")
    assert compact.main(_STACK) == 1
    assert "invoking compactor: AccessDeniedException: not you (see the permissions in --help)" in (
        capsys.readouterr().err
    )


def test_a_stack_without_compactor_is_told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(place, "find", lambda *_, **__: ("tap-dev-us-east-1", TARGET))
    assert compact.main(_STACK) == 1
    assert "tap-dev-us-east-1 has no compactor: set query.compaction = true" in capsys.readouterr().err


@pytest.fixture
def root(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "environments").symlink_to(ENVIRONMENTS)
    monkeypatch.setattr(place, "ROOT", tmp_path)


@pytest.mark.usefixtures("root")
def test_an_unknown_stack_and_a_wrong_hour_are_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert compact.main(["--stack", "tap-nowhere"]) == 2
    assert "there is no stack 'tap-nowhere'" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        compact.main([*_STACK, "--hours", "2026-11-28"])
    assert "got '2026-11-28'; allowed: hours in UTC, such as 2026-11-28-13" in capsys.readouterr().err


def test_the_call_is_never_repeated_and_waits_as_long_as_a_function_can_run() -> None:
    config = compact._client(TARGET).meta.config
    assert config.read_timeout > 900
    assert config.retries["total_max_attempts"] == 1


@pytest.mark.parametrize(
    ("answer", "lines"),
    [
        (
            {},
            ["nothing to do: every hour that is closed is compacted as it is", "`events` reads raw hours only"],
        ),
        ({"busy": True}, ["another run is at work, so this one did nothing: run it again in some minutes"]),
        (
            {"expired": [f"2026-11-28-{hour:02}" for hour in range(14)], "through": "2026-11-28-13"},
            [
                f"14 hours ({', '.join(f'2026-11-28-{at:02}' for at in range(12))} and 2 more): raw objects removed",
                "`events` reads compacted hours up to 2026-11-28-13",
            ],
        ),
        (
            {"unstable": ["2026-11-28-13"]},
            [
                "1 hour (2026-11-28-13): changed meanwhile, and comes next time",
                "`events` reads raw hours only",
            ],
        ),
    ],
)
def test_every_answer_has_words(answer: dict[str, Any], lines: list[str]) -> None:
    assert told(answer) == lines


def test_interrupted_it_says_that_the_function_goes_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted() -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(compact, "take_signals", lambda: None)
    monkeypatch.setattr(compact, "main", interrupted)
    assert compact.run() == 130
    assert "the function goes on" in capsys.readouterr().err


@pytest.mark.usefixtures("root")
def test_what_belongs_to_the_stack_is_found_by_its_settings() -> None:
    _, target = place.find("tap-dev-us-east-1", None, {}, usage="")
    assert isinstance(target, Target)
    assert target.compactor == "tap-compactor-dev-us-east-1"
