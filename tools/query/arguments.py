"""The command line of `make query`."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from tools.query.formats import FORMATS
from tools.replay.target import add_outputs

USAGE = 'make query SQL="select type, count(*) from events group by 1"'
_ABOUT = """\
Ask the archive of a stack with SQL: Athena's, which is Trino's. The view `events` has every event once; docs/query.md
says which columns it has. Without --stack it asks what `make local` runs."""
_MORE = f"""\
{USAGE} STACK=tap-dev-us-east-1 ARGS="--format csv"
make query SQL=- < question.sql
make query ARGS=--list
exit status: 0 it was answered, 1 the query failed or a service refused, 2 wrong usage, 130 interrupted and stopped.
permissions: athena:StartQueryExecution, athena:GetQueryExecution, athena:GetQueryResults and athena:StopQueryExecution
on the stack's workgroup (for --list and --saved athena:ListNamedQueries and athena:BatchGetNamedQuery, too);
glue:GetDatabase, glue:GetTable, glue:GetTables, glue:GetPartition, glue:GetPartitions and glue:BatchGetPartition on
its database and tables, and glue:GetDatabase on the database `default`, too; s3:GetObject, s3:ListBucket and
s3:GetBucketLocation on the archive and the failures bucket; these, s3:PutObject, s3:AbortMultipartUpload and
s3:ListMultipartUploadParts on the bucket of results; kms:Decrypt and kms:GenerateDataKey with the stack's key through
S3."""


class UsageError(Exception):
    """What was asked for can't be read; the text says what is allowed."""


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """What was asked for; ends the program with status 2 for wrong usage."""
    made = _parser()
    chosen = made.parse_args(arguments)
    given = [name for name in ("sql", "file", "saved", "list") if getattr(chosen, name)]
    if len(given) != 1:
        problem = "no SQL" if not given else f"{' and '.join(given)}: one of them"
        made.error(f"{problem}; allowed: {USAGE}, or ARGS with --file FILE, --saved NAME or --list")
    if chosen.param and chosen.list:
        made.error("--param is for the ? of a query; --list runs none")
    return chosen


def sql_of(chosen: argparse.Namespace) -> str:
    """The SQL that was given as text, in a file, or on standard input. Raises UsageError."""
    if chosen.sql and chosen.sql != "-":
        text, where = str(chosen.sql), "SQL"
    elif chosen.sql:
        text, where = sys.stdin.read(), "standard input"
    else:
        text, where = _read(chosen.file), str(chosen.file)
    sql = text.strip().rstrip(";").rstrip()
    if not sql:
        raise UsageError(f"{where}: no SQL in it; allowed: one statement, as in {USAGE}")
    return sql


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path}: can't be read: {error.strerror}") from None
    except ValueError:
        raise UsageError(f"{path}: not text in UTF-8; allowed: a file with one SQL statement") from None


def _parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="python -m tools.query",
        description=_ABOUT,
        epilog=_MORE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument("--sql", metavar="TEXT", help="the statement; - reads it from standard input")
    made.add_argument("--file", type=Path, metavar="FILE", help="read the statement from a file")
    made.add_argument("--saved", metavar="NAME", help="run a query that is saved in the stack's workgroup")
    made.add_argument("--list", action="store_true", help="show the saved queries")
    made.add_argument(
        "--param", action="append", default=[], metavar="TEXT", help="the text for the next ? of the statement"
    )
    made.add_argument("--format", choices=FORMATS, default=FORMATS[0], help=f"default: {FORMATS[0]}")
    made.add_argument("--stack", help="such as tap-dev-us-east-1 (default: what `make local` runs)")
    add_outputs(made)
    return made
