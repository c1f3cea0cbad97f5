"""The services that the processor needs, and the types in their interfaces."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import msgspec

from lambda_code.processor.records import Arrived


class Row(Protocol):
    """A row of the ledger: this record's event is, or will be, in the object `home`. A new row is what arrived."""

    @property
    def identity(self) -> str: ...  # noqa: D102
    @property
    def sequence(self) -> str: ...  # noqa: D102
    @property
    def content_hash(self) -> str: ...  # noqa: D102
    @property
    def home(self) -> str: ...  # noqa: D102


class Claim(msgspec.Struct, frozen=True):
    """A row as the ledger has it."""

    identity: str
    sequence: str
    content_hash: str
    home: str


class Stored(msgspec.Struct, frozen=True):
    """What was added to an object: the sequence numbers of the lines, and the size of what was put."""

    added: frozenset[str] = frozenset()
    size_bytes: int = 0


class Ledger(Protocol):
    """Who has claimed which event."""

    @property
    def size(self) -> int:
        """How many events one call may claim."""

    def claim(self, wanted: Sequence[Row]) -> Sequence[Row]:
        """Claim all; return the row of each. May be called by several threads. Raises UnavailableError."""


class Archive(Protocol):
    """Where events are stored."""

    def store(self, home: str, events: Mapping[str, Arrived], *, is_new: bool) -> Stored:
        """Complete the object by these events, which are keyed by sequence number. Raises UnavailableError.

        `is_new` says that it probably doesn't exist yet; it only decides what is tried first.
        """


class Quarantine(Protocol):
    """Where unstorable events are kept."""

    def put(self, name: str, body: bytes) -> None:
        """Keep it under the name, once. Raises UnavailableError."""
