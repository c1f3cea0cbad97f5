"""Which of the synthesized stacks a command is about."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from tools.errors import ToolError
from tools.synthesized import OUTDIR, identities, in_order


class DeliveryError(ToolError):
    """A command can't do what it is asked to; the text says what to do."""


def chosen(names: Sequence[str], outdir: Path = OUTDIR) -> list[str]:
    """The named stacks in the order of deployment; a name that is no stack's is a `DeliveryError`."""
    known = in_order(outdir)
    unknown = sorted(set(names) - set(known))
    if unknown:
        raise DeliveryError(f"no such stack: {', '.join(unknown)}; there are {', '.join(known)}")
    return [name for name in known if name in names]


def by_workflows(names: Iterable[str], outdir: Path = OUTDIR) -> list[str]:
    """Those that workflows may deploy."""
    known = identities(outdir)
    return [name for name in names if not known[name].is_deployed_by_hand]
