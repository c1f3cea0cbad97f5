"""From settings to Terraform JSON."""

import json
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from cdktf import App

from stacks.deployment import add_stacks
from stacks.identity import write_identities
from stacks.settings import Environment, Problem, SettingsError

_HCL = "SYNTH_HCL_OUTPUT"  # cdktf's own
# Said here and not in cdktf.json, which only the CLI reads: both ways of synthesizing must write the same bytes.
_CONTEXT = {"excludeStackIdFromLogicalIds": "true", "allowSepCharsInLogicalIds": "true"}


def synthesize(environments: Sequence[Environment], outdir: Path, *, root: Path, bootstrap: bool = False) -> None:
    """Writes every stack of the environments to `outdir`, and removes what an earlier choice left there.

    `bootstrap` keeps the state of state stacks in a local file, as long as their bucket isn't there yet. Raises
    SettingsError where cdktf would write HCL.
    """
    _refuse_hcl()
    outdir.mkdir(parents=True, exist_ok=True)
    app = App(outdir=str(outdir), context=_CONTEXT)
    for environment in environments:
        add_stacks(app, environment, root=root, bootstrap=bootstrap)
    app.synth()
    write_identities(outdir, [one for environment in environments for one in environment.stacks])
    _remove_other_stacks(outdir)


def _refuse_hcl() -> None:
    # cdktf 0.21.0 loses what HCL has and its bindings don't: blocks that are overrides, and quotes within texts.
    if os.environ.get(_HCL) == "true":
        message = (
            'got "true", which cdktf synth --hcl sets; allowed: unset it, or leave out --hcl. '
            "Terraform can't read the HCL that cdktf writes of these stacks: it lacks the ephemeral block of the "
            "signing secret, and the quotes in policies break it. Without it, cdktf writes JSON, which Terraform reads"
        )
        raise SettingsError([Problem(source=_HCL, message=message)])


def _remove_other_stacks(outdir: Path) -> None:
    # Set by the CLI, which removes them itself and stops at a folder that has gone already.
    if "CDKTF_CONTINUE_SYNTH_ON_ERROR_ANNOTATIONS" in os.environ:
        return
    wanted = json.loads((outdir / "manifest.json").read_text())["stacks"]
    for folder in (outdir / "stacks").iterdir():
        if folder.is_dir() and folder.name not in wanted:
            shutil.rmtree(folder)
