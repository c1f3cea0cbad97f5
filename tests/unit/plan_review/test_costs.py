"""The comment says what a plan changes about the costs, where that is written beside it."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.plan_review.plans import change, written
from tools.plan_review import __main__ as command

_STREAM = change("aws_kinesis_stream", {"shard_count": 2}, {"shard_count": 3}, address="aws_kinesis_stream.events")
_NOTE: dict[str, Any] = {
    "before_usd": 1210.36,
    "after_usd": 1235.91,
    "events_per_second": 100,
    "lines": {"Kinesis shards": 10.95, "Kinesis retention beyond 24 hours": 14.60},
    "unknown": [],
}
_TEXT = (
    "**+25.55 US dollars a month** at 100 events per second, from 1,210.36 to 1,235.91: "
    "`Kinesis retention beyond 24 hours` +14.60, `Kinesis shards` +10.95\n"
)


def _comment(folder: Path, capsys: pytest.CaptureFixture[str], notes: dict[str, object]) -> str:
    plans = []
    for stack, note in notes.items():
        plans.append(str(written(folder, _STREAM, name=stack)))
        text = note if isinstance(note, str) else json.dumps(note)
        (folder / f"{stack}.cost.json").write_text(text)
    assert command.main([*plans, "--advisory", "--output", str(folder / "review.md")]) == 0
    return capsys.readouterr().out


def test_the_difference_is_said_with_what_makes_most_of_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = _comment(tmp_path, capsys, {"tap-dev-us-east-1": _NOTE})
    assert f"\nCosts, for the traffic that the environments declare:\n\n- `tap-dev-us-east-1`: {_TEXT}" in text


def test_stacks_that_change_alike_are_said_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = _comment(tmp_path, capsys, {"tap-dev-us-east-1": _NOTE, "tap-dev-us-west-2": _NOTE})
    assert f"- `tap-dev-us-east-1` (x2): {_TEXT}" in text


def test_small_lines_are_counted_and_what_is_not_known_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = {f"line {number}": -float(number) for number in range(1, 8)}
    note = {**_NOTE, "after_usd": 1182.36, "lines": lines, "unknown": ["aws_db_instance.orders"]}
    text = _comment(tmp_path, capsys, {"tap-dev-us-east-1": note})
    assert "**-28.00 US dollars a month**" in text
    assert "1,182.36: `line 7` -7.00, `line 6` -6.00, `line 5` -5.00, `line 4` -4.00, 3 more, not known: " in text
    assert "not known: `aws_db_instance.orders`\n" in text


@pytest.mark.parametrize(
    "note",
    [
        {**_NOTE, "lines": {}},
        "",
        "[]",
        "null",
        '{"before_usd": 1}',
        {**_NOTE, "after_usd": "much"},
        {**_NOTE, "lines": [1]},
        {**_NOTE, "unknown": None},
        json.dumps(_NOTE).replace("1210.36", "NaN"),
        json.dumps(_NOTE).replace("1210.36", "9" * 400),
    ],
)
def test_without_a_difference_or_a_note_that_can_be_read_nothing_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], note: object
) -> None:
    assert "US dollars" not in _comment(tmp_path, capsys, {"tap-dev-us-east-1": note})


def test_names_are_no_markdown_and_many_stacks_leave_room(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = {f"<b>`x` | {'y' * 300}": 1.0}
    notes: dict[str, object] = {
        f"tap-s{number}-us-east-1": {**_NOTE, "after_usd": 1210.36 + number, "lines": lines} for number in range(1, 60)
    }
    text = _comment(tmp_path, capsys, notes)
    assert "`<b>'x' ¦ yyy" in text
    part = text.partition("Costs, for the traffic")[2].partition("\n<details>")[0]
    assert len(part) < 2_100
    assert " more: see the whole plan." in part
