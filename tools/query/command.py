"""Asks, waits, and writes the answer to stdout; everything else goes to stderr."""

import argparse
import os
import shutil
import sys
from collections.abc import Mapping, Sequence

from tools.errors import ToolError
from tools.interrupts import uninterrupted
from tools.progress import Progress
from tools.query import place
from tools.query.arguments import USAGE, UsageError, parse, sql_of
from tools.query.athena import Done, Queries, QueryError, Saved, connect
from tools.query.formats import write
from tools.query.price import dollars, money, size
from tools.replay.ports import ServiceError
from tools.replay.target import TargetError


def main(arguments: Sequence[str] | None = None, environ: Mapping[str, str] = os.environ) -> int:
    """Run the command; returns its exit status."""
    chosen = parse(arguments)
    try:
        return _run(chosen, environ)
    except (TargetError, UsageError) as error:
        print(error, file=sys.stderr)
        return 2
    except (ServiceError, ToolError) as error:
        print(error, file=sys.stderr)
        return 1
    except BrokenPipeError:
        # Whoever read the answer has seen enough. Nothing may be flushed into the closed pipe at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _run(chosen: argparse.Namespace, environ: Mapping[str, str]) -> int:
    sql = None if chosen.list or chosen.saved else sql_of(chosen)
    stack, target = place.find(chosen.stack, chosen.outputs, environ, usage=USAGE)
    queries = connect(target, stack)
    if chosen.list:
        print("\n\n".join(map(_described, queries.saved())) or f"{stack} has no saved queries")
        return 0
    done = _ask(queries, stack, sql or _saved(queries, chosen.saved).sql, chosen.param)
    columns, pages = queries.answer(done)
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    count = write(chosen.format, columns, pages, sys.stdout, width=width)
    sys.stdout.flush()
    print(_summary(count, done, on_aws=target.endpoint_url is None), file=sys.stderr)
    return 0


def _ask(queries: Queries, stack: str, sql: str, parameters: Sequence[str]) -> Done:
    """Runs a query to its end; an interrupt stops it, so that it reads no more."""
    id_ = ""
    with Progress(sys.stderr).step(f"Query {stack}") as step:
        try:
            with uninterrupted():
                id_ = queries.start(sql, parameters)
            return queries.wait(id_, lambda state: setattr(step, "detail", state))
        except KeyboardInterrupt:
            if id_:
                queries.stop(id_)
            raise


def _saved(queries: Queries, name: str) -> Saved:
    found = queries.saved()
    for one in found:
        if one.name == name:
            return one
    raise QueryError(f"no query is saved as {name!r}; there is: {', '.join(one.name for one in found) or 'none'}")


def _described(saved: Saved) -> str:
    lines = saved.sql.strip().splitlines()
    return "\n".join([f"{saved.name}: {saved.about}".removesuffix(": "), *(f"    {line}" for line in lines)])


def _summary(count: int, done: Done, *, on_aws: bool) -> str:
    rows = "1 row" if count == 1 else f"{count:,} rows"
    if not on_aws:
        return f"{rows}; an emulator answered: what it reads, and how fast, says nothing about AWS"
    price = f", about {money(dollars(done.read_bytes))} US dollars" if done.charged else ""
    return f"{rows}; Athena read {size(done.read_bytes)} in {done.seconds:.1f} s{price}"
