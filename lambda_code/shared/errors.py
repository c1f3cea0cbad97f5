"""The two ways in which something cannot be done: never, or not now."""

from typing import ClassVar


class RefusedError(ValueError):
    """Input that will never be taken; `code` is for programs, the text for people, and neither repeats the input."""

    code: ClassVar[str] = "refused"


class NotJsonError(RefusedError):
    """The bytes are not one acceptable JSON document."""

    code = "not_json"


class NotAnEventError(RefusedError):
    """The JSON is not an event that is taken."""

    code = "not_an_event"


class TooLargeError(RefusedError):
    """The input is larger than a limit."""

    code = "too_large"


class UnavailableError(Exception):
    """A service has not done what was asked, or has not said so; asking again is right and harmless."""
