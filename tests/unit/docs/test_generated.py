"""The generated parts are those that the code would write now."""

import re
from pathlib import Path

import pytest

from modules.alarm_catalogue import CATALOGUE
from modules.alarms_settings import AlarmSettings
from stacks.settings.fields import leaves
from tests.synthesized import Stack
from tests.unit.docs.pages import ROOT, anchors
from tools import docs

RUNBOOK = ROOT / "docs/runbook.md"


@pytest.mark.parametrize("name", docs.PAGES)
def test_no_generated_part_is_stale(name: str, dev: Stack) -> None:
    page = ROOT / name
    assert "<!-- generated: " in page.read_text()
    assert docs.rewritten(page, dev.json) == page.read_text(), "run python -m tools.docs"


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


def test_thresholds_name_settings_that_exist() -> None:
    keys = {leaf.key for leaf in leaves()} | {"timeout_seconds", "reserved_concurrency"}
    named = {name for text in docs.THRESHOLDS.values() for name in re.findall(r"`([^`]+)`", text)}
    assert named <= keys
    assert {f"alarms.{name}" for name in AlarmSettings.model_fields} - named == {
        "alarms.emails",
        "alarms.evaluation_minutes",
    }


def test_an_alarm_without_a_threshold_setting_begins_at_one(stacks: dict[str, Stack]) -> None:
    modes = {mode.id for mode in CATALOGUE}
    assert set(docs.THRESHOLDS) <= modes
    for stack in stacks.values():
        for alarm in stack.resources("aws_cloudwatch_metric_alarm").values():
            mode = alarm["alarm_description"].rpartition("#")[2]
            assert mode in docs.THRESHOLDS or alarm["threshold"] == 1, mode


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
    page = tmp_path / "README.md"
    page.write_text("before\n<!-- generated: settings -->\nold\n<!-- end of generated part -->\nafter\n")
    monkeypatch.setattr(docs, "ROOT", tmp_path)
    monkeypatch.setattr(docs, "PAGES", ("README.md",))
    monkeypatch.setattr(docs, "example_stack", dict)
    assert docs.main(["--check"]) == 1
    assert "README.md is stale: run python -m tools.docs" in capsys.readouterr().err
    assert docs.main([]) == 0
    assert "README.md rewritten" in capsys.readouterr().out
    assert "`stream.retention_hours`" in page.read_text()
    assert page.read_text().startswith("before\n")
    assert page.read_text().endswith("\nafter\n")
    assert docs.main(["--check"]) == 0


def test_a_wrong_argument_is_answered_with_the_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert docs.main(["--chekc"]) == 2
    assert "usage: python -m tools.docs [--check]" in capsys.readouterr().err
