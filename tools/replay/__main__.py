"""`make replay STACK=...`: replays failed batches."""

import os
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from tools.progress import Count
from tools.replay import again, arguments
from tools.replay.again import Stretch
from tools.replay.interrupt import STATUS, interruptible
from tools.replay.ports import Failures, Processor, ServiceError
from tools.replay.progress import Told, counted
from tools.replay.run import Replay
from tools.replay.selection import Selection, select
from tools.replay.services import connect
from tools.replay.stream import open_stream
from tools.replay.tally import Tally
from tools.replay.target import TargetError, find_target

ENVIRONMENTS = Path(__file__).parents[2] / "environments"


def main(arguments_: Sequence[str] | None = None, environ: Mapping[str, str] = os.environ) -> int:
    """Run the command; returns its exit status."""
    chosen = arguments.parse(arguments_)
    stop = threading.Event()
    try:
        target = find_target(chosen.stack, chosen.outputs, ENVIRONMENTS, environ)
        with interruptible(stop):
            failures, processor = connect(target, concurrency=chosen.concurrency)
            if chosen.start:
                return again.replay(
                    Stretch(source=open_stream(target), start=chosen.start, end=chosen.end),
                    processor,
                    deduplicates=target.ledger_table is not None,
                    dry_run=chosen.dry_run,
                    concurrency=chosen.concurrency,
                    stop=stop,
                )
            selection = select(failures.keys(), arguments.wanted(chosen))
            for key in selection.strange:
                print(f"skipped: not a failed batch: {key}", file=sys.stderr)
            return replay(
                selection, failures, processor, dry_run=chosen.dry_run, concurrency=chosen.concurrency, stop=stop
            )
    except TargetError as error:
        print(error, file=sys.stderr)
        return 2
    except ServiceError as error:
        print(error, file=sys.stderr)
        return 1


def replay(
    selection: Selection,
    failures: Failures,
    processor: Processor,
    *,
    dry_run: bool,
    concurrency: int,
    stop: threading.Event,
) -> int:
    """Replay the selection, report the outcome, and return the exit status."""
    with Count("batches", len(selection.batches), sys.stderr) as count:
        tally = Tally(Told(count, dry_run=dry_run))
        run = Replay(
            failures=failures, processor=processor, tally=tally, dry_run=dry_run, concurrency=concurrency, stop=stop
        )
        run.run(selection.batches)
    if tally.problem:
        print(tally.problem, file=sys.stderr)
    print(_summary(tally, selection, dry_run=dry_run))
    if tally.problem or tally.failures:
        return 1
    return STATUS if stop.is_set() else 0


def _summary(tally: Tally, selection: Selection, *, dry_run: bool) -> str:
    untried = len(selection.batches) - tally.batches - tally.failures - tally.absent
    verb = "would be replayed" if dry_run else "stored and removed"
    facts = [f"{counted(tally.batches, 'batch', 'batches')} {verb} ({counted(tally.records, 'record', 'records')})"]
    facts += [f"{tally.failures} cannot be replayed" if dry_run else f"{tally.failures} failed again"]
    facts += [f"{tally.absent} were already removed"] if tally.absent else []
    facts += [f"{untried} not tried: run the same command again"] if untried else []
    facts += [f"{selection.left_out} others not selected"] if selection.left_out else []
    return "; ".join(facts) + "."


if __name__ == "__main__":
    sys.exit(main())
