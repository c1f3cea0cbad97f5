"""Why a query fails, in Athena's words as far as they are known."""

import re

import duckdb
from sqlglot.errors import SqlglotError


class QueryError(Exception):
    """Athena's reason: the name of the error and what is wrong."""


_KNOWN = (
    (
        r'(?:Referenced column|does not have a column named|Error: Column) "([^"]+)"',
        "COLUMN_NOT_FOUND: Column '{}' cannot be resolved or requester is not authorized to access requested resources",
    ),
    (r"Function with name (\S+) does not exist", "FUNCTION_NOT_FOUND: Function '{}' not registered"),
    (
        r"not provided for the following[a-z ]* parameters: ([\d, ]+)",
        "INVALID_PARAMETER_USAGE: Incorrect number of parameters: no {}",
    ),
    (r"(Division by zero)", "DIVISION_BY_ZERO: {}"),
    (r"Conversion Error: ([^\n]+)", "INVALID_CAST_ARGUMENT: {}"),
    (r"Out of Range Error: ([^\n]+)", "NUMERIC_VALUE_OUT_OF_RANGE: {}"),
    (r"(?:Binder|Parser|Catalog) Error: ([^\n]+)", "SYNTAX_ERROR: {}"),
)


def reason_of(error: Exception) -> str:
    """What Athena's StateChangeReason says of an error of ours, of the parser, or of DuckDB."""
    if isinstance(error, QueryError):
        return str(error)
    if isinstance(error, SqlglotError):
        # It underlines the place in colours of a terminal.
        return "SYNTAX_ERROR: " + re.sub(r"\x1b\[\d+m", "", str(error)).replace("\n", " ")
    if isinstance(error, duckdb.Error):
        for pattern, reason in _KNOWN:
            if found := re.search(pattern, str(error)):
                return reason.format(found[1])
    return f"GENERIC_INTERNAL_ERROR: {error}"
