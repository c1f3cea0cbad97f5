"""Steps that may fail temporarily: how far a batch gets."""

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import TypeVar

from lambda_code.shared.errors import UnavailableError

_log = logging.getLogger(__name__)
_Made = TypeVar("_Made")

Step = tuple[int, Callable[[], _Made]]
"""A place in the batch, and what must be done before the record there is."""


def work(
    steps: Sequence[Step[_Made]], end: int, is_time: Callable[[], bool], *, workers: int = 1
) -> tuple[int, list[_Made]]:
    """Take steps; return the first place whose step failed or had no time (else `end`), and the others' results.

    With more than one worker, steps after the first that fails may have been taken, too.
    """
    stop = Event()

    def attempt(step: Step[_Made]) -> tuple[_Made] | None:
        if stop.is_set():
            return None
        if not is_time():
            _log.warning("not enough time for more")
        else:
            try:
                return (step[1](),)
            except UnavailableError as error:
                _log.warning("a store is unavailable", extra={"reason": str(error)})
        stop.set()
        return None

    workers = min(workers, len(steps))
    if workers > 1:
        with ThreadPoolExecutor(workers) as pool:
            made = list(pool.map(attempt, steps))
    else:
        made = [attempt(step) for step in steps]
    until = min((place for (place, _), result in zip(steps, made, strict=True) if result is None), default=end)
    return until, [result[0] for result in made if result is not None]
