"""Comments and issues on GitHub, by its command line `gh`."""

import json
import re
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tools.delivery.stacks import DeliveryError

Gh = Callable[[Sequence[str], str], str]
_MARK = re.compile(r"<!-- [^\n]+ -->")
_DRIFT = "Drift: AWS differs from the code"


def gh(arguments: Sequence[str], body: str) -> str:
    """Run `gh` with `body` as its input; return what it printed."""
    return subprocess.run(["gh", *arguments], input=body, check=True, stdout=subprocess.PIPE, text=True).stdout


def run(repository: str, number: str, gh: Gh = gh) -> Any:  # noqa: ANN401  any JSON
    """What GitHub says about a run of a workflow; something else than its number is a `DeliveryError`."""
    if not re.fullmatch("[0-9]{1,20}", number):
        raise DeliveryError(f"got {number[:40]!r}; allowed: the number at the end of the address of a run")
    return json.loads(gh(["api", f"repos/{repository}/actions/runs/{number}"], ""))


def has(repository: str, commit: str, older: str, gh: Gh = gh) -> bool:
    """Whether the history of a commit has the older one, or is its own (GitHub REST API, "Compare two commits")."""
    found = json.loads(gh(["api", f"repos/{repository}/compare/{older}...{commit}?per_page=1"], ""))
    return found["status"] in ("ahead", "identical")


def pull_request(repository: str, number: int, gh: Gh = gh) -> Any:  # noqa: ANN401  any JSON
    """What GitHub says about a pull request."""
    return json.loads(gh(["api", f"repos/{repository}/pulls/{number}"], ""))


def events(repository: str, number: int, gh: Gh = gh) -> list[Any]:
    """All that has happened to a pull request, the oldest first."""
    pages = gh(["api", "--paginate", "--slurp", f"repos/{repository}/issues/{number}/events?per_page=100"], "")
    return [event for page in json.loads(pages) for event in page]


def last_push(repository: str, branch: str, gh: Gh = gh) -> Any:  # noqa: ANN401  any JSON
    """What has changed a branch last, and who; `None` if GitHub knows of nothing.

    By GitHub's clock (REST API, "List repository activities"): dates of commits are those of whoever made them.
    """
    ref = quote(f"refs/heads/{branch}", safe="")
    found = json.loads(gh(["api", f"repos/{repository}/activity?ref={ref}&direction=desc&per_page=1"], ""))
    return found[0] if found else None


def comment(repository: str, number: int, file: Path, gh: Gh = gh) -> None:
    """Write the file into the one comment on a pull request that begins with its first line, or into a new one."""
    place = f"repos/{repository}/issues/{number}/comments"
    body = file.read_text(encoding="utf-8")
    mark = body.partition("\n")[0]
    if not _MARK.fullmatch(mark):
        raise DeliveryError(f"{file}: the first line is {mark[:80]!r}; it must be the HTML comment that marks it")
    text = json.dumps({"body": body})
    chosen = f'.[] | select(.user.type == "Bot" and (.body | startswith({json.dumps(mark)}))) | .id'
    ids = gh(["api", "--paginate", place, "--jq", chosen], "").split()
    if ids:
        gh(["api", "--method", "PATCH", f"repos/{repository}/issues/comments/{ids[0]}", "--input", "-"], text)
    else:
        gh(["api", "--method", "POST", place, "--input", "-"], text)


def drift_issue(repository: str, stacks: Sequence[str], run_url: str, gh: Gh = gh) -> None:
    """Open the one issue about drift, or comment on it; it only names stacks, because issues may be public."""
    names = "\n".join(f"- `{name}`" for name in stacks)
    body = f"These stacks differ from the code:\n\n{names}\n\nThe log of {run_url} shows the differences.\n"
    place = f"repos/{repository}/issues"
    chosen = f'.[] | select(.title == "{_DRIFT}" and .user.type == "Bot") | .number'
    numbers = gh(["api", "--paginate", f"{place}?state=open", "--jq", chosen], "").split()
    if numbers:
        gh(["api", "--method", "POST", f"{place}/{numbers[0]}/comments", "--input", "-"], json.dumps({"body": body}))
    else:
        gh(["api", "--method", "POST", place, "--input", "-"], json.dumps({"title": _DRIFT, "body": body}))
