"""What every workflow keeps to."""

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]  # comes with policy_sentry, without types

from tests.project import ROOT

_FOLDER = ROOT / ".github"
_WORKFLOWS = sorted((_FOLDER / "workflows").glob("*.yml"))
_ACTIONS = sorted((_FOLDER / "actions").glob("*/action.yml"))
_FILES = [*_WORKFLOWS, *_ACTIONS]
# The commits that these versions are, as the actions' own repositories have them.
_PINNED = {
    "actions/cache@27d5ce7f107fe9357f9df03efb73ab90386fccae # v5.0.5",
    "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1",
    "actions/download-artifact@3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c # v8.0.1",
    "actions/setup-python@5fda3b95a4ea91299a34e894583c3862153e4b97 # v7.0.0",
    "actions/upload-artifact@bbbca2ddaa5d8feaa63e36b76fdaad77386f024f # v7.0.0",
    "aws-actions/configure-aws-credentials@e6de054238d6b7531b4efff3b6587d9aade6a06c # v6.2.3",
    "hashicorp/setup-terraform@dfe3c3f87815947d99a8997f908cb6525fc44e9e # v4.0.1",
    "opentofu/setup-opentofu@a1320f892987e89d278cc92dc5adc984fb93aca4 # v2.0.2",
}
_PROGRAMS = {"make", "git", "jq", "sed", "tr", "echo", "cat", "env", "find", "for", "test", "exit", "mv"}

# What people choose, and no commit's number.
_TYPED = re.compile(r"inputs\.|github\.event\.(?!merge_group\.base_sha)")

each_workflow = pytest.mark.parametrize("path", _WORKFLOWS, ids=lambda path: path.name)
each_file = pytest.mark.parametrize("path", _FILES, ids=lambda path: path.name)


def _jobs(path: Path) -> dict[str, Any]:
    jobs: dict[str, Any] = yaml.safe_load(path.read_text())["jobs"]
    return jobs


def _steps(path: Path) -> list[dict[str, Any]]:
    found = yaml.safe_load(path.read_text())
    jobs = found["jobs"].values() if "jobs" in found else [found["runs"]]
    return [step for job in jobs for step in job.get("steps", [])]


def test_the_workflows_are_there() -> None:
    wanted = {"pull-request", "deploy", "deploy-environment", "promote", "apply-plan", "preview", "drift"}
    assert {path.stem for path in _WORKFLOWS} == wanted


@each_file
def test_every_action_is_pinned_to_a_commit_with_its_version_beside_it(path: Path) -> None:
    used = set(re.findall(r"uses: (\S+@.*)$", path.read_text(), re.MULTILINE))
    assert used <= _PINNED


def test_every_pinned_action_is_used_in_one_version() -> None:
    text = "".join(path.read_text() for path in _FILES)
    assert all(f"uses: {action}\n" in text for action in _PINNED)


@each_workflow
def test_whoever_runs_a_command_runs_it_with_the_program_that_the_repository_names(path: Path) -> None:
    found = yaml.safe_load(path.read_text())
    program = {"TERRAFORM_BINARY_NAME": "${{ vars.TERRAFORM_BINARY_NAME }}"}
    assert found.get("env", {}) == (program if _steps(path) else {})


@each_workflow
def test_nothing_is_permitted_but_what_a_job_names(path: Path) -> None:
    assert yaml.safe_load(path.read_text())["permissions"] == {}
    for name, job in _jobs(path).items():
        assert job["permissions"], name
        wide = {scope for scope, level in job["permissions"].items() if level == "write"}
        assert wide <= {"id-token", "pull-requests", "issues"}, name


@each_file
def test_there_are_no_secrets_and_credentials_come_from_a_role(path: Path) -> None:
    text = path.read_text()
    assert "secrets." not in text
    assert "aws-access-key-id" not in text
    for step in _steps(path):
        if step.get("uses", "").startswith("aws-actions/"):
            assert set(step["with"]) - {"role-duration-seconds"} == {"role-to-assume", "aws-region"}
        if step.get("uses", "").startswith("actions/checkout"):
            assert step["with"]["persist-credentials"] is False


def _applies(job: dict[str, Any]) -> bool:
    steps = job.get("steps", [])
    runs = " ".join(step.get("run", "") for step in steps)
    return "make destroy-preview" in runs or any(step.get("uses") == "./.github/actions/apply" for step in steps)


@each_workflow
def test_a_job_that_changes_aws_is_never_cancelled_and_is_approved(path: Path) -> None:
    """A job holds its concurrency group while it waits for reviewers, and so may be in none then."""
    for name, job in _jobs(path).items():
        if _applies(job):
            group, environment = job.get("concurrency"), job.get("environment")
            assert environment or path.stem == "apply-plan", name
            reviewed = environment not in (None, "preview")
            assert group is None if reviewed else group["cancel-in-progress"] is False, name


def test_a_run_that_waits_for_reviewers_holds_up_no_other() -> None:
    for name in ("deploy", "deploy-environment", "promote", "apply-plan"):
        workflow = yaml.safe_load((_FOLDER / f"workflows/{name}.yml").read_text())
        assert "concurrency" not in workflow
        groups = {job_name: job["concurrency"] for job_name, job in workflow["jobs"].items() if "concurrency" in job}
        assert set(groups) == {"deploy": {"dev"}, "apply-plan": {"apply"}}.get(name, set())
        assert all(group["cancel-in-progress"] is False for group in groups.values())


def test_a_plan_without_changes_asks_nobody_and_one_that_is_to_be_promoted_no_reviewer() -> None:
    apply = _jobs(_FOLDER / "workflows/deploy-environment.yml")["apply"]
    assert apply["if"] == "needs.plan.outputs.stacks != '' && needs.plan.outputs.approval == 'environment'"
    for name, job in _jobs(_FOLDER / "workflows/deploy.yml").items():
        for earlier in [] if name == "dev" else [job["needs"]] if isinstance(job["needs"], str) else job["needs"]:
            assert f"needs.{earlier}.outputs.waits != 'true'" in job["if"], name


def test_only_what_was_started_by_hand_is_promoted() -> None:
    """The role of such an environment trusts apply-plan.yml, whoever calls it on the branch."""
    calls = [path.stem for path in _WORKFLOWS if "uses: ./.github/workflows/apply-plan.yml" in path.read_text()]
    assert calls == ["promote"]
    started = yaml.safe_load((_FOLDER / "workflows/promote.yml").read_text())[True]  # YAML 1.1 reads `on` as true
    assert set(started) == {"workflow_dispatch"}
    steps = [step.get("run", "") for step in _steps(_FOLDER / "actions/apply/action.yml")]
    checked = next(n for n, run in enumerate(steps) if "make promotable" in run)
    assert checked < next(n for n, run in enumerate(steps) if "make apply" in run)


@each_file
def test_what_somebody_typed_is_expanded_by_no_shell_and_by_no_make(path: Path) -> None:
    """Otherwise whoever may start a workflow runs what they like in it, also where they may approve nothing."""
    found = yaml.safe_load(path.read_text())
    jobs = found["jobs"].values() if "jobs" in found else [found["runs"]]
    makefile = (ROOT / "Makefile").read_text()
    for job in jobs:
        for step in job.get("steps", []):
            run, environ = step.get("run", ""), {**found.get("env", {}), **job.get("env", {}), **step.get("env", {})}
            assert "${{" not in run
            for name in (name for name, value in environ.items() if re.search(_TYPED, str(value))):
                assert not re.search(rf"\bmake\b.*\${{?{name}\b", run), (name, run)
                assert f"$({name})" not in makefile, name


def test_the_number_of_a_run_is_an_argument_whatever_it_is(tmp_path: Path) -> None:
    typed = f'12"; touch {tmp_path}/shell; "$(shell touch {tmp_path}/make)'
    command = ["make", "--silent", "--file", str(ROOT / "Makefile"), "--assume-old=dev", "promotable", "PY=@echo"]
    environ = {**os.environ, "RUN": typed}
    done = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, check=True)
    assert done.stdout == f"-m tools.delivery promotable {typed}\n"
    assert list(tmp_path.iterdir()) == []


def test_a_session_lasts_as_long_as_the_job_that_needs_it() -> None:
    """A role that applies may be taken for two hours (stacks/delivery/trusts.py), others for one."""
    for path in _WORKFLOWS:
        for name, job in _jobs(path).items():
            steps = [*job.get("steps", [])]
            if any(step.get("uses") == "./.github/actions/apply" for step in steps):
                steps += _steps(_FOLDER / "actions/apply/action.yml")
            for step in steps:
                if step.get("uses", "").startswith("aws-actions/") and job["timeout-minutes"] > 60:
                    assert step["with"]["role-duration-seconds"] >= 60 * job["timeout-minutes"], name


@pytest.mark.parametrize("path", [_FOLDER / "workflows/preview.yml", _FOLDER / "actions/apply/action.yml"])
def test_a_state_that_could_not_be_written_is_kept(path: Path) -> None:
    steps = _steps(path)
    applied = next(n for n, step in enumerate(steps) if "make apply" in step.get("run", ""))
    kept = [step for step in steps[applied:] if step.get("with", {}).get("path", "").endswith("/errored.tfstate")]
    assert [(step["if"], step["with"]["if-no-files-found"]) for step in kept] == [("always()", "ignore")]


def test_a_merge_queue_runs_what_a_pull_request_runs() -> None:
    workflow = yaml.safe_load((_FOLDER / "workflows/pull-request.yml").read_text())
    assert set(workflow[True]) == {"pull_request", "merge_group"}
    for name, job in workflow["jobs"].items():
        if "github.event.pull_request" in job.get("if", ""):
            assert "github.event_name == 'merge_group' ||" in job["if"], name


@each_file
def test_steps_run_targets_that_anybody_can_run(path: Path) -> None:
    targets = re.findall(r"^([a-z][a-z- ]*):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    known = {name for line in targets for name in line.split()}
    for step in _steps(path):
        run = step.get("run", "")
        assert set(re.findall(r"\bmake (?:--\S+ (?:\.cache/base )?)*([a-z-]+)", run)) <= known, run
        words = {line.split()[0] for line in run.splitlines() if line.strip()}
        assert all(word in _PROGRAMS or "=" in word for word in words), run


@each_file
def test_no_script_holds_an_expression_that_somebody_else_can_fill(path: Path) -> None:
    assert not [step["run"] for step in _steps(path) if "${{" in step.get("run", "")]


def test_a_preview_is_destroyed_whatever_came_before() -> None:
    steps = _jobs(_FOLDER / "workflows/preview.yml")["preview"]["steps"]
    assert steps[-2]["run"] == "make destroy-preview"
    assert steps[-2]["if"].startswith("always()")


def test_a_preview_passes_the_integration_tests_under_a_role_that_reaches_previews_only() -> None:
    jobs = _jobs(_FOLDER / "workflows/preview.yml")
    runs = [step.get("run", "") for step in jobs["preview"]["steps"]]
    assert any("make integration STACK=" in run and "ENVIRONMENT=" in run for run in runs)
    text = (_FOLDER / "workflows/preview.yml").read_text()
    assert set(re.findall(r"role-to-assume: (.*)", text)) == {"${{ steps.about.outputs.preview_role }}"}


def test_what_is_applied_is_what_was_planned_and_shown() -> None:
    jobs = _jobs(_FOLDER / "workflows/deploy-environment.yml")
    steps = _steps(_FOLDER / "actions/apply/action.yml")
    [uploaded] = [s["with"]["name"] for s in jobs["plan"]["steps"] if "upload-artifact" in s.get("uses", "")]
    [downloaded] = [s["with"]["name"] for s in steps if "download-artifact" in s.get("uses", "")]
    assert uploaded == downloaded == "planned-${{ inputs.environment }}"
    runs = [step.get("run", "") for step in steps]
    assert not [run for run in runs if "make plan " in run]
    # What is synthesized here is only compared with what was planned.
    order = [
        runs.index(run) for run in ("make synth", "mv cdktf.out .cache/newest", "make current NEWEST=.cache/newest")
    ]
    assert order == sorted(order)
    assert order[-1] < next(n for n, run in enumerate(runs) if "make apply" in run)
    assert jobs["apply"]["needs"] == "plan"


def test_plans_of_a_pull_request_are_made_beside_what_was_synthesized_before_it() -> None:
    jobs = _jobs(_FOLDER / "workflows/pull-request.yml")
    (uploaded,) = [s["with"] for s in jobs["synth"]["steps"] if "upload-artifact" in s.get("uses", "")]
    (downloaded,) = [s["with"] for s in jobs["plan"]["steps"] if "download-artifact" in s.get("uses", "")]
    assert uploaded["path"].split() == ["cdktf.out", ".cache/base/cdktf.out"]
    # Of several paths an artifact keeps what comes behind the folder that they share: here the project's.
    assert (downloaded["name"], downloaded["path"]) == (uploaded["name"], ".")
    assert [run for s in jobs["plan"]["steps"] if "BASE=.cache/base/cdktf.out" in (run := s.get("run", ""))]


def test_a_plan_that_failed_is_no_review_that_passed() -> None:
    """GitHub takes a job that it skips, because one that it needs failed, for passed."""
    review = _jobs(_FOLDER / "workflows/pull-request.yml")["review"]
    assert set(review["needs"]) == {"synth", "plan"}
    assert "!cancelled()" in review["if"]
    (step,) = [step for step in review["steps"] if "make plan-review" in step.get("run", "")]
    assert step["env"]["PLANNED"] == "${{ needs.plan.result }}"
    assert '"$PLANNED" = success' in step["run"]


def test_terraform_is_installed_without_its_wrapper() -> None:
    assert "terraform_wrapper: false" in (_FOLDER / "actions/setup/action.yml").read_text()
