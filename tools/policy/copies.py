"""Copies of the synthesized stacks that checkov can read."""

import json
from pathlib import Path

from tools.policy.canary import canary
from tools.policy.hcl import Json, render

CANARY = "canary"
# Blocks that checkov's parser doesn't know: it skips the whole file, says so in one line and exits with 0.
_UNREADABLE = ("moved", "import", "removed", "ephemeral")
_UNREADABLE_IN_TERRAFORM = ("required_version",)


def strip(document: dict[str, Json]) -> dict[str, Json]:
    """The document without what checkov can't read and without cdktf's notes."""
    left = {name: body for name, body in document.items() if name not in ("//", *_UNREADABLE)}
    terraform = left.get("terraform", {})
    return left | {"terraform": {name: v for name, v in terraform.items() if name not in _UNREADABLE_IN_TERRAFORM}}


def write_copies(stacks: dict[str, dict[str, Json]], folder: Path) -> None:
    """Writes each stack, and the canary, as JSON and as HCL: `folder/<stack>/json/cdk.tf.json` and `hcl/main.tf`."""
    for name, document in (stacks | {CANARY: canary()}).items():
        copy = strip(document)
        # By the name checkov knows Terraform's JSON, by the indentation `address_at` finds resources.
        _write(folder / name / "json" / "cdk.tf.json", json.dumps(copy, indent=1))
        _write(folder / name / "hcl" / "main.tf", render(copy))


def address_at(copy: Path, line: int) -> str:
    """The address of the resource that stands at a line (from 1) of a JSON copy; checkov leaves the type out."""
    parents = {}
    for text in copy.read_text().splitlines()[:line]:
        depth = len(text) - len(text.lstrip(" "))
        parents[depth] = text.strip().partition('": ')[0].strip('"')
    return f"{parents[2]}.{parents[3]}"


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
