"""The text of the view `events`, as Athena keeps it in the catalog."""

import base64

import msgspec

from lambda_code.compactor.hours import Hour
from lambda_code.compactor.settings import EventsView

_COMPACTED, _RAW = "{compacted}", "{raw}"


def original_text(view: EventsView, *, database: str, through: Hour | None) -> str:
    """The view that reads hours up to `through` compacted: all raw, if it is None."""
    compacted, raw = "false", "true"
    if through:
        date, hour = f"'{through.date}'", f"'{through.hour}'"
        compacted = f'"date" <= {date} AND ("date" < {date} OR "hour" <= {hour})'
        raw = f'"date" >= {date} AND ("date" > {date} OR "hour" > {hour})'
    presto = {
        "originalSql": view.sql.replace(_COMPACTED, compacted).replace(_RAW, raw),
        "catalog": "awsdatacatalog",
        "schema": database,
        "columns": [{"name": name, "type": "varchar"} for name in view.columns],
    }
    return f"/* Presto View: {base64.b64encode(msgspec.json.encode(presto)).decode()} */"
