"""Names of runs: each attempt to compact an hour has a folder and a temporary table that nobody else has."""

import re
import secrets
from datetime import UTC, datetime

from lambda_code.compactor.hours import Hour
from lambda_code.compactor.ports import Temporary

_TABLE = re.compile(r"compacting_(\d{4})_(\d\d)_(\d\d)_(\d\d)_((\d{14})_[0-9a-f]{8})", re.ASCII)
_TIME = "%Y%m%d%H%M%S"
TABLES = "compacting_*"
"""The pattern by which the catalog finds temporary tables."""


def new_run(now: float) -> str:
    """A name for a run that begins now, such as `20261128134000_1a2b3c4d`."""
    return f"{datetime.fromtimestamp(now, UTC):{_TIME}}_{secrets.token_hex(4)}"


def table_of(hour: Hour, run: str) -> str:
    """The run's temporary table, such as `compacting_2026_11_28_13_20261128134000_1a2b3c4d`."""
    return f"compacting_{hour.name.replace('-', '_')}_{run}"


def temporary(table: str) -> Temporary | None:
    """What the name of a temporary table says; None for any other table."""
    if not (found := _TABLE.fullmatch(table)):
        return None
    try:
        began = datetime.strptime(found[6], _TIME).replace(tzinfo=UTC)
        return Temporary(Hour.parse("-".join(found.groups()[:4])), found[5], began.timestamp())
    except ValueError:
        return None
