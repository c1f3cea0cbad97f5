"""`python -m tools.query`: see `make query`."""

import sys

from tools.interrupts import take_signals

# Before the slow imports, so that Ctrl-C during them is handled, too.
take_signals()


def run() -> int:
    """Runs the command; Ctrl-C prints one line and returns 130."""
    try:
        from tools.query.command import main

        return main()
    except KeyboardInterrupt:
        print("\nInterrupted; nothing is being read any more.", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(run())
