"""How an invocation divides the time that it has."""

from collections.abc import Callable

_BEGIN_SECONDS = 180.0
"""An hour is begun with so much time left: its queries take seconds, those of an hour of many GB minutes."""
_END_SECONDS = 30.0
"""Queries are waited for until so much is left: for the calls that follow them, each of which may take 21 s."""
_BEGIN_SHARE, _END_SHARE = 0.5, 0.1  # of a short time no more than these, so that anything is done at all


class Budget:
    """The time of one invocation; `seconds_left` are those until Lambda ends it."""

    def __init__(self, seconds_left: Callable[[], float]) -> None:
        given = seconds_left()
        self._seconds_left = seconds_left
        self._begin = min(_BEGIN_SECONDS, _BEGIN_SHARE * given)
        self._end = min(_END_SECONDS, _END_SHARE * given)

    @property
    def seconds_left(self) -> float:
        """Seconds until Lambda ends the invocation."""
        return self._seconds_left()

    def may_begin(self) -> bool:
        """Whether there is time for another hour."""
        return self._seconds_left() >= self._begin

    def may_go_on(self) -> bool:
        """Whether there is time for another call."""
        return self._seconds_left() >= self._end
