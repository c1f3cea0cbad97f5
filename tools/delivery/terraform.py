"""Terraform over several stacks: applies saved plans, looks for drift, destroys previews."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from stacks.delivery.previews import PREVIEW
from tools.delivery.stacks import DeliveryError, by_workflows, chosen
from tools.synthesized import OUTDIR, PLANS, identities, in_order
from tools.terraform import Terraform, binary
from tools.terraform.protection import REFUSED, RUNBOOK
from tools.terraform.provider import lock_options, with_plugin_cache

Run = Callable[[Path, Sequence[str]], int]

_QUIET = ("-input=false", "-no-color")
_HINTS = {
    "init": '. If it is about checksums or the lock file, see docs/updating.md, "The AWS provider"',
    "apply": f'. If the next plan stops with "{REFUSED}", see {RUNBOOK}',
    "plan": f'. If it stopped with "{REFUSED}", see {RUNBOOK}',
}
_DRIFTED = 2  # `terraform plan -detailed-exitcode`: there are changes


def run(folder: Path, arguments: Sequence[str]) -> int:
    """Run Terraform in a stack's folder, with its output shown; return its exit status."""
    return Terraform(folder, with_plugin_cache(os.environ)).watched(*arguments)


def apply_plans(names: Sequence[str], *, plans: Path = PLANS, outdir: Path = OUTDIR, run: Run = run) -> None:
    """Apply each stack's saved plan, in the order of deployment, and nothing else.

    Stops at the first failure. Terraform itself refuses a stale plan.
    """
    wanted = chosen(names or [path.stem for path in plans.glob("*.tfplan")], outdir)
    if not wanted:
        raise DeliveryError(f"no saved plan in {plans}: run `make plan` first")
    refused = sorted(set(wanted) - set(by_workflows(wanted, outdir)))
    if refused:
        raise DeliveryError(f"{', '.join(refused)}: only people deploy this, see docs/delivery.md")
    files = {name: (plans / f"{name}.tfplan").resolve() for name in wanted}
    missing = [name for name, file in files.items() if not file.is_file()]
    if missing:
        raise DeliveryError(f"no saved plan of {', '.join(missing)} in {plans}: run `make plan` first")
    for name, file in files.items():
        print(f"Applying the plan of {name} ...")
        _init(outdir, name, run)
        _succeed(run(outdir / "stacks" / name, ("apply", *_QUIET, "-lock-timeout=5m", str(file))), "apply", name)


def drifted(names: Sequence[str], *, outdir: Path = OUTDIR, run: Run = run) -> list[str]:
    """Return the stacks whose plan is not empty; without a lock and without changes."""
    found = []
    for name in chosen(names or in_order(outdir), outdir):
        print(f"Planning {name} ...")
        _init(outdir, name, run)
        status = run(outdir / "stacks" / name, ("plan", *_QUIET, "-lock=false", "-detailed-exitcode"))
        if status == _DRIFTED:
            found.append(name)
        else:
            _succeed(status, "plan", name)
    return found


def destroy_ephemeral(suffix: str, *, outdir: Path = OUTDIR, run: Run = run) -> None:
    """Destroy all stacks of a `pr<number>`, in reverse order; failures are reported after the last one."""
    if not PREVIEW.fullmatch(suffix):
        raise DeliveryError(f"TAP_ENVIRONMENT_SUFFIX is {suffix!r}; allowed: pr and a number, such as pr42")
    known = identities(outdir)
    own = [name for name in in_order(outdir) if known[name].suffix == suffix]
    if not own:
        raise DeliveryError(f"no stack of {suffix} in {outdir}: run `make synth` with TAP_ENVIRONMENT_SUFFIX={suffix}")
    failed = []
    for name in reversed(own):
        print(f"Destroying {name} ...")
        folder = outdir / "stacks" / name
        done = _initialized(folder, run) or run(folder, ("destroy", *_QUIET, "-auto-approve", "-lock-timeout=5m"))
        failed += [name] if done else []
    if failed:
        raise DeliveryError(f"not destroyed: {', '.join(failed)}; the janitor retries at night, see docs/delivery.md")


def outputs(name: str, *, outdir: Path = OUTDIR) -> dict[str, str]:
    """Return the outputs of a deployed stack, in whose folder something was planned or applied."""
    folder = outdir / "stacks" / name
    if not (folder / os.environ.get("TF_DATA_DIR", ".terraform")).is_dir():
        raise DeliveryError(f"{folder} was not initialized: run `make plan STACK={name}` first, which does so")
    return Terraform(folder).outputs()


def _init(outdir: Path, name: str, run: Run) -> None:
    _succeed(_initialized(outdir / "stacks" / name, run), "init", name)


def _initialized(folder: Path, run: Run) -> int:
    return run(folder, ("init", *_QUIET, *lock_options(folder)))


def _succeed(status: int, command: str, name: str) -> None:
    if status:
        raise DeliveryError(f"{binary(os.environ)} {command} failed in {name}: see above{_HINTS.get(command, '')}")
