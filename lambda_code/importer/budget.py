"""How an invocation divides the time that it has."""

from collections.abc import Callable

from lambda_code.shared.errors import UnavailableError

KEPT_SECONDS = 75.0
"""Kept for the end: with less left nothing more is read or put. It is what a read from S3 that hangs may take, its
second attempt included, and then keeping the notes and handing on (see aws.STORE for all three)."""
END_SECONDS = 43.0
"""What of these the last two may take: the stream is not waited for so long."""
_KEPT_SHARE = 0.25  # of a long time: the invocation stays below the alarm on its duration, 80 % by default ...
_MOST_SHARE = 0.5  # ... and of a short one no more than this, so that anything is imported at all


class OutOfTimeError(UnavailableError):
    """The invocation is about to end."""


class Budget:
    """The time of one invocation; `seconds_left` are those until Lambda ends it."""

    def __init__(self, seconds_left: Callable[[], float]) -> None:
        self._seconds_left = seconds_left
        given = seconds_left()
        self._kept = max(_KEPT_SHARE * given, min(KEPT_SECONDS, _MOST_SHARE * given))

    def check(self) -> None:
        """Raise OutOfTimeError where nothing more may be begun."""
        if self._seconds_left() < self._kept:
            raise OutOfTimeError("there is no time to read the rest of the file")

    def seconds_to_put(self) -> float:
        """How long the stream may take to accept what has been read."""
        return self._seconds_left() - self._kept * END_SECONDS / KEPT_SECONDS
