"""`python -m tools.local`: see `make local`."""

import sys

from tools.interrupts import take_signals

# Before the slow imports, so that Ctrl-C during them is handled, too.
take_signals()


def run() -> int:
    """Runs the command line; Ctrl-C prints one line and returns 130."""
    try:
        from tools.local.command_line import main

        return main(sys.argv[1:])
    except KeyboardInterrupt:
        print("\nInterrupted before anything was started.", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(run())
