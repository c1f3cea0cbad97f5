"""Plans that wait for approval: which ask for one, and which are refused by then."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.delivery.folders import write_stacks
from tools.delivery import __main__ as commands
from tools.delivery import github, pending
from tools.delivery.pending import refuse_foreign, refuse_superseded, with_changes
from tools.delivery.stacks import DeliveryError

_NEWEST = "6dcb09b5b57875f334f61aebed695e2e4193db5e"


def _planned(outdir: Path, **applyable: bool) -> Path:
    plans = outdir / "plans"
    plans.mkdir()
    for name, value in applyable.items():
        stack = name.replace("_", "-")
        (plans / f"{stack}.tfplan").write_text("a plan")
        (plans / f"{stack}.json").write_text(json.dumps({"format_version": "1.2", "applyable": value}))
    return plans


def test_only_what_changes_something_and_workflows_deploy_asks_for_an_approval(tmp_path: Path) -> None:
    stacks = {"tap-dev-edge": ["tap-dev-us-east-1"], "tap-dev-us-east-1": [], "tap-dev-eu-west-1": []}
    outdir = write_stacks(tmp_path, {**stacks, "tap-dev-delivery": []})
    plans = _planned(outdir, tap_dev_edge=True, tap_dev_us_east_1=True, tap_dev_eu_west_1=False, tap_dev_delivery=True)
    assert with_changes(plans, outdir) == ["tap-dev-us-east-1", "tap-dev-edge"]


def test_without_changes_nothing_is_printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The workflow asks nobody then."""
    monkeypatch.setattr(pending, "with_changes", list)
    assert commands.main(["planned"]) == 0
    assert capsys.readouterr().out == "\n"


def test_a_plan_of_an_older_commit_is_refused_if_the_branch_has_another_by_now(tmp_path: Path) -> None:
    planned = write_stacks(
        tmp_path / "planned", {"tap-dev-us-east-1": [], "tap-dev-edge": []}, tap_dev_edge={"resource": {"a": {}}}
    )
    newest = write_stacks(tmp_path / "newest", {"tap-dev-us-east-1": [], "tap-dev-edge": []})
    refuse_superseded(newest, ["tap-dev-us-east-1"], planned)
    with pytest.raises(
        DeliveryError, match=r"moved on: tap-dev-edge was planned from an older commit. Approve the new"
    ):
        refuse_superseded(newest, ["tap-dev-us-east-1", "tap-dev-edge"], planned)


def _run(**changed: Any) -> dict[str, Any]:
    """Of GitHub's documented answer (REST API, "Get a workflow run") what is looked at, and a little more."""
    return {
        "id": 30433642,
        "name": "Deploy",
        "path": ".github/workflows/deploy.yml@main",
        "head_branch": "main",
        "head_sha": "acb5820ced9479c074f688cc328bf03f341a511d",
        "run_number": 562,
        "event": "push",
        "status": "completed",
        "conclusion": "success",
        "run_attempt": 1,
        "repository": {"id": 1296269, "full_name": "octocat/Hello-World"},
        "head_repository": {"id": 1296269, "full_name": "octocat/Hello-World"},
        **changed,
    }


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"head_branch": "other"}, "the run ran on other, not on main"),
        ({"event": "pull_request"}, "was started by pull_request"),
        ({"path": ".github/workflows/pull-request.yml"}, "is one of .github/workflows/pull-request.yml"),
        ({"status": "in_progress"}, "is in_progress, and not over yet"),
        ({"head_repository": {"full_name": "somebody/Hello-World"}}, "belongs to another repository"),
        ({"repository": {"full_name": "somebody/Hello-World"}}, "belongs to another repository"),
    ],
)
def test_a_plan_of_another_run_is_not_promoted(changed: dict[str, Any], told: str) -> None:
    with pytest.raises(DeliveryError, match=told):
        refuse_foreign(_run(**changed), "octocat/Hello-World", "main", is_on_branch=True)


@pytest.mark.parametrize("changed", [{}, {"event": "workflow_dispatch", "path": ".github/workflows/promote.yml"}])
def test_a_plan_of_the_branch_is_promoted(changed: dict[str, Any]) -> None:
    refuse_foreign(_run(**changed), "octocat/Hello-World", "main", is_on_branch=True)


@pytest.mark.parametrize(("status", "exit_status"), [("ahead", 0), ("identical", 0), ("diverged", 1), ("behind", 1)])
def test_a_plan_of_a_tag_that_is_called_like_the_branch_is_not_promoted(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], status: str, exit_status: int
) -> None:
    """GitHub says `main` of both; what is tagged may hold any workflow, and so any plan."""
    answers = {
        "repos/octocat/Hello-World/actions/runs/30433642": _run(event="workflow_dispatch"),
        f"repos/octocat/Hello-World/compare/{_run()['head_sha']}...{_NEWEST}?per_page=1": {"status": status},
    }
    _started_by_octocat(monkeypatch)
    for read in (github.run, github.has):
        monkeypatch.setattr(read, "__defaults__", (lambda arguments, _body: json.dumps(answers[arguments[-1]]),))
    assert commands.main(["promotable", "30433642"]) == exit_status
    told = capsys.readouterr().err
    assert bool(exit_status) == (f"is of the commit {_run()['head_sha']}, which main hasn't" in told)


def _started_by_octocat(monkeypatch: pytest.MonkeyPatch) -> None:
    told = {
        "GITHUB_REPOSITORY": "octocat/Hello-World",
        "GITHUB_REF_NAME": "main",
        "GITHUB_SHA": _NEWEST,
        "GITHUB_ACTOR": "octocat",
        "GITHUB_TRIGGERING_ACTOR": "octocat",
    }
    for name, value in told.items():
        monkeypatch.setenv(name, value)


def test_nobody_repeats_the_promotion_of_somebody_else(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """GitHub lets others run it again in the name of whoever started it."""
    _started_by_octocat(monkeypatch)
    monkeypatch.setattr(github, "run", lambda _repository, _number: _run())
    monkeypatch.setattr(github, "has", lambda _repository, _commit, _older: True)
    monkeypatch.setenv("GITHUB_TRIGGERING_ACTOR", "hubot")
    assert commands.main(["promotable", "30433642"]) == 1
    assert "somebody else has started this run again" in capsys.readouterr().err
    monkeypatch.setenv("GITHUB_TRIGGERING_ACTOR", "octocat")
    assert commands.main(["promotable", "30433642"]) == 0


@pytest.mark.parametrize("number", ["", "12/../13", "https://github.com/octocat/Hello-World/actions/runs/12"])
def test_a_run_is_named_by_its_number(number: str) -> None:
    with pytest.raises(DeliveryError, match="allowed: the number at the end of the address of a run"):
        github.run("octocat/Hello-World", number, lambda _arguments, _body: "{}")
