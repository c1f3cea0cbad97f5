"""What is noted down about a running emulator, for the commands that come later."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from tools.emulator.program import url_of


@dataclass(frozen=True, kw_only=True, slots=True)
class Running:
    """An emulator: its process and port, the regions that were deployed to it, and whether all of that succeeded."""

    pid: int
    port: int
    regions: tuple[str, ...] = ()
    complete: bool = False

    @property
    def url(self) -> str:
        """Where it answers."""
        return url_of(self.port)


def load(path: Path) -> Running | None:
    """What was noted; None where nothing was, or nothing that can be read."""
    try:
        found = json.loads(path.read_text())
        return Running(**{**found, "regions": tuple(found["regions"])})
    except (OSError, ValueError, TypeError, KeyError):
        return None


def save(path: Path, running: Running) -> None:
    """Notes it down at once or not at all."""
    draft = path.with_suffix(".draft")
    draft.write_text(json.dumps(asdict(running)))
    draft.replace(path)
