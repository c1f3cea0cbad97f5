"""Environments, previews, comments and issues."""

import io
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import NoCredentialsError

from stacks.settings import Environment
from tests.project import ENVIRONMENTS
from tests.unit.delivery.folders import IDENTITIES, write_stacks
from tests.unit.settings.documents import document, write_environment
from tests.unit.settings.factory import make_settings
from tools.delivery import __main__ as commands
from tools.delivery import github, terraform
from tools.delivery.environments import rows
from tools.delivery.stacks import DeliveryError
from tools.delivery.states import left_behind, left_over

_DELIVERY = '[delivery]\nrepository = "example/tapstack"'


def test_an_environment_is_printed_with_its_roles_and_its_stacks(tmp_path: Path) -> None:
    write_environment(tmp_path, "dev", document(_DELIVERY))
    write_environment(tmp_path, "qa", document(_DELIVERY))
    # eu-west-1 is none of its regions, and was one: it still is to be planned.
    stacks = ["tap-dev-state", "tap-dev-us-east-1", "tap-dev-delivery", "tap-devil-us-east-1", "tap-dev-eu-west-1"]
    assert rows([IDENTITIES[name] for name in stacks], {}, tmp_path) == [
        {
            "environment": "dev",
            "region": "us-east-1",
            "plan_role": "arn:aws:iam::111111111111:role/tap-plan-dev-us-east-1",
            "deploy_role": "arn:aws:iam::111111111111:role/tap-deploy-dev-us-east-1",
            "preview_role": "arn:aws:iam::111111111111:role/tap-preview-dev-us-east-1",
            "approval": "environment",
            "stacks": "tap-dev-state tap-dev-us-east-1 tap-dev-delivery tap-dev-eu-west-1",
            "deployable": "tap-dev-us-east-1 tap-dev-eu-west-1",
        }
    ]


def test_a_preview_takes_the_role_of_the_environment_that_it_borrows_from(tmp_path: Path) -> None:
    write_environment(tmp_path, "dev", document(_DELIVERY))
    environ = {"TAP_ENVIRONMENT": "dev", "TAP_ENVIRONMENT_SUFFIX": "pr42"}
    (row,) = rows([IDENTITIES["tap-pr42-us-east-1"]], environ, tmp_path)
    assert (row["preview_role"], row["deployable"]) == (
        "arn:aws:iam::111111111111:role/tap-preview-dev-us-east-1",
        "tap-pr42-us-east-1",
    )


def test_an_environment_without_delivery_is_refused(tmp_path: Path) -> None:
    write_environment(tmp_path, "dev", document())
    with pytest.raises(DeliveryError, match=r"no \[delivery\] in environments/dev.toml"):
        rows([], {}, tmp_path)


class Bucket:
    """S3 with some states in it."""

    def __init__(self, states: dict[str, list[Any]]) -> None:
        self._states = states

    def get_paginator(self, _name: str) -> "Bucket":
        return self

    def paginate(self, *, Bucket: str, Prefix: str) -> Iterator[dict[str, Any]]:  # noqa: N803
        assert Bucket == "tap-state-dev-us-east-1-111111111111"
        yield {"Contents": [{"Key": key} for key in self._states if key.startswith(Prefix)]}
        yield {}

    def get_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:  # noqa: ARG002, N803
        return {"Body": io.StringIO(json.dumps({"resources": self._states[Key]}))}


def test_a_preview_whose_state_still_has_resources_is_still_deployed() -> None:
    environment = Environment(name="dev", suffix="dev", settings=make_settings())
    states: dict[str, list[Any]] = {
        "pr10/tap-pr10-us-east-1.tfstate": [{}],
        "pr9/tap-pr9-us-east-1.tfstate": [{}],
        "pr9/tap-pr9-us-east-1.tfstate.tflock": [{}],
        "pr8/tap-pr8-us-east-1.tfstate": [],
        "prod/tap-prod-us-east-1.tfstate": [{}],
    }
    assert left_over(environment, Bucket(states)) == ["pr9", "pr10"]


def test_a_stack_that_was_removed_from_the_code_and_whose_state_still_has_resources_is_reported() -> None:
    environment = Environment(name="dev", suffix="dev", settings=make_settings())
    states: dict[str, list[Any]] = {
        "dev/tap-dev-us-east-1.tfstate": [{}],
        "dev/tap-dev-eu-west-1.tfstate": [{}],
        "dev/tap-dev-edge.tfstate": [],
        "pr9/tap-pr9-us-east-1.tfstate": [{}],
    }
    assert left_behind(environment, ["tap-dev-us-east-1"], Bucket(states)) == ["tap-dev-eu-west-1"]


class Gh:
    """GitHub's command line, which finds what it is told to and remembers what it was asked."""

    def __init__(self, found: str) -> None:
        self.found = found
        self.asked: list[tuple[Sequence[str], str]] = []

    def __call__(self, arguments: Sequence[str], body: str) -> str:
        self.asked.append((arguments, body))
        return self.found if "--jq" in arguments else ""


@pytest.mark.parametrize(
    ("found", "method", "place"),
    [
        ("", "POST", "repos/example/tapstack/issues/7/comments"),
        ("55\n66\n", "PATCH", "repos/example/tapstack/issues/comments/55"),
    ],
)
def test_there_is_never_more_than_one_comment(tmp_path: Path, found: str, method: str, place: str) -> None:
    (tmp_path / "comment.md").write_text("<!-- plan -->\n# Plan")
    gh = Gh(found)
    github.comment("example/tapstack", 7, tmp_path / "comment.md", gh)
    assert 'startswith("<!-- plan -->")' in gh.asked[0][0][-1]
    arguments, body = gh.asked[-1]
    assert arguments == ["api", "--method", method, place, "--input", "-"]
    assert json.loads(body) == {"body": "<!-- plan -->\n# Plan"}


def test_a_comment_without_a_mark_is_refused(tmp_path: Path) -> None:
    """Every run would write another one."""
    (tmp_path / "comment.md").write_text("# Plan")
    with pytest.raises(DeliveryError, match="the first line is '# Plan'"):
        github.comment("example/tapstack", 7, tmp_path / "comment.md", Gh(""))


@pytest.mark.parametrize(
    ("given", "wanted"),
    [(["current"], "NEWEST=folder"), (["comment"], "FILE=file"), (["comment", "a", "b"], "got a b")],
)
def test_a_command_that_needs_one_name_says_so(
    given: Sequence[str], wanted: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert commands.main(given) == 1
    assert wanted in capsys.readouterr().err


@pytest.mark.parametrize(("found", "place"), [("", "issues"), ("3\n", "issues/3/comments")])
def test_there_is_one_issue_about_drift(found: str, place: str) -> None:
    gh = Gh(found)
    github.drift_issue("example/tapstack", ["tap-dev-us-east-1"], "https://github.com/run", gh)
    arguments, body = gh.asked[-1]
    assert arguments[3] == f"repos/example/tapstack/{place}"
    assert "- `tap-dev-us-east-1`" in json.loads(body)["body"]


def test_environments_are_those_whose_stacks_differ_from_a_base(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_stacks(tmp_path / "cdktf.out", {"tap-dev-us-east-1": (), "tap-qa-us-east-1": ()})
    base = write_stacks(tmp_path / "before", {"tap-qa-us-east-1": (), "tap-dev-eu-west-1": ()})
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(commands, "rows", lambda stacks: [{"stacks": one.name} for one in stacks])
    assert commands.main(["environments", str(base)]) == 0
    assert commands.main(["environments"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        '[{"stacks": "tap-dev-us-east-1"}, {"stacks": "tap-dev-eu-west-1"}]',
        '[{"stacks": "tap-dev-us-east-1"}, {"stacks": "tap-qa-us-east-1"}]',
    ]


@pytest.mark.parametrize(
    ("found", "behind", "status"),
    [
        ([], [], 0),
        (["tap-dev-us-east-1"], [], 2),
        ([], ["tap-dev-eu-west-1"], 2),
        (["tap-dev-us-east-1"], ["tap-dev-eu-west-1"], 2),
    ],
)
def test_drift_ends_with_2_and_leaves_the_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, found: list[str], behind: list[str], status: int
) -> None:
    asked = []

    def left(environment: Environment, known: Sequence[str], _s3: object) -> list[str]:
        asked.append((environment.name, known))
        return behind

    stacks = ["tap-dev-us-east-1", "tap-local-us-east-1"]
    monkeypatch.setattr(commands, "ROOT", ENVIRONMENTS.parent)
    monkeypatch.setattr(commands, "DRIFT", tmp_path / "drift.txt")
    monkeypatch.setattr(commands, "identities", lambda: {name: IDENTITIES[name] for name in stacks})
    monkeypatch.setattr(commands, "left_behind", left)
    monkeypatch.setattr(terraform, "drifted", lambda _names: found)
    assert commands.main(["drift"]) == status
    assert (tmp_path / "drift.txt").read_text().split() == [*found, *behind]
    assert asked == [("dev", stacks)]  # neither an emulator's, nor one of which nothing is looked at


def test_without_credentials_aws_is_quoted_and_no_traceback_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(*_: object) -> list[str]:
        raise NoCredentialsError

    monkeypatch.setattr(commands, "ROOT", ENVIRONMENTS.parent)
    monkeypatch.setattr(commands, "left_over", refuse)
    assert commands.main(["previews"]) == 1
    assert capsys.readouterr().err == "AWS: Unable to locate credentials\n"


def test_what_is_missing_is_reported_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.delenv("GITHUB_REPOSITORY", raising=False)
    monkeypatch.delenv("TAP_ENVIRONMENT_SUFFIX", raising=False)
    assert commands.main(["comment", str(tmp_path / "comment.md")]) == 1
    assert commands.main(["destroy"]) == 1
    told = capsys.readouterr().err
    assert "GITHUB_REPOSITORY is not set" in told
    assert "allowed: pr and a number" in told
