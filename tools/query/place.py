"""Which stack is asked: a deployed one, or what `make local` runs in this folder."""

import os
from collections.abc import Mapping
from pathlib import Path

from tools.local.accounts import forget_other_settings
from tools.local.emulator import Emulator
from tools.local.environment import local_environment
from tools.replay.target import Target, TargetError, find_target, targets_of

ROOT = Path(__file__).parents[2]


def find(stack: str, outputs: Path | None, environ: Mapping[str, str], *, usage: str) -> tuple[str, Target]:
    """The stack's name and what belongs to it; raises TargetError, which shows `usage` where nothing is running.

    For an emulator, the shell's own AWS settings are forgotten.
    """
    running = Emulator(ROOT / ".cache/local").running()
    here = targets_of(local_environment(ROOT, running.url, running.regions)) if running else {}
    if stack and (outputs or stack not in here):
        return stack, find_target(stack, outputs, ROOT / "environments", environ)
    if running is None:
        raise TargetError(
            f"nothing is running here: `make local` starts it; for a deployed stack: {usage} STACK=tap-dev-us-east-1"
        )
    if not running.complete:
        raise TargetError("the deployment isn't finished: wait for `make local`, or run it again")
    forget_other_settings(os.environ)
    name = stack or next(iter(here))
    return name, here[name]
