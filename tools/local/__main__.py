"""`python -m tools.local`: see `make local`."""

import sys

from tools.interrupts import take_signals

# Before the imports that take a moment, in which Ctrl-C may come, too.
take_signals()


def run() -> int:
    """Runs the command line; Ctrl-C ends it in one line, and with 130."""
    try:
        from tools.local.command_line import main

        return main(sys.argv[1:])
    except KeyboardInterrupt:
        print("\nInterrupted: nothing had been started.", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(run())
