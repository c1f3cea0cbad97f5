"""The command line of `make replay`."""

import argparse
from collections.abc import Sequence
from datetime import UTC, datetime

from tools.replay.selection import Wanted
from tools.replay.target import add_outputs

_ABOUT = """\
Invoke a stack's processor again with the batches that Lambda discarded, oldest first, and remove those that are stored;
or, with --from, with all that came into the stream in a stretch of time. Run it as often as you like: nothing is stored
twice, and what fails again stays."""
_MORE = """\
Times are ISO 8601, UTC unless they name a zone: 2026-01-31, 2026-01-31T10:00, 2026-01-31T10:00+01:00.
exit status: 0 all stored, 1 some failed again or a service refused, 2 wrong usage, 130 interrupted.
permissions: s3:ListBucket on the failures bucket; s3:GetObject and s3:DeleteObject below its aws/lambda/;
kms:Decrypt with the stack's key through S3; lambda:InvokeFunction on the processor. A dry run needs only to list,
get and decrypt. With --from: kinesis:ListShards, kinesis:GetShardIterator and kinesis:GetRecords on the stream,
kms:Decrypt with the stack's key through Kinesis; lambda:InvokeFunction on the processor."""


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """What was asked for; ends the program with status 2 for wrong usage."""
    made = parser()
    chosen = made.parse_args(arguments)
    if chosen.start is None:
        if chosen.end:
            made.error("--to needs --from, which reads the stream; for failed batches: --since and --until")
        return chosen
    if chosen.since or chosen.until or chosen.limit:
        made.error("--from reads the stream, --since, --until and --limit choose failed batches: give one of both")
    now = datetime.now(UTC)
    chosen.end = min(chosen.end or now, now)
    if chosen.start >= chosen.end:
        made.error("--from must be before --to, and in the past")
    return chosen


def parser() -> argparse.ArgumentParser:
    """The parser; it ends the program with status 2 for wrong usage."""
    made = argparse.ArgumentParser(
        prog="python -m tools.replay",
        description=_ABOUT,
        epilog=_MORE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument("--stack", required=True, type=_filled, help="such as tap-dev-us-east-1")
    made.add_argument("--dry-run", action="store_true", help="read and show, but invoke and remove nothing")
    made.add_argument("--since", type=_time, metavar="TIME", help="only batches discarded then or later")
    made.add_argument("--until", type=_time, metavar="TIME", help="only batches discarded before")
    made.add_argument("--limit", type=_positive, metavar="N", help="only the N oldest of them")
    made.add_argument(
        "--from", dest="start", type=_time, metavar="TIME", help="read the stream: what came then or later"
    )
    made.add_argument("--to", dest="end", type=_time, metavar="TIME", help="what came before (default: now)")
    made.add_argument(
        "--concurrency",
        type=_positive,
        metavar="N",
        default=4,
        help="shards in parallel, one batch of each at a time (default: 4)",
    )
    add_outputs(made)
    return made


def wanted(chosen: argparse.Namespace) -> Wanted:
    """What the arguments choose."""
    return Wanted(since=chosen.since, until=chosen.until, limit=chosen.limit)


def _filled(text: str) -> str:
    if not text:
        raise argparse.ArgumentTypeError("is empty; allowed: a stack's name, as in make replay STACK=tap-dev-us-east-1")
    return text


def _positive(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise argparse.ArgumentTypeError(f"got {text!r}; allowed: a whole number from 1")
    return int(text)


def _time(text: str) -> datetime:
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"got {text!r}; allowed: such as 2026-01-31 or 2026-01-31T10:00") from None
    return time if time.tzinfo else time.replace(tzinfo=UTC)
