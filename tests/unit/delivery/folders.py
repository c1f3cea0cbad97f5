"""Folders as synthesis writes them, with made-up stacks."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any


def write_stacks(outdir: Path, stacks: Mapping[str, Sequence[str]], **bodies: Any) -> Path:
    """Writes stacks and whom each depends on; `bodies` are Terraform by a stack's name with `_` for `-`."""
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
    return outdir
