"""`make plan`: plans synthesized stacks, changing nothing, and writes the plans as JSON for the review.

`python -m tools.plan [STACK ...] [--base FOLDER]`: names as `make synth` prints them, or patterns (`tap-dev-*`); FOLDER
is a `cdktf.out` of the code before, so that the review can name the files that changed. Stacks that are only there were
removed: the plan is to destroy them.
"""

import argparse
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from stacks.identity import StackIdentity
from stacks.settings import SettingsError
from tools.changed_stacks import removed_stacks
from tools.cost.plans import write_cost_note
from tools.errors import ToolError
from tools.plan_review.packages import NOTE, read_packages, write_note
from tools.plan_review.reading import GONE
from tools.synthesized import OUTDIR, PLANS, identities, stack_folders
from tools.terraform import Terraform, TerraformError
from tools.terraform.protection import advice
from tools.terraform.provider import with_plugin_cache

Json = dict[str, Any]


def main(arguments: Sequence[str]) -> int:
    """Plan every stack, or those named; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.plan", description="Plan stacks.")
    parser.add_argument("stack", nargs="*", help="a name or a pattern (default: every synthesized stack)")
    parser.add_argument("--base", type=Path, help="cdktf.out of the code before")
    options = parser.parse_args(arguments)
    os.umask(0o077)  # plans hold secrets in plain text
    try:
        now, before = stack_folders(OUTDIR), stack_folders(options.base) if options.base else {}
        gone = {name: before[name] for name in (removed_stacks(options.base, OUTDIR) if options.base else [])}
        folders = _chosen({**now, **gone}, options.stack)
        known: Mapping[str, StackIdentity] = {**(identities(options.base) if gone else {}), **identities(OUTDIR)}
        shutil.rmtree(PLANS, ignore_errors=True)  # a review is about plans that were made together
        PLANS.mkdir(parents=True)
        for stack, folder in folders.items():
            print(f"{stack}: {_plan(stack, folder) if stack in now else _plan_end(stack, folder)}", flush=True)
            write_note(PLANS / f"{stack}{NOTE}", read_packages({folder, before.get(stack, folder)}))
            write_cost_note(PLANS / f"{stack}.json", known[stack])
    except (ToolError, SettingsError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"\nPlans are in {PLANS}. Next: make plan-review")
    return 0


def _chosen(stacks: Mapping[str, Path], patterns: Sequence[str]) -> dict[str, Path]:
    if unknown := [pattern for pattern in patterns if not any(fnmatch(name, pattern) for name in stacks)]:
        raise ToolError(f"no stack {', '.join(unknown)}; synthesized are: {', '.join(stacks)}")
    return {name: stacks[name] for name in stacks if not patterns or any(fnmatch(name, one) for one in patterns)}


def _plan(stack: str, folder: Path, *options: str) -> str:
    """Plan a stack; return Terraform's summary."""
    file = _saved(stack)
    terraform = Terraform(folder, with_plugin_cache({**os.environ, "TF_IN_AUTOMATION": "1"}))
    terraform.init()
    # No lock: nothing is changed, and a review must not keep anybody from deploying.
    try:
        text = terraform.plan(file, "-lock=false", *options)
    except TerraformError as error:
        raise TerraformError(f"{error}{advice(terraform, error)}") from error
    (PLANS / f"{stack}.json").write_text(terraform.show(file))
    shutil.copyfile(folder / "cdk.tf.json", PLANS / f"{stack}.tf.json")
    return next(_summaries(text), "No changes.")


def _plan_end(stack: str, folder: Path) -> str:
    """Plan to destroy a stack that was removed from the code; only for review, so the saved plan is deleted.

    From the state alone, because the plan role may not read a region that was removed from the settings.
    """
    with tempfile.TemporaryDirectory() as home:
        copy = shutil.copytree(folder, Path(home) / stack, ignore=shutil.ignore_patterns(".terraform"))
        body = copy / "cdk.tf.json"
        body.write_text(json.dumps(without_guards(json.loads(body.read_text()))))
        summary = _plan(stack, copy, "-destroy", "-refresh=false")
    _saved(stack).unlink()
    (PLANS / f"{stack}{GONE}").touch()
    return f"removed from the code. {summary}"


def without_guards(body: Json) -> Json:
    """A synthesized stack without `prevent_destroy`, with which Terraform refuses to plan the destruction."""
    for resources in body.get("resource", {}).values():
        for resource in resources.values():
            resource.get("lifecycle", {}).pop("prevent_destroy", None)
    return body


def _saved(stack: str) -> Path:
    return (PLANS / f"{stack}.tfplan").resolve()


def _summaries(text: str) -> Iterator[str]:
    return (line for line in text.splitlines() if line.startswith(("Plan: ", "No changes.")))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
