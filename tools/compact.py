"""`make compact`: has a stack's compactor look at hours now, and says what it did."""

import argparse
import json
import os
import re
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from botocore.config import Config

from tools.errors import ToolError
from tools.interrupts import take_signals
from tools.local.accounts import Client
from tools.progress import Progress
from tools.query import place
from tools.replay.ports import ServiceError
from tools.replay.services import asked, session_of
from tools.replay.target import Target, TargetError, add_outputs

_USAGE = "make compact"
_HOUR = re.compile(r"\d{4}-\d\d-\d\d-\d\d")
_LONGEST_SECONDS = 900 + 10  # a function's longest timeout (Lambda quotas), and the way back
_SHOWN = 12  # hours that are named of each kind

_ABOUT = """\
Have the compactor of a stack do now what it does every hour: compact the hours that are closed, and look again at those
that may have grown. Run it as often as you like. Without --stack: what `make local` runs."""
_MORE = """\
exit status: 0 done, 1 an hour was not proven, or the function or a service failed, 2 wrong usage, 130 interrupted (the
function goes on).
permissions: lambda:InvokeFunction on the compactor."""

# Names of the answer (lambda_code/compactor/request.py), with what is said of the hours.
_KINDS = (
    ("compacted", "compacted and proven"),
    ("unstable", "changed meanwhile, and comes next time"),
    ("different", "NOT proven: raw and compacted differ, and nothing of them was published (docs/runbook.md)"),
    ("expired", "raw objects removed"),
)


def main(arguments: Sequence[str] | None = None, environ: Mapping[str, str] = os.environ) -> int:
    """Run the command; returns its exit status."""
    chosen = _parser().parse_args(arguments)
    try:
        stack, target = place.find(chosen.stack, chosen.outputs, environ, usage=_USAGE)
        answer = _invoke(_client(target), _compactor(target, stack), stack, _request(chosen))
    except TargetError as error:
        print(error, file=sys.stderr)
        return 2
    except (ServiceError, ToolError) as error:
        print(error, file=sys.stderr)
        return 1
    print("\n".join(told(answer)))
    return 1 if answer.get("different") else 0


def told(answer: Mapping[str, Any]) -> list[str]:
    """What the compactor answered, in lines for people."""
    if answer.get("busy"):
        return ["another run is at work, so this one did nothing: run it again in some minutes"]
    lines = [f"{_hours(answer[name])}: {what}" for name, what in _KINDS if answer.get(name)]
    if not lines:
        lines = ["nothing to do: every hour that is closed is compacted as it is"]
    if answer.get("waiting"):
        lines.append(f"{_counted(answer['waiting'])}: left for the next run, or for this command again")
    through = answer.get("through")
    return [*lines, f"`events` reads compacted hours up to {through}" if through else "`events` reads raw hours only"]


def _hours(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"{_counted(len(names))} ({', '.join(names[:_SHOWN])}{more})"


def _counted(count: int) -> str:
    return f"{count} {'hour' if count == 1 else 'hours'}"


def _request(chosen: argparse.Namespace) -> dict[str, object]:
    return {"check": chosen.check} if chosen.check else {"hours": chosen.hours} if chosen.hours else {}


def _compactor(target: Target, stack: str) -> str:
    if target.compactor is None:
        raise ToolError(f"{stack} has no compactor: set query.compaction = true in its environment, and deploy it")
    return target.compactor


def _client(target: Target) -> Client:
    # The connection is idle while the function works: nothing may repeat the call, and no router may drop it.
    config = Config(
        retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=_LONGEST_SECONDS, tcp_keepalive=True
    )
    return asked(
        "connecting", lambda: session_of(target).client("lambda", config=config, endpoint_url=target.endpoint_url)
    )


def _invoke(client: Client, name: str, stack: str, request: Mapping[str, object]) -> dict[str, Any]:
    """What the function answered. Raises ServiceError, and ToolError where it failed."""
    with Progress(sys.stderr).step(f"Compact {stack}"):
        answer = asked(
            f"invoking {name}",
            lambda: client.invoke(
                FunctionName=name, InvocationType="RequestResponse", Payload=json.dumps(request).encode()
            ),
        )
        text = answer["Payload"].read().decode()
        if answer.get("FunctionError"):
            raise ToolError(f"{name} failed, which loses nothing: run it again. It said: {text}")
    found: dict[str, Any] = json.loads(text)
    return found


def _hour(text: str) -> str:
    if not _HOUR.fullmatch(text):
        raise argparse.ArgumentTypeError(f"got {text!r}; allowed: hours in UTC, such as 2026-11-28-13")
    return text


def _parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="python -m tools.compact",
        description=_ABOUT,
        epilog=_MORE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument("--stack", help="such as tap-dev-us-east-1 (default: what `make local` runs)")
    which = made.add_mutually_exclusive_group()
    which.add_argument("--check", choices=["all"], help="look at every hour that can still grow, not only at some")
    which.add_argument("--hours", nargs="+", type=_hour, metavar="HOUR", help="look at these hours, too")
    add_outputs(made)
    return made


def run() -> int:
    """Runs the command; Ctrl-C prints one line and returns 130."""
    take_signals()
    try:
        return main()
    except KeyboardInterrupt:
        print("\nInterrupted; the function goes on, which does no harm.", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(run())
