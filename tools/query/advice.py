"""What to do about a query that failed, from what Athena says of it."""

import re

from modules.events_view import COLUMNS

_TEXT = "text stands in single quotes ('order.placed'), names that are words of SQL in double quotes (\"date\")"
_COLUMNS = (
    f"columns of events: {', '.join(COLUMNS)}; another attribute is json_extract_scalar(event, '$.name'); {_TEXT}"
)
_ADVICE = (
    (r"bytes scanned limit", "limit the days it reads (\"date\" >= '2026-01-31'), or raise query.scan_limit_mb"),
    (
        r"WorkGroup .* not found|No output location",
        "is the stack deployed, in this account and region, with query.enabled = true?",
    ),
    (r"(SCHEMA_NOT_FOUND|Schema .* does not exist)", "deploy the stack again, with query.enabled = true"),
    (r"COLUMN_NOT_FOUND|Column .* cannot be resolved", _COLUMNS),
    (r"TABLE_NOT_FOUND|Table .* (does not exist|not found)", "there is: events, raw, compacted, quarantine"),
    (r"FUNCTION_NOT_FOUND|Function .* not registered", "Athena has the functions of Trino, under their names there"),
    (
        r"TYPE_MISMATCH|Cannot apply operator|Unexpected parameters|UNEXPECTED_PARAMETERS",
        "every column is text: convert it, as in try_cast(json_extract_scalar(event, '$.data.total') as double), "
        "or from_iso8601_timestamp(time)",
    ),
    (r"EXPRESSION_NOT_AGGREGATE|must be an aggregate expression", "name it in GROUP BY, or aggregate it"),
    (r"INVALID_PARAMETER_USAGE|Incorrect number of parameters", 'give each ? its text: ARGS="--param order-1"'),
    (r"EXHAUSTED_RESOURCES|exhausted resources", "ask for less at once: fewer days, or ORDER BY with a LIMIT"),
    (r"access denied|AccessDenied|not authorized|Insufficient permissions", "see the permissions in --help"),
    (r"HIVE_CURSOR_ERROR|HIVE_FILESYSTEM_ERROR|HIVE_CANNOT_OPEN_SPLIT|NoSuchKey", "an object changed: run it again"),
    (r"Rate exceeded|TooManyRequests|INTERNAL_ERROR|GENERIC_INTERNAL", "run it again in some seconds"),
    (r"SYNTAX_ERROR|mismatched input|no viable alternative|extraneous input|Queries of this type", _TEXT),
)


def advice(reason: str) -> str:
    """What somebody can do; empty where nothing is known to help."""
    return next((text for pattern, text in _ADVICE if re.search(pattern, reason, re.IGNORECASE)), "")


def explained(reason: str) -> str:
    """What Athena said, and what to do."""
    found = advice(reason)
    return f"{reason.strip()}\n{found[0].upper()}{found[1:]}" if found else reason.strip()
