"""The processor's answer about a batch."""

import json

from tools.replay.batch import Batch


class FailedAgainError(Exception):
    """Not all of the batch was stored; the text says why."""


def count_stored(batch: Batch, answer: bytes, function_error: str | None) -> int:
    """How many records are stored, from the first on; raises FailedAgainError for an answer that is not understood.

    The rules of partial batch responses (Lambda developer guide, "Configuring partial batch response with Kinesis Data
    Streams and Lambda"), but strict: an empty answer, which a mapping takes for success, fails here.
    """
    try:
        said = json.loads(answer)
    except ValueError:
        said = None
    if function_error:
        raise FailedAgainError(f"the processor failed ({function_error}): {_error(said)}")
    failures = said.get("batchItemFailures") if isinstance(said, dict) else None
    if not isinstance(failures, list):
        raise FailedAgainError("the answer is not that of a processor; is this its function?")
    return _first_failed(batch, failures) if failures else len(batch.sequences)


def _error(said: object) -> str:
    if not isinstance(said, dict):
        return "no reason given"
    kind, message = said.get("errorType"), str(said.get("errorMessage", "no reason given"))
    return f"{kind}: {message}" if kind else message


def _first_failed(batch: Batch, failures: list[object]) -> int:
    named = [item.get("itemIdentifier") for item in failures if isinstance(item, dict)]
    places = [batch.sequences.index(name) for name in named if name in batch.sequences]
    return min(places) if len(places) == len(failures) else 0
