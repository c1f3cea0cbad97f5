"""What the processor needs of the world, and the words in which they speak."""

from collections.abc import Iterator, Sequence
from typing import Protocol

import msgspec


class Claim(msgspec.Struct, frozen=True):
    """A row of the ledger: this record's event is, or will be, in the object `home`."""

    identity: str
    sequence: str
    content_hash: str
    home: str


class Stored(msgspec.Struct, frozen=True):
    """What a put has added to an object."""

    events: int
    size_bytes: int


class Ledger(Protocol):
    """Who has claimed which event."""

    def claims(self, wanted: Sequence[Claim]) -> Iterator[list[Claim]]:
        """Claim all, in order, some at a time; give for each the row that holds. Raises UnavailableError."""


class Archive(Protocol):
    """Where events are stored."""

    def store(self, home: str, lines: dict[str, bytes]) -> Stored:
        """Complete the object by these lines, which are keyed by sequence number. Raises UnavailableError."""


class Quarantine(Protocol):
    """Where what can never be stored is kept."""

    def put(self, name: str, body: bytes) -> None:
        """Keep it under the name, once. Raises UnavailableError."""
