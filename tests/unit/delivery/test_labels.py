"""Labels of a pull request count if somebody else than its author gave them."""

import json
from collections.abc import Sequence
from typing import Any

import pytest

from tools.delivery import __main__ as commands
from tools.delivery import github
from tools.delivery.labels import counted, pull_request
from tools.delivery.stacks import DeliveryError

_OCTOCAT, _HUBOT, _BOT = (
    {"login": "octocat", "id": 1, "node_id": "MDQ6VXNlcjE=", "type": "User", "site_admin": False},
    {"login": "hubot", "id": 2, "node_id": "MDQ6VXNlcjI=", "type": "User", "site_admin": False},
    {"login": "github-actions[bot]", "id": 41898282, "node_id": "MDM6Qm90NDE4OTgyODI=", "type": "Bot"},
)


_BEFORE, _PUSHED, _AFTER = "2011-04-14T16:00:48Z", "2011-04-14T16:00:49Z", "2011-04-14T16:00:50Z"


def _push(actor: dict[str, Any] | None = _OCTOCAT) -> dict[str, Any]:
    """As GitHub documents it (REST API, "List repository activities")."""
    return {
        "id": 1296269,
        "node_id": "MDEwOlJlcG9zaXRvcnkxMjk2MjY5",
        "before": "6dcb09b5b57875f334f61aebed695e2e4193db5e",
        "after": "827efc6d56897b048c772eb4087f854f46256132",
        "ref": "refs/heads/feature/one",
        "timestamp": _PUSHED,
        "activity_type": "force_push",
        "actor": actor,
    }


def _event(event: str, label: str, actor: dict[str, Any] | None, at: str = _AFTER) -> dict[str, Any]:
    """As GitHub documents it for an issue or a pull request (REST API, "List issue events")."""
    return {
        "id": 1,
        "node_id": "MDEwOklzc3VlRXZlbnQx",
        "url": "https://api.github.com/repos/octocat/Hello-World/issues/events/1",
        "actor": actor,
        "event": event,
        "commit_id": None,
        "commit_url": None,
        "created_at": at,
        "performed_via_github_app": None,
        "label": {"name": label, "color": "red"},
    }


def _pull(*labels: str) -> dict[str, Any]:
    found = [{"id": 208045946, "name": name} for name in labels]
    head = {"ref": "feature/one", "repo": {"full_name": "octocat/fork"}}
    return {"number": 1347, "user": _OCTOCAT, "head": head, "labels": found}


@pytest.mark.parametrize(
    ("events", "counts"),
    [
        ([_event("labeled", "allow-iam", _HUBOT)], True),
        ([_event("labeled", "allow-iam", _OCTOCAT)], False),
        ([_event("labeled", "allow-iam", _BOT)], False),
        ([_event("labeled", "allow-iam", None)], False),
        ([], False),
        ([_event("labeled", "allow-data-loss", _HUBOT), _event("labeled", "allow-iam", _OCTOCAT)], False),
        (
            [
                _event("labeled", "allow-iam", _HUBOT),
                _event("unlabeled", "allow-iam", _HUBOT),
                _event("labeled", "allow-iam", _OCTOCAT),
            ],
            False,
        ),
        (
            [
                _event("labeled", "allow-iam", _OCTOCAT),
                _event("unlabeled", "allow-iam", _OCTOCAT),
                _event("labeled", "allow-iam", _HUBOT),
            ],
            True,
        ),
        ([{"event": "renamed", "actor": _OCTOCAT}, _event("labeled", "allow-iam", _HUBOT)], True),
    ],
)
def test_a_label_counts_by_who_gave_it_last(events: list[dict[str, Any]], counts: bool) -> None:
    assert counted(_pull("allow-iam"), events, _push(), by="others") == {"allow-iam": counts}
    assert counted(_pull("allow-iam"), events, _push(), by="anyone") == {"allow-iam": True}


@pytest.mark.parametrize(
    ("at", "push", "counts"),
    [
        (_AFTER, _push(), True),
        (_AFTER, _push(None), True),
        (_BEFORE, _push(), False),
        (_PUSHED, _push(), False),
        (_AFTER, _push(_HUBOT), False),
        (_AFTER, None, False),
    ],
)
def test_a_label_counts_for_what_somebody_else_has_pushed_before(
    at: str, push: dict[str, Any] | None, counts: bool
) -> None:
    """Otherwise an author pushes, after the label, what nobody has accepted, or labels what they pushed for others."""
    given = [_event("labeled", "allow-iam", _HUBOT, at)]
    assert counted(_pull("allow-iam"), given, push, by="others") == {"allow-iam": counts}
    assert counted(_pull("allow-iam"), given, push, by="anyone") == {"allow-iam": True}


def test_a_label_that_was_taken_away_is_none() -> None:
    assert counted(_pull(), [_event("labeled", "allow-iam", _HUBOT)], _push(), by="others") == {}


def test_labels_with_other_characters_reach_no_command_line() -> None:
    names = ("allow-iam", "good first issue", "--output=x", "$(id)", "allow;iam")
    assert list(counted(_pull(*names), [], _push(), by="anyone")) == ["allow-iam"]


def test_a_pull_request_is_found_from_its_branch_in_a_merge_queue() -> None:
    assert pull_request("104") == 104
    branch = "refs/heads/gh-readonly-queue/main/pr-104-79b6d2a0c1f5d8c9c2a0b7c4d2e1f0a9b8c7d6e5"
    assert pull_request(branch) == 104
    with pytest.raises(DeliveryError, match="PULL_REQUEST is 'refs/heads/main'; allowed: its number"):
        pull_request("refs/heads/main")


def test_the_command_prints_options_for_the_review(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = {
        "repos/octocat/Hello-World/pulls/1347": _pull("allow-iam", "allow-data-loss"),
        "repos/octocat/Hello-World/issues/1347/events?per_page=100": [
            [_event("labeled", "allow-iam", _HUBOT)],
            [_event("labeled", "allow-data-loss", _OCTOCAT)],
        ],
        "repos/octocat/fork/activity?ref=refs%2Fheads%2Ffeature%2Fone&direction=desc&per_page=1": [_push()],
    }

    def gh(arguments: Sequence[str], _body: str) -> str:
        return json.dumps(answers[arguments[-1]])

    monkeypatch.setenv("PULL_REQUEST", "1347")
    monkeypatch.setenv("GITHUB_REPOSITORY", "octocat/Hello-World")
    for read in (github.pull_request, github.events, github.last_push):
        monkeypatch.setattr(read, "__defaults__", (gh,))
    assert commands.main(["labels"]) == 0
    assert capsys.readouterr().out == "--uncounted allow-data-loss --label allow-iam\n"
