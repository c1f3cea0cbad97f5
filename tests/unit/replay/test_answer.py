"""Only an answer that says so is taken for success."""

from __future__ import annotations

import json

import pytest

from tests.unit.replay.world import document, payload
from tools.replay.answer import FailedAgainError, count_stored
from tools.replay.batch import read

BATCH = read(document(payload(1, 2, 3)))


def test_an_empty_list_of_failures_is_success() -> None:
    assert count_stored(BATCH, b'{"batchItemFailures": []}', None) == 3


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (b"", "not that of a processor"),
        (b"null", "not that of a processor"),
        (b"{}", "not that of a processor"),
        (b"[]", "not that of a processor"),
        (b'{"batchItemFailures": null}', "not that of a processor"),
        (b'{"statusCode": 200}', "not that of a processor"),
    ],
)
def test_everything_else_is_failure(answer: bytes, said: str) -> None:
    with pytest.raises(FailedAgainError, match=said):
        count_stored(BATCH, answer, None)


@pytest.mark.parametrize("item", [{}, 1, {"itemIdentifier": ""}, {"itemIdentifier": "77"}])
def test_where_what_failed_is_not_named_nothing_is_taken_for_stored(item: object) -> None:
    named = [{"itemIdentifier": BATCH.sequences[2]}, item]
    assert count_stored(BATCH, json.dumps({"batchItemFailures": named}).encode(), None) == 0


def test_the_lowest_record_that_is_named_tells_how_much_is_stored() -> None:
    named = [{"itemIdentifier": BATCH.sequences[place]} for place in (2, 1)]
    assert count_stored(BATCH, json.dumps({"batchItemFailures": named}).encode(), None) == 1


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (b'{"errorMessage": "boom", "errorType": "KeyError"}', r"\(Unhandled\): KeyError: boom$"),
        (b'{"errorMessage": "Task timed out after 60.00 seconds"}', r": Task timed out after 60.00 seconds$"),
        (b"{}", "no reason given"),
        (b"garbage", "no reason given"),
        (b'{"batchItemFailures": []}', "no reason given"),
    ],
)
def test_a_function_error_is_failure_whatever_it_holds(answer: bytes, said: str) -> None:
    with pytest.raises(FailedAgainError, match=said):
        count_stored(BATCH, answer, "Unhandled")
