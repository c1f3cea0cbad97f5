"""`make plan`, as it is called, and what `make plan-review` makes of it."""

import json
import os
import shutil
import zipfile
from pathlib import Path

import pytest

from tests.project import ROOT
from tests.unit.delivery.folders import write_stacks
from tests.unit.plan_review.plans import change, written
from tools import plan
from tools.plan import without_guards
from tools.plan_review import __main__ as command

# Answers as Terraform does, and notes how it was called.
_TERRAFORM = """#!/bin/sh
echo "$PWD $*" >> "$CALLS"
case "$1" in
  init) [ ! -f broken ] || { echo "no bucket" >&2; exit 1; } ;;
  plan) [ ! -f protected ] || { echo "Error: Instance cannot be destroyed" >&2; exit 1; }
        for one in "$@"; do case "$one" in -out=*) : > "${one#-out=}" ;; esac; done
        echo "Plan: 1 to add, 0 to change" ;;
  show) echo '{"format_version": "1.2", "resource_changes": []}' ;;
esac
"""


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project folder to be in, with nothing but what this project says of itself."""
    shutil.copy(ROOT / "plan-review.toml", tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def synthesized(project: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two synthesized stacks, and a Terraform that only says so."""
    write_stacks(project / "cdktf.out", {"tap-dev-us-east-1": (), "tap-dev-state": ()})
    programs = project / "bin"
    programs.mkdir()
    (programs / "terraform").write_text(_TERRAFORM)
    (programs / "terraform").chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("CALLS", str(project / "calls"))
    monkeypatch.setenv("TF_PLUGIN_CACHE_DIR", str(project))
    monkeypatch.setattr(os, "umask", lambda _: 0)
    return project


def test_make_plan_takes_no_lock_and_shows_each_plan(synthesized: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert plan.main([]) == 0
    calls = (synthesized / "calls").read_text().splitlines()
    assert [line.split()[1] for line in calls] == ["init", "plan", "show"] * 2
    assert all("-lock=false" in line and "-input=false" in line for line in calls if " plan " in line)
    assert "tap-dev-us-east-1: Plan: 1 to add, 0 to change" in capsys.readouterr().out
    names = sorted(path.name for path in (synthesized / "cdktf.out" / "plans").iterdir())
    assert names == [
        f"tap-dev-{stack}.{ending}"
        for stack in ("state", "us-east-1")
        for ending in ("cost.json", "json", "packages.json", "tf.json", "tfplan")
    ]
    assert command.main([]) == 0


def test_make_plan_takes_names_and_patterns_and_forgets_earlier_plans(synthesized: Path) -> None:
    assert plan.main([]) == 0
    assert plan.main(["*-us-east-1"]) == 0
    assert {path.name.split(".")[0] for path in (synthesized / "cdktf.out" / "plans").iterdir()} == {
        "tap-dev-us-east-1"
    }


def test_make_plan_names_the_stacks_there_are(synthesized: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert plan.main(["tap-prod-state"]) == 1
    assert capsys.readouterr().err == "no stack tap-prod-state; synthesized are: tap-dev-us-east-1, tap-dev-state\n"
    assert not (synthesized / "calls").exists()


def test_make_plan_hands_on_what_terraform_says(synthesized: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (synthesized / "cdktf.out" / "stacks" / "tap-dev-state" / "broken").touch()
    assert plan.main(["tap-dev-state"]) == 1
    assert capsys.readouterr().err == "terraform init failed in tap-dev-state:\nno bucket\n"


def test_make_plan_says_what_to_do_about_a_refused_replacement(
    synthesized: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (synthesized / "cdktf.out" / "stacks" / "tap-dev-state" / "protected").touch()
    assert plan.main(["tap-dev-state"]) == 1
    error = capsys.readouterr().err
    assert "terraform plan failed in tap-dev-state:\nError: Instance cannot be destroyed\n" in error
    assert "None of them is tainted" in error


def test_make_plan_says_what_is_missing(
    synthesized: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (synthesized / "bin" / "terraform").unlink()
    monkeypatch.setenv("PATH", str(synthesized / "bin"))
    assert plan.main([]) == 1
    assert "terraform is not installed: install Terraform" in capsys.readouterr().err
    (synthesized / "cdktf.out" / "manifest.json").unlink()
    assert plan.main([]) == 1
    assert "run `make synth` there first" in capsys.readouterr().err


def test_make_plan_notes_the_packages_of_both_sides(synthesized: Path) -> None:
    write_stacks(synthesized / "base", {"tap-dev-us-east-1": ()})
    for name, text in (("cdktf.out", "new"), ("base", "old")):
        folder = synthesized / name / "stacks" / "tap-dev-us-east-1" / "assets"
        folder.mkdir()
        with zipfile.ZipFile(folder / "receiver.zip", "w") as archive:
            archive.writestr("handler.py", text)
    assert plan.main(["tap-dev-us-east-1", "--base", "base"]) == 0
    notes = json.loads((synthesized / "cdktf.out" / "plans" / "tap-dev-us-east-1.packages.json").read_text())
    assert [list(files) for files in notes.values()] == [["handler.py"]] * 2


def test_of_a_stack_that_is_only_in_the_base_it_is_planned_what_goes_with_it(
    synthesized: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_stacks(synthesized / "base", {"tap-dev-us-east-1": (), "tap-dev-eu-west-1": ()})
    assert plan.main(["--base", "base"]) == 0
    calls = (synthesized / "calls").read_text().splitlines()
    assert [line.split()[0].rpartition("/")[2] for line in calls if " -destroy" in line] == ["tap-dev-eu-west-1"]
    assert all("-refresh=false" in line for line in calls if " -destroy" in line)
    assert not (synthesized / "base" / "stacks" / "tap-dev-eu-west-1" / ".terraform").exists()
    assert "tap-dev-eu-west-1: removed from the code. Plan: " in capsys.readouterr().out
    plans = synthesized / "cdktf.out" / "plans"
    assert sorted(path.stem for path in plans.glob("*.tfplan")) == ["tap-dev-state", "tap-dev-us-east-1"]
    written(plans, change("aws_kinesis_stream", {"name": "events"}, None), name="tap-dev-eu-west-1")
    assert command.main([]) == 2
    text = (plans / "review.md").read_text()
    assert "`tap-dev-eu-west-1` (removed from the code)" in text
    assert "`tap-dev-eu-west-1`: 1 resource\n" in text


def test_what_protects_a_stack_is_no_reason_not_to_plan_its_end() -> None:
    guarded = {"resource": {"aws_s3_bucket": {"archive": {"bucket": "a", "lifecycle": {"prevent_destroy": True}}}}}
    assert without_guards(guarded) == {"resource": {"aws_s3_bucket": {"archive": {"bucket": "a", "lifecycle": {}}}}}


def test_a_stack_that_was_destroyed_before_it_left_the_code_needs_no_label(synthesized: Path) -> None:
    write_stacks(synthesized / "base", {"tap-dev-eu-west-1": ()})
    assert plan.main(["tap-dev-eu-west-1", "--base", "base"]) == 0
    assert command.main([]) == 0
