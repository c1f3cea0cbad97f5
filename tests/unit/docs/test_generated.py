"""The generated parts are those that the code would write now."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from modules.alarm_catalogue import CATALOGUE
from modules.failure_mode import FailureMode, Limit, Setting, Share
from stacks.settings.fields import leaves
from tests.synthesized import Stack
from tests.unit.docs.pages import ROOT, anchors
from tools import docs, failure_modes

RUNBOOK = ROOT / "docs/runbook.md"


@pytest.mark.parametrize("name", docs.PAGES)
def test_no_generated_part_is_stale(name: str, dev: Stack, prod: Stack) -> None:
    page = ROOT / name
    assert "<!-- generated: " in page.read_text()
    assert docs.rewritten(page, {"dev": dev.json, "prod": prod.json}) == page.read_text(), "run python -m tools.docs"


def test_every_alarm_links_to_a_section_of_the_runbook(stacks: dict[str, Stack]) -> None:
    found = anchors(RUNBOOK)
    descriptions = [
        alarm["alarm_description"]
        for stack in stacks.values()
        for alarm in stack.resources("aws_cloudwatch_metric_alarm").values()
    ]
    assert descriptions
    for description in descriptions:
        address = re.search(r"(\S+)/blob/main/docs/runbook\.md#(\S+)$", description)
        assert address, description
        assert address[2] in found


def test_every_failure_mode_has_a_section_under_its_own_anchor() -> None:
    text = RUNBOOK.read_text()
    for mode in CATALOGUE:
        section = text.partition(f'<a id="{mode.id}"></a>\n\n## {mode.title}\n')[2].partition("<a id=")[0]
        assert mode.means in section
        assert f"`{mode.metric}`" in section
        assert "**What to do**" in section


def test_every_section_has_its_four_steps_and_every_one_its_failure_mode() -> None:
    text = RUNBOOK.read_text()
    part = text.partition("<!-- generated: failure-modes -->")[2].partition("<!-- end of generated part -->")[0]
    found = failure_modes.steps(part)
    assert [*found] == [mode.id for mode in CATALOGUE]
    labels = {id_: re.findall(r"^\*\*([A-Z][^*]+)\*\*", body, re.MULTILINE) for id_, body in found.items()}
    assert {id_: some for id_, some in labels.items() if some != [*failure_modes.STEPS]} == {}
    assert [id_ for id_, body in found.items() if "```sh\n" not in body] == []


def _mode(**changed: Any) -> FailureMode:
    mode = FailureMode(
        id="late",
        part="stream",
        title="Late",
        means="It is late.",
        action="Hurry.",
        namespace="AWS/Kinesis",
        metric="Age",
        statistic="Maximum",
        unit="ms",
        dimensions=("StreamName",),
    )
    return replace(mode, **changed)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, "\u2265 1 ms, in a period of `alarms.evaluation_minutes` minutes"),
        ({"threshold": 2.5, "period_seconds": 3600}, "\u2265 2.5 ms, in a period of 60 minutes"),
        (
            {"threshold": Setting("api_latency_ms"), "breaching_periods": 2, "evaluated_periods": 3},
            "\u2265 `alarms.api_latency_ms` ms, in 2 of 3 periods of `alarms.evaluation_minutes` minutes",
        ),
        (
            {"threshold": Setting("duration_percent", percent_of=Limit.TIMEOUT)},
            "\u2265 `alarms.duration_percent` % of the function's `timeout_seconds`, "
            "in a period of `alarms.evaluation_minutes` minutes",
        ),
        (
            {"threshold": Setting("duration_percent", percent_of=Limit.TIMEOUT, minutes="iterator_age_minutes")},
            "\u2265 `alarms.iterator_age_minutes` minutes, or `alarms.duration_percent` % of the function's "
            "`timeout_seconds` if that is less, in a period of `alarms.evaluation_minutes` minutes",
        ),
        (
            {"threshold": Setting("api_4xx_count"), "share": Share("Count", "api_4xx_percent")},
            "\u2265 `alarms.api_4xx_count` ms, and \u2265 `alarms.api_4xx_percent` % of `Count`, "
            "in a period of `alarms.evaluation_minutes` minutes",
        ),
        (
            {"threshold": Setting("minimum_requests_per_hour"), "below": True},
            "< `alarms.minimum_requests_per_hour` ms, in a period of `alarms.evaluation_minutes` minutes; "
            "0 in `alarms.minimum_requests_per_hour` means no alarm",
        ),
    ],
)
def test_a_section_says_from_which_value_on_and_which_setting_decides_that(
    monkeypatch: pytest.MonkeyPatch, changed: dict[str, Any], expected: str
) -> None:
    monkeypatch.setattr("tools.failure_modes.CATALOGUE", (_mode(**changed),))
    assert f"\n- **Threshold**: {expected}\n" in failure_modes.sections("")


def test_a_section_names_every_dimension(monkeypatch: pytest.MonkeyPatch) -> None:
    mode = _mode(fixed_dimensions={"Operation": "PutItem"})
    monkeypatch.setattr("tools.failure_modes.CATALOGUE", (mode,))
    assert (
        "- **Metric**: `Age` in `AWS/Kinesis`, Maximum, by `StreamName`, `Operation` = `PutItem`\n"
        in failure_modes.sections("")
    )


def test_steps_written_by_hand_stay_with_their_failure_mode(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tools.failure_modes.CATALOGUE", (_mode(),))
    first = failure_modes.sections("")
    (steps,) = failure_modes.steps(first).values()
    written = "**Look** at the clock.\n\n- first\n- second\n\n```sh\ndate\n```"
    monkeypatch.setattr("tools.failure_modes.CATALOGUE", (_mode(id="new"), _mode(means="Other facts.")))
    again = failure_modes.sections(first.replace(steps, written))
    assert failure_modes.steps(again)["late"] == written
    assert "Other facts." in again
    assert again.index('<a id="new">') < again.index('<a id="late">')
    assert failure_modes.sections(again) == again


def test_a_new_failure_mode_gets_steps_to_start_from(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tools.failure_modes.CATALOGUE", (_mode(),))
    (steps,) = failure_modes.steps(failure_modes.sections("")).values()
    assert re.findall(r"^\*\*([^*]+)\*\*", steps, re.MULTILINE) == [*failure_modes.STEPS]
    assert "Hurry." in steps
    assert "contains(AlarmName, '-late-')" in steps


def test_steps_are_not_thrown_away_with_an_entry_that_was_renamed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    entries = [mode if mode.id != "lag" else replace(mode, id="delay") for mode in CATALOGUE]
    monkeypatch.setattr("tools.failure_modes.CATALOGUE", entries)
    monkeypatch.setattr(docs, "PAGES", ("docs/runbook.md",))
    monkeypatch.setattr(docs, "example_stacks", dict)
    assert docs.main([]) == 2
    assert "docs/runbook.md has steps for lag, which CATALOGUE" in capsys.readouterr().err


def test_settings_that_a_limit_names_exist() -> None:
    keys = {leaf.key for leaf in leaves()} | {"timeout_seconds", "reserved_concurrency"}
    assert {name for limit in Limit for name in re.findall(r"`([^`]+)`", limit.value)} <= keys


def test_every_setting_of_a_threshold_decides_one() -> None:
    decide = {mode.threshold.name for mode in CATALOGUE if isinstance(mode.threshold, Setting)}
    decide |= {mode.share.percent for mode in CATALOGUE if mode.share}
    settings = {leaf.location[1] for leaf in leaves() if leaf.location[0] == "alarms"}
    told = {"emails", "urls", "page_emails", "page_urls"}
    assert settings - decide == {*told, "evaluation_minutes", "account_concurrency", "iterator_age_minutes"}


def test_roles_are_shown_without_suffix_region_and_account() -> None:
    statement = (
        '{"Statement": [{"Sid": "PutArchive", "Action": "s3:PutObject", "Resource":'
        ' "arn:aws:s3:::tap-archive-dev-us-east-1-111111111111/*",'
        ' "Condition": {"StringEquals": {"s3:ResourceAccount": "111111111111"}}}]}'
    )
    stack = {"resource": {"aws_iam_role_policy": {"processor_policy_12345678": {"policy": statement}}}}
    row = "| processor | PutArchive | `s3:PutObject` | `tap-archive/*` | `s3:ResourceAccount` is `<account>` |"
    assert docs.roles(stack).splitlines()[2] == row


def test_check_names_stale_pages_and_rewriting_makes_them_current(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "settings.md"
    page.write_text("before\n<!-- generated: settings -->\nold\n<!-- end of generated part -->\nafter\n")
    monkeypatch.setattr(docs, "ROOT", tmp_path)
    monkeypatch.setattr(docs, "PAGES", ("settings.md",))
    monkeypatch.setattr(docs, "example_stacks", dict)
    assert docs.main(["--check"]) == 1
    assert "settings.md is stale: run python -m tools.docs" in capsys.readouterr().err
    assert docs.main([]) == 0
    assert "settings.md rewritten" in capsys.readouterr().out
    assert "`stream.retention_hours`" in page.read_text()
    assert page.read_text().startswith("before\n")
    assert page.read_text().endswith("\nafter\n")
    assert docs.main(["--check"]) == 0


def test_what_keeps_it_from_synthesizing_is_said_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SYNTH_HCL_OUTPUT", "true")
    assert docs.main([]) == 2
    assert capsys.readouterr().err.startswith('SYNTH_HCL_OUTPUT: got "true"')


def test_a_wrong_argument_is_answered_with_the_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert docs.main(["--chekc"]) == 2
    assert "usage: python -m tools.docs [--check]" in capsys.readouterr().err
