"""The view `events`: what people ask, hours that are compacted and hours that are not, each event once.

Its text has two placeholders: the conditions on date and hour of what is read compacted, and of what is read as it was
stored. Terraform makes the view once, when nothing is compacted; the compactor gets the text, and replaces the view.
"""

import json

# Those that the archive's lines have and that every event may be asked for; `event` is the line itself, in which
# everything else is. Each is text, so that no number is rounded and no change of a type breaks a query.
_ATTRIBUTES = (
    "id",
    "source",
    "type",
    "subject",
    "time",
    "datacontenttype",
    "dataschema",
    "data",
    "data_base64",
    "partitionkey",
    "taptime",
    "taprequest",
    "tapsequence",
)
_PARTITION = ("date", "hour")
COLUMNS = (*_ATTRIBUTES, "event", *_PARTITION)
COMPACTED_COLUMNS = ("type", "source", "subject", "event")
"""Columns of the files of a compacted hour: those that are asked for most, and the line."""


def _scalar(name: str) -> str:
    return f"json_extract_scalar(event, '$.{name}')"


def _value(name: str) -> str:
    """A column, out of a compacted file's own columns or out of the line."""
    if name == "data":
        return "json_format(json_extract(event, '$.data'))"
    return f'"{name}"' if name in (*COMPACTED_COLUMNS, *_PARTITION) else _scalar(name)


_COLUMNS = ", ".join(f'CAST({_value(name)} AS varchar) AS "{name}"' for name in COLUMNS)
_COMPACTED = ", ".join(f'"{name}"' for name in (*COMPACTED_COLUMNS, *_PARTITION))
_RAW = ", ".join(
    (*(_scalar(name) for name in COMPACTED_COLUMNS if name != "event"), "event", *(f'"{name}"' for name in _PARTITION))
)
# Only the names above are put into it.
SQL = (
    f"SELECT {_COLUMNS} FROM ("  # noqa: S608
    f"SELECT {_COMPACTED} FROM compacted WHERE {{compacted}} UNION ALL SELECT {_RAW} FROM raw WHERE {{raw}})"
)


def template() -> str:
    """Text and columns as the compactor's variable `TAP_EVENTS_VIEW` has them."""
    return json.dumps({"sql": SQL, "columns": COLUMNS})


def first_definition(database: str) -> str:
    """The view as Athena reads it, in JSON, while nothing is compacted."""
    view = {
        "originalSql": SQL.format(compacted="false", raw="true"),
        "catalog": "awsdatacatalog",
        "schema": database,
        "columns": [{"name": name, "type": "varchar"} for name in COLUMNS],
    }
    # As compact as the compactor writes it, which replaces what differs.
    return json.dumps(view, separators=(",", ":"))
