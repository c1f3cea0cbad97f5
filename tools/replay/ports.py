"""The services that replaying needs."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol


class ServiceError(Exception):
    """A service refused a call or can't be reached: no batch's fault, so it ends the run. The text is for people."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back from an invocation; `function_error` is Lambda's mark of an answer that is an error."""

    payload: bytes
    function_error: str | None = None


class Failures(Protocol):
    """The failures bucket. Every method raises ServiceError."""

    def keys(self) -> Iterable[str]:
        """The names of all objects below the mapping's prefix."""

    def read(self, key: str) -> bytes | None:
        """An object's content; None if it is no longer there."""

    def remove(self, key: str) -> None:
        """Remove an object; it need not be there."""


class Processor(Protocol):
    """The deployed function."""

    def invoke(self, payload: bytes) -> Answer:
        """Invoke it and wait for the answer. Raises ServiceError."""
