"""The record of a running emulator, for later commands."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from tools.emulator.program import url_of


@dataclass(frozen=True, kw_only=True, slots=True)
class Running:
    """An emulator: process and port, the regions deployed to it, and whether that deployment is complete."""

    pid: int
    port: int
    regions: tuple[str, ...] = ()
    complete: bool = False

    @property
    def url(self) -> str:
        """Where it answers."""
        return url_of(self.port)


def load(path: Path) -> Running | None:
    """The record, or None if there is none that can be read."""
    try:
        found = json.loads(path.read_text())
        return Running(**{**found, "regions": tuple(found["regions"])})
    except (OSError, ValueError, TypeError, KeyError):
        return None


def save(path: Path, running: Running) -> None:
    """Writes the record, all of it or nothing."""
    draft = path.with_suffix(".draft")
    draft.write_text(json.dumps(asdict(running)))
    draft.replace(path)
