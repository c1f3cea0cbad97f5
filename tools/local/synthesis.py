"""Synthesis in a process of its own: `python -m tools.local.synthesis OUTDIR URL REGION...`.

This way cdktf's node ends with it, and doesn't get the Ctrl-C of a terminal.
"""

import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from stacks import speed
from stacks.packaging import PackagingError
from stacks.settings import SettingsError
from tools import process
from tools.local.environment import local_environment
from tools.local.errors import LocalError


def synthesize_apart(root: Path, outdir: Path, *, url: str, regions: Sequence[str], log: Path) -> None:
    """Synthesizes the stacks of `local` for an endpoint and these regions; raises LocalError."""
    command = [sys.executable, "-m", "tools.local.synthesis", str(outdir), url, *regions]
    done = process.run(command, folder=root, environ=os.environ, log=log)
    if done.returncode:
        raise LocalError(f"synthesis failed: {done.stderr.strip() or done.stdout.strip()}")


def main(arguments: Sequence[str]) -> int:
    """Synthesizes; returns the exit status."""
    outdir, url, *regions = arguments
    root = Path.cwd()
    environment = local_environment(root, url, regions)
    speed.install()
    # After install(), which makes this import fast.
    from main import synthesize

    try:
        synthesize([environment], Path(outdir), root=root)
    except (SettingsError, PackagingError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # the parent process reports it
    sys.exit(main(sys.argv[1:]))
