"""What a synthesis wrote: which stacks there are, where, whose, and in which order they are deployed."""

import json
from collections.abc import Mapping
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

from stacks.identity import StackIdentity, read_identities
from tools.errors import ToolError

OUTDIR = Path("cdktf.out")
PLANS = OUTDIR / "plans"


class NotSynthesizedError(ToolError):
    """A folder holds no synthesized stacks; the text says which."""


def stack_folders(outdir: Path) -> dict[str, Path]:
    """The folder of each stack that was synthesized into `outdir`; none at all is a `NotSynthesizedError`."""
    return {name: (outdir / entry["synthesizedStackPath"]).parent for name, entry in _manifest(outdir).items()}


def in_order(outdir: Path = OUTDIR) -> list[str]:
    """Every stack, each after those that it depends on; none at all is a `NotSynthesizedError`."""
    stacks = _manifest(outdir)
    graph = {name: sorted(entry.get("dependencies", [])) for name, entry in sorted(stacks.items())}
    return list(TopologicalSorter(graph).static_order())


def identities(outdir: Path = OUTDIR) -> dict[str, StackIdentity]:
    """Every stack, by name; none at all is a `NotSynthesizedError`."""
    names = _manifest(outdir)
    try:
        found = read_identities(outdir)
    except FileNotFoundError:
        raise NotSynthesizedError(
            f"{outdir} doesn't say which stacks are whose (no stacks.json): an older version of this project has "
            "synthesized it; run `make synth` there with this one"
        ) from None
    return {name: found[name] for name in names}


def _manifest(outdir: Path) -> Mapping[str, Any]:
    file = outdir / "manifest.json"
    if not file.is_file():
        raise NotSynthesizedError(
            f"{outdir} holds no synthesized stacks (no manifest.json): run `make synth` there first"
        )
    stacks: Mapping[str, Any] = json.loads(file.read_text(encoding="utf-8"))["stacks"]
    return stacks
