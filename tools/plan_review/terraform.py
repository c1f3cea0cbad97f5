"""`make plan`: plans synthesized stacks, changing nothing, and shows the plans as JSON for the review.

`python -m tools.plan_review.terraform [STACK ...] [--base FOLDER]`: names as `make synth` shows them, or patterns
(`tap-dev-*`); FOLDER is a `cdktf.out` of the code before, so that the review can name the files that changed, and see
the stacks that are only there: of these it is planned what goes when somebody destroys them.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatch
from pathlib import Path

from tools.changed_stacks import removed_stacks
from tools.plan_review.model import Json, ReviewError
from tools.plan_review.packages import NOTE, read_packages, write_note
from tools.plan_review.reading import GONE
from tools.synthesized import OUTDIR as OUT
from tools.synthesized import PLANS, NotSynthesizedError, stack_folders

_CACHE = Path.home() / ".terraform.d" / "plugin-cache"


def main(arguments: Sequence[str]) -> int:
    """Plans every stack, or those named; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.plan_review.terraform", description="Plan stacks.")
    parser.add_argument("stack", nargs="*", help="a name or a pattern (default: every synthesized stack)")
    parser.add_argument("--base", type=Path, help="cdktf.out of the code before")
    options = parser.parse_args(arguments)
    os.umask(0o077)  # plans hold secrets in plain text
    try:
        now, before = stack_folders(OUT), stack_folders(options.base) if options.base else {}
        gone = {name: before[name] for name in removed_stacks(before, now)}
        folders = _chosen({**now, **gone}, options.stack)
        shutil.rmtree(PLANS, ignore_errors=True)  # a review is of what was planned together
        PLANS.mkdir(parents=True)
        for stack, folder in folders.items():
            print(f"{stack}: {_plan(stack, folder) if stack in now else _plan_end(stack, folder)}", flush=True)
            write_note(PLANS / f"{stack}{NOTE}", read_packages({folder, before.get(stack, folder)}))
    except (NotSynthesizedError, ReviewError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"\nPlans are in {PLANS}. Next: make plan-review")
    return 0


def _chosen(stacks: Mapping[str, Path], patterns: Sequence[str]) -> dict[str, Path]:
    if unknown := [pattern for pattern in patterns if not any(fnmatch(name, pattern) for name in stacks)]:
        raise ReviewError(f"no stack {', '.join(unknown)}; synthesized are: {', '.join(stacks)}")
    return {name: stacks[name] for name in stacks if not patterns or any(fnmatch(name, one) for one in patterns)}


def _plan(stack: str, folder: Path, *options: str) -> str:
    """Terraform's own last words about the plan."""
    file = _saved(stack)
    _terraform(stack, folder, "init", "-input=false", "-no-color")
    # No lock: nothing is changed, and a review must not keep anybody from deploying.
    text = _terraform(stack, folder, "plan", "-input=false", "-no-color", "-lock=false", f"-out={file}", *options)
    (PLANS / f"{stack}.json").write_text(_terraform(stack, folder, "show", "-json", str(file)))
    shutil.copyfile(folder / "cdk.tf.json", PLANS / f"{stack}.tf.json")
    return next(_summaries(text), "No changes.")


def _plan_end(stack: str, folder: Path) -> str:
    """The same of a stack that is no longer in the code; for reading, so that no plan is left that could be applied.

    From the state alone: the role that plans may not see a region any more that has left the settings.
    """
    with tempfile.TemporaryDirectory() as home:
        copy = shutil.copytree(folder, Path(home) / stack, ignore=shutil.ignore_patterns(".terraform"))
        body = copy / "cdk.tf.json"
        body.write_text(json.dumps(without_guards(json.loads(body.read_text()))))
        summary = _plan(stack, copy, "-destroy", "-refresh=false")
    _saved(stack).unlink()
    (PLANS / f"{stack}{GONE}").touch()
    return f"no longer in the code. {summary}"


def without_guards(body: Json) -> Json:
    """A synthesized stack without `prevent_destroy`, with which Terraform refuses to plan what goes."""
    for resources in body.get("resource", {}).values():
        for resource in resources.values():
            resource.get("lifecycle", {}).pop("prevent_destroy", None)
    return body


def _saved(stack: str) -> Path:
    return (PLANS / f"{stack}.tfplan").resolve()


def _summaries(text: str) -> Iterator[str]:
    return (line for line in text.splitlines() if line.startswith(("Plan: ", "No changes.")))


def _terraform(stack: str, folder: Path, *arguments: str) -> str:
    if shutil.which("terraform") is None:
        raise ReviewError("terraform is not installed: https://developer.hashicorp.com/terraform/install")
    environ = {**os.environ, "TF_IN_AUTOMATION": "1"}
    if "TF_PLUGIN_CACHE_DIR" not in environ:
        # As the CDKTF command line does: one copy of the provider for all stacks.
        _CACHE.mkdir(parents=True, exist_ok=True)
        environ["TF_PLUGIN_CACHE_DIR"] = str(_CACHE)
    done = subprocess.run(
        ["terraform", *arguments],
        cwd=folder,
        env=environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise ReviewError(f"{stack}: terraform {arguments[0]} failed:\n{done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
