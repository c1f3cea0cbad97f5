"""What a synthesis wrote: which stacks there are, where, whose, and in which order they are deployed."""

import json
import re
from collections.abc import Mapping
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

from stacks.regions import KNOWN_REGIONS
from tools.errors import ToolError

OUTDIR = Path("cdktf.out")
PLANS = OUTDIR / "plans"
# A person deploys these: the first holds all states, the second says what workflows may do.
BY_HAND = ("state", "delivery")

_END = re.compile(rf"-(?:{'|'.join((*BY_HAND, 'edge', *sorted(KNOWN_REGIONS)))})$")


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


def environment_of(stack: str) -> str:
    """How the names of all stacks of its environment begin: `tap-dev`."""
    return _END.sub("", stack)


def _manifest(outdir: Path) -> Mapping[str, Any]:
    file = outdir / "manifest.json"
    if not file.is_file():
        raise NotSynthesizedError(
            f"{outdir} holds no synthesized stacks (no manifest.json): run `make synth` there first"
        )
    stacks: Mapping[str, Any] = json.loads(file.read_text(encoding="utf-8"))["stacks"]
    return stacks
