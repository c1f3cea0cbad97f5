"""The identity of a stack, as data: names are built from it, and never parsed."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

_FILE = "stacks.json"


class StackKind(StrEnum):
    """What a stack contains."""

    STATE = "state"
    PIPELINE = "pipeline"
    EDGE = "edge"
    DELIVERY = "delivery"


@dataclass(frozen=True, kw_only=True, slots=True)
class StackIdentity:
    """A stack's kind, whose settings it has (`environment`), what its names end with (`suffix`), and its region."""

    kind: StackKind
    project: str
    environment: str
    suffix: str
    region: str

    @property
    def name(self) -> str:
        """The stack's name: the only kind of which there is one in each region is named after it."""
        return f"{self.project}-{self.suffix}-{self.region if self.kind is StackKind.PIPELINE else self.kind}"

    @property
    def is_deployed_by_hand(self) -> bool:
        """Whether only people deploy it: one kind holds all states, the other the permissions of workflows."""
        return self.kind in (StackKind.STATE, StackKind.DELIVERY)


def write_identities(outdir: Path, identities: Iterable[StackIdentity]) -> None:
    """Writes down, beside cdktf's manifest, which stacks a synthesis has written to `outdir`."""
    text = json.dumps({one.name: asdict(one) for one in identities}, indent=2)
    (outdir / _FILE).write_text(f"{text}\n", encoding="utf-8")


def read_identities(outdir: Path) -> dict[str, StackIdentity]:
    """The stacks that were synthesized into `outdir`, by name; raises FileNotFoundError where none were."""
    found = json.loads((outdir / _FILE).read_text(encoding="utf-8"))
    return {name: StackIdentity(**{**fields, "kind": StackKind(fields["kind"])}) for name, fields in found.items()}
