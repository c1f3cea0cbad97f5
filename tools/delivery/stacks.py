"""Which stacks there are, and in which order they are deployed."""

import json
from collections.abc import Collection, Sequence
from graphlib import TopologicalSorter
from pathlib import Path

OUTDIR = Path("cdktf.out")
# A person deploys these: the first holds all states, the second says what workflows may do.
BY_HAND = ("state", "delivery")


class DeliveryError(Exception):
    """Something is not as a command needs it; the text says what to do."""


def in_order(outdir: Path = OUTDIR) -> list[str]:
    """Every synthesized stack, each after those that it depends on."""
    manifest = outdir / "manifest.json"
    if not manifest.is_file():
        raise DeliveryError(f"{outdir} holds no synthesized stacks: run `make synth` first")
    stacks = json.loads(manifest.read_text(encoding="utf-8"))["stacks"]
    graph = {name: sorted(entry.get("dependencies", [])) for name, entry in sorted(stacks.items())}
    return list(TopologicalSorter(graph).static_order())


def chosen(names: Sequence[str], outdir: Path = OUTDIR) -> list[str]:
    """The named stacks in their order; a name that is no stack's is a `DeliveryError`."""
    known = in_order(outdir)
    unknown = sorted(set(names) - set(known))
    if unknown:
        raise DeliveryError(f"no such stack: {', '.join(unknown)}; there are {', '.join(known)}")
    return [name for name in known if name in names]


def by_workflows(names: Collection[str]) -> list[str]:
    """Those that workflows may deploy."""
    return [name for name in names if name.rpartition("-")[2] not in BY_HAND]
