"""The two kinds of failure: permanent, and temporary."""

from typing import ClassVar


class RefusedError(ValueError):
    """Input that will never be accepted; `code` is for programs, the text for people, and neither repeats the input.

    `attribute` names the attribute that is wrong, where it is one that CloudEvents knows. `pointer` is the place of the
    event in a batch, as a JSON Pointer (RFC 6901) such as `/7`. Both are empty if there is none.
    """

    code: ClassVar[str] = "refused"

    def __init__(self, detail: str, *, attribute: str = "") -> None:
        super().__init__(detail)
        self.attribute = attribute
        self.pointer = ""


class NotJsonError(RefusedError):
    """The bytes are not one acceptable JSON document."""

    code = "not_json"


class NotAnEventError(RefusedError):
    """The JSON is not an acceptable event."""

    code = "not_an_event"


class TooLargeError(RefusedError):
    """The input is larger than a limit."""

    code = "too_large"


class UnavailableError(Exception):
    """A service has not done what it was asked to, or has not confirmed it; retrying is safe."""
