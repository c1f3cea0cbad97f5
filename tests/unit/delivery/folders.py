"""Folders as synthesis writes them, with made-up stacks."""

import json
from collections.abc import Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any

from stacks.identity import StackIdentity, StackKind, write_identities

# Of an environment each, but for the previews, which have the settings of dev.
_SUFFIXES = ("dev", "dev-eu", "devil", "local", "prod", "qa", "pr4", "pr42")
IDENTITIES = {
    one.name: one
    for suffix, kind, region in product(_SUFFIXES, StackKind, ("us-east-1", "eu-west-1"))
    for environment in ["dev" if suffix in ("pr4", "pr42") else suffix]
    for one in [StackIdentity(kind=kind, project="tap", environment=environment, suffix=suffix, region=region)]
}


def write_stacks(outdir: Path, stacks: Mapping[str, Sequence[str]], **bodies: Any) -> Path:
    """Writes stacks of `IDENTITIES`, and whom each depends on; `bodies` are Terraform by name with `_` for `-`."""
    manifest: dict[str, Any] = {"version": "0", "stacks": {}}
    for name, dependencies in stacks.items():
        path = f"stacks/{name}/cdk.tf.json"
        manifest["stacks"][name] = {
            "name": name,
            "synthesizedStackPath": path,
            "dependencies": list(dependencies),
        }
        (outdir / path).parent.mkdir(parents=True, exist_ok=True)
        (outdir / path).write_text(json.dumps(bodies.get(name.replace("-", "_"), {"resource": {}})))
    (outdir / "manifest.json").write_text(json.dumps(manifest))
    write_identities(outdir, [IDENTITIES[name] for name in stacks])
    return outdir
