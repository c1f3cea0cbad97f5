"""Commands of the workflows: `python -m tools.delivery COMMAND`; the Makefile has a target for each."""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from stacks.settings import Environment, SettingsError, select_environments
from tools.changed_stacks import changed_stacks, removed_stacks
from tools.delivery import github, pending, smoke, terraform
from tools.delivery import labels as labels_of
from tools.delivery.environments import ROOT, own_stacks, rows
from tools.delivery.stacks import by_workflows, chosen
from tools.delivery.states import left_behind, left_over
from tools.errors import ToolError
from tools.plan_review.configuration import FILE, read_configuration
from tools.synthesized import OUTDIR, identities, in_order

DRIFT = OUTDIR / "drift.txt"


def environments(base: Sequence[str]) -> int:
    """Print the delivered environments as one line of JSON; given a folder, only stacks that differ from it."""
    now, order = identities(), in_order()
    changed = [name for folder in base for name in changed_stacks(Path(folder), OUTDIR)]
    known = [now[name] for name in order if name in changed or not base]
    gone = [identities(Path(folder))[name] for folder in base for name in removed_stacks(Path(folder), OUTDIR)]
    print(json.dumps(rows([*known, *gone])))
    return 0


def apply(stacks: Sequence[str]) -> int:
    """Apply the saved plans of the stacks, or all saved plans."""
    terraform.apply_plans(stacks)
    return 0


def planned(_names: Sequence[str]) -> int:
    """Print the stacks whose saved plans change anything, on one line."""
    print(" ".join(pending.with_changes()))
    return 0


def current(newest: Sequence[str]) -> int:
    """Check that the saved plans are of what the branch has by now, which was synthesized to the folder."""
    folder = _one(newest, "NEWEST=folder")
    pending.refuse_superseded(Path(folder), pending.with_changes())
    return 0


def promotable(runs: Sequence[str]) -> int:
    """Check that the plan of a run may be promoted: RUN of GITHUB_REPOSITORY, by who runs this and nobody else."""
    run = _one(runs, "RUN=number")
    if os.environ["GITHUB_TRIGGERING_ACTOR"] != os.environ["GITHUB_ACTOR"]:
        raise ToolError("somebody else has started this run again: start a new one, which asks for your own approval")
    repository = os.environ["GITHUB_REPOSITORY"]
    planned_by = github.run(repository, run)
    is_on_branch = github.has(repository, os.environ["GITHUB_SHA"], planned_by["head_sha"])
    pending.refuse_foreign(planned_by, repository, os.environ["GITHUB_REF_NAME"], is_on_branch=is_on_branch)
    return 0


def drift(stacks: Sequence[str]) -> int:
    """Look for drift; write the names of drifted stacks to a file, and exit with 2 if there are any.

    Stacks that were removed from the code but are still deployed are reported, too.
    """
    known = identities()
    asked = [known[name] for name in chosen(stacks)] if stacks else list(known.values())
    found = terraform.drifted(stacks)
    _write_drift(found)  # before anything else can fail
    print(f"Drifted: {', '.join(found) or 'none'}")
    behind = [
        name
        for one in select_environments(ROOT / "environments", os.environ)
        if not one.settings.emulator and own_stacks(one, asked)
        for name in left_behind(one, list(known), _s3(one))
    ]
    if behind:
        print(f"Removed from the code, but still deployed: {', '.join(behind)} (docs/delivery.md says what to do)")
    _write_drift([*found, *behind])
    return 2 if found or behind else 0


def _write_drift(names: Sequence[str]) -> None:
    DRIFT.write_text("".join(f"{name}\n" for name in names), encoding="utf-8")


def destroy(_stacks: Sequence[str]) -> int:
    """Destroy the preview that TAP_ENVIRONMENT_SUFFIX names."""
    terraform.destroy_ephemeral(os.environ.get("TAP_ENVIRONMENT_SUFFIX", ""))
    return 0


def check(stacks: Sequence[str]) -> int:
    """Check that deployed pipelines answer."""
    known = identities()
    for name in by_workflows(chosen(stacks) if stacks else in_order()):
        smoke.check(known[name], terraform.outputs(name))
    return 0


def previews(_stacks: Sequence[str]) -> int:
    """Print the previews that are still deployed as one line of JSON."""
    found = [
        {"environment": one.name, "suffix": suffix}
        for one in select_environments(ROOT / "environments", os.environ)
        for suffix in left_over(one, _s3(one))
    ]
    print(json.dumps(found))
    return 0


def _s3(environment: Environment) -> Any:  # noqa: ANN401  a boto3 client
    return boto3.client("s3", region_name=environment.settings.state.region)


def labels(_names: Sequence[str]) -> int:
    """Print the options for `make plan-review`: which labels of PULL_REQUEST count, and which don't."""
    by = read_configuration(ROOT / FILE).labels_by
    number = labels_of.pull_request(os.environ["PULL_REQUEST"])
    repository = os.environ["GITHUB_REPOSITORY"]
    asked = github.pull_request(repository, number)
    head = asked["head"]
    # A fork that was deleted is no repository any more.
    pushed = github.last_push(head["repo"]["full_name"], head["ref"]) if head["repo"] else None
    found = labels_of.counted(asked, github.events(repository, number), pushed, by=by)
    print(" ".join(f"--{'label' if counts else 'uncounted'} {name}" for name, counts in found.items()))
    return 0


def comment(files: Sequence[str]) -> int:
    """Write a file into the comment on the pull request PULL_REQUEST of GITHUB_REPOSITORY."""
    file = _one(files, "FILE=file")
    github.comment(os.environ["GITHUB_REPOSITORY"], int(os.environ["PULL_REQUEST"]), Path(file))
    return 0


def issue(files: Sequence[str]) -> int:
    """Open an issue in GITHUB_REPOSITORY about the stacks that the files name."""
    stacks = sorted({name for file in files for name in Path(file).read_text(encoding="utf-8").split()})
    if stacks:
        github.drift_issue(os.environ["GITHUB_REPOSITORY"], stacks, os.environ["RUN_URL"])
    return 0


def _one(names: Sequence[str], allowed: str) -> str:
    """The only name that a command was given."""
    if len(names) != 1 or not names[0]:
        raise ToolError(f"got {' '.join(names) or 'nothing'}; allowed: one name, {allowed} after the target of make")
    return names[0]


COMMANDS: Mapping[str, Callable[[Sequence[str]], int]] = {
    one.__name__: one
    for one in (
        environments,
        apply,
        planned,
        current,
        promotable,
        drift,
        destroy,
        check,
        previews,
        labels,
        comment,
        issue,
    )
}


def main(arguments: Sequence[str]) -> int:
    """Run a command; return the exit status: 1 for an error, 2 if `drift` found any."""
    parser = argparse.ArgumentParser(prog="python -m tools.delivery", description=__doc__)
    parser.add_argument("command", choices=COMMANDS)
    parser.add_argument("names", nargs="*", help="stacks or files, depending on the command")
    given = parser.parse_args(arguments)
    try:
        return COMMANDS[given.command](given.names)
    except (ToolError, SettingsError) as error:
        print(error, file=sys.stderr)
    except KeyError as error:
        print(f"{error.args[0]} is not set", file=sys.stderr)
    except (BotoCoreError, ClientError) as error:
        print(f"AWS: {error}", file=sys.stderr)
    except subprocess.CalledProcessError as error:
        print(f"{' '.join(error.cmd[:4])} failed with {error.returncode}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
