"""What a deployed stack says about itself: asked of Terraform, or read from a file that was saved earlier."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import get_args, get_type_hints

from stacks.outputs import TapOutputs
from tools.terraform import Terraform, TerraformError, binary

Outputs = dict[str, str]


class OutputsError(Exception):
    """The outputs can't be had; the text says why, and what to do."""


def outputs_of_stack(name: str, folder: Path, environ: Mapping[str, str] = os.environ) -> Outputs:
    """Those of the stack `name` as Terraform knows them; `folder` is what it was synthesized into."""
    stack = folder / "stacks" / name
    if not stack.is_dir():
        there = ", ".join(sorted(path.name for path in (folder / "stacks").glob("*"))) or "nothing"
        raise OutputsError(
            f"no stack {name} in {folder}, but {there}: synthesize and deploy it first "
            "(CDKTF_OUTDIR names another folder)"
        )
    try:
        text = Terraform(stack, environ).succeed("output", "-json")
    except TerraformError as error:
        raise OutputsError(f"{error} (deploy the stack in this folder, or run {binary(environ)} init there)") from error
    return read_outputs(text, source=name)


def outputs_of_file(path: Path) -> Outputs:
    """Those that `terraform output -json` printed into a file."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise OutputsError(f"{path}: {reason}; wanted: a file saved by terraform output -json > {path.name}") from error
    return read_outputs(text, source=str(path))


def read_outputs(text: str, *, source: str) -> Outputs:
    """The values by name, from what `terraform output -json` prints, or from JSON of names and values only."""
    try:
        found = json.loads(text)
    except ValueError as error:
        raise OutputsError(f"{source}: not JSON ({error}); wanted: what terraform output -json prints") from error
    if not isinstance(found, dict):
        raise OutputsError(f"{source}: not a JSON object; wanted: what terraform output -json prints")
    values = {name: output["value"] if isinstance(output, dict) else output for name, output in found.items()}
    missing = sorted(_required() - values.keys())
    if missing:
        raise OutputsError(f"{source}: lacks {', '.join(missing)}: it is no deployed pipeline stack, or an older one")
    return values


def _required() -> set[str]:
    """All but those that a stack may lack."""
    hints = get_type_hints(TapOutputs)
    return {name for name in TapOutputs.descriptions() if type(None) not in get_args(hints.get(name))}
