"""The app that stacks are added to, and how it is written."""

import json
import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from cdktf import App

from stacks.identity import StackIdentity, write_identities
from stacks.settings import Problem, SettingsError

_HCL = "SYNTH_HCL_OUTPUT"  # cdktf's own
# Here and not in cdktf.json, which only the CLI reads: both ways of synthesizing must write the same bytes.
_CONTEXT = {
    "excludeStackIdFromLogicalIds": "true",
    "allowSepCharsInLogicalIds": "true",
    # Only CDK Terrain reads it (docs/leaving.md): without it, it refuses what older versions lack, such as ephemeral
    # resources, for which Terraform 1.10 and OpenTofu 1.11 are the first.
    "targetVersions": {"terraform": ">=1.11.0", "opentofu": ">=1.11.0"},
}


def new_app(outdir: Path) -> App:
    """An app without stacks, to be written to `outdir`; raises SettingsError where cdktf would write HCL."""
    _refuse_hcl()
    outdir.mkdir(parents=True, exist_ok=True)
    return App(outdir=str(outdir), context=_CONTEXT)


def write_stacks(app: App, stacks: Iterable[StackIdentity]) -> None:
    """Writes every stack of the app, and which ones these are; removes what an earlier choice left there."""
    app.synth()
    outdir = Path(app.outdir)
    write_identities(outdir, stacks)
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
    # Set by the CLI, which removes them itself and fails if a folder is already gone.
    if "CDKTF_CONTINUE_SYNTH_ON_ERROR_ANNOTATIONS" in os.environ:
        return
    wanted = json.loads((outdir / "manifest.json").read_text())["stacks"]
    for folder in (outdir / "stacks").iterdir():
        if folder.is_dir() and folder.name not in wanted:
            shutil.rmtree(folder)
