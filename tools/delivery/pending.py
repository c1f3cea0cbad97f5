"""Saved plans that wait for approval: which change anything, and whether they are still what the branch says."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tools.changed_stacks import changed_stacks
from tools.delivery.stacks import DeliveryError, by_workflows, chosen
from tools.synthesized import OUTDIR, PLANS

# Whose runs make plans that may be promoted: the second one goes on with the next environment after a promotion.
_PLANNED_BY = (".github/workflows/deploy.yml", ".github/workflows/promote.yml")


def with_changes(plans: Path = PLANS, outdir: Path = OUTDIR) -> list[str]:
    """The stacks of workflows whose saved plans change anything, in the order of deployment."""
    found = [path.stem for path in plans.glob("*.tfplan") if _changes(plans / f"{path.stem}.json")]
    return by_workflows(chosen(found, outdir), outdir)


def _changes(plan: Path) -> bool:
    """As Terraform itself says (Terraform documentation, "JSON output format": `applyable`), also for outputs only."""
    return bool(json.loads(plan.read_text(encoding="utf-8")).get("applyable", True))


def refuse_superseded(newest: Path, planned: Sequence[str], outdir: Path = OUTDIR) -> None:
    """A planned stack that isn't what the branch has by now is a `DeliveryError`: a newer run plans it again."""
    if differ := [name for name in changed_stacks(newest, outdir) if name in planned]:
        raise DeliveryError(
            f"the branch has moved on: {', '.join(differ)} was planned from an older commit. Approve the newest run "
            "that plans it, or run the workflow Deploy"
        )


def refuse_foreign(
    run: Any,  # noqa: ANN401  any JSON
    repository: str,
    branch: str,
    *,
    is_on_branch: bool,
) -> None:
    """A run whose plan may not be promoted is a `DeliveryError`.

    `run`: GitHub's answer about it (GitHub REST API, "Get a workflow run"). Runs of other branches, pull requests and
    forks can hold any plan. `is_on_branch`: whether its commit is in the history of the branch: GitHub shows a tag in
    the same field as a branch, and whoever may push can make one with the branch's name.
    """
    path = str(run.get("path", "")).partition("@")[0]
    told = {
        "belongs to another repository": {run["repository"]["full_name"], run["head_repository"]["full_name"]}
        != {repository},
        f"ran on {run['head_branch']}, not on {branch}": run["head_branch"] != branch,
        f"is of the commit {run['head_sha']}, which {branch} hasn't": not is_on_branch,
        f"was started by {run['event']}": run["event"] not in ("push", "workflow_dispatch"),
        f"is one of {path}": path not in _PLANNED_BY,
        f"is {run['status']}, and not over yet": run["status"] != "completed",
    }
    if wrong := [text for text, is_wrong in told.items() if is_wrong]:
        raise DeliveryError(f"the plan of run {run['id']} can't be promoted: the run {', and '.join(wrong)}")
