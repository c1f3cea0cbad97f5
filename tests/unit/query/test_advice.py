"""What is said about the failures that people meet."""

import re

import pytest

from tools.query.advice import advice, explained


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("COLUMN_NOT_FOUND: line 1:8: Column 'total' cannot be resolved", r"json_extract_scalar\(event, '\$.name'\)"),
        ("COLUMN_NOT_FOUND: line 1:36: Column 'order.placed' cannot be resolved", "text stands in single quotes"),
        ("TABLE_NOT_FOUND: line 1:15: Table 'awsdatacatalog.tap.event' does not exist", "events, raw, compacted"),
        ("SCHEMA_NOT_FOUND: line 1:15: Schema 'tap' does not exist", "query.enabled"),
        ("WorkGroup tap-queries-dev-us-east-1 is not found.", "is the stack deployed"),
        ("No output location provided. An output location is required", "is the stack deployed"),
        ("line 1:9: mismatched input 'from'. Expecting: <expression>", "single quotes"),
        ("SYNTAX_ERROR: line 1:8: '\"type\"' must be an aggregate expression", "GROUP BY"),
        ("FUNCTION_NOT_FOUND: line 1:8: Function 'json_value2' not registered", "Trino"),
        ("TYPE_MISMATCH: line 1:40: Cannot apply operator: varchar = integer", "every column is text"),
        ("Query exhausted resources at this scale factor", "fewer days"),
        ("Query cancelled! Bytes scanned limit was exceeded", "query.scan_limit_mb"),
        (
            "com.amazonaws.services.s3.model: Access Denied (Service: Amazon S3; Status Code: 403)",
            "permissions in --help",
        ),
        ("INVALID_PARAMETER_USAGE: Incorrect number of parameters: expected 1 but found 0", "--param"),
        ("HIVE_CANNOT_OPEN_SPLIT: Error opening Hive split: NoSuchKey", "run it again"),
    ],
)
def test_a_known_failure_says_what_to_do(reason: str, words: str) -> None:
    assert re.search(words, advice(reason))


def test_an_unknown_failure_is_told_as_it_is() -> None:
    assert explained("DIVISION_BY_ZERO: Division by zero\n") == "DIVISION_BY_ZERO: Division by zero"
