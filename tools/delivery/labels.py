"""Which labels of a pull request accept what its plans would do."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from tools.delivery.stacks import DeliveryError

# Of a merge queue GitHub says only the branch, which ends in the pull request's number and a commit (GitHub
# documentation, "Managing a merge queue").
_NUMBER = re.compile(r"([0-9]+)|refs/heads/gh-readonly-queue/.+/pr-([0-9]+)-[0-9a-f]{40}")
_OURS = re.compile(r"[a-z]+(-[a-z]+)*")  # others mean nothing to the review


def pull_request(text: str) -> int:
    """A pull request's number, from itself or from its branch in a merge queue."""
    found = _NUMBER.fullmatch(text)
    if found is None:
        raise DeliveryError(f"PULL_REQUEST is {text!r}; allowed: its number, or its branch in a merge queue")
    return int(found[1] or found[2])


def counted(
    pull_request: Mapping[str, Any],
    events: Sequence[Mapping[str, Any]],
    last_push: Mapping[str, Any] | None,
    *,
    by: str,
) -> dict[str, bool]:
    """The labels that the pull request has, and whether each counts.

    `events`: the oldest first (GitHub REST API, "List issue events"); `last_push`: of the pull request's branch. `by`:
    `anyone`, or `others`: then only people count, and neither the author nor who pushed last; a program may act for
    them. A label counts by who gave it last, and for what was there then: what is pushed later asks for it again.
    """
    given = {event["label"]["name"]: event for event in events if event["event"] == "labeled"}
    names = sorted(label["name"] for label in pull_request["labels"] if _OURS.fullmatch(label["name"]))
    if by == "anyone":
        return dict.fromkeys(names, True)
    authors = [pull_request["user"], last_push and last_push["actor"]]
    return {
        name: name in given
        and _is_other(given[name].get("actor"), authors)
        and last_push is not None
        and _time(given[name]["created_at"]) > _time(last_push["timestamp"])
        for name in names
    }


def _is_other(actor: Mapping[str, Any] | None, authors: Sequence[Mapping[str, Any] | None]) -> bool:
    """Without an actor, as of a deleted account, nobody knows."""
    return actor is not None and actor["type"] == "User" and actor["id"] not in [one["id"] for one in authors if one]


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)
