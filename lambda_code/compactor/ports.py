"""The services that the compactor needs, and the types in their interfaces."""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol

import msgspec

from lambda_code.compactor.hours import Hour
from lambda_code.shared.errors import UnavailableError


class ConflictError(UnavailableError):
    """Somebody else has changed it since it was read."""


class UnprovableError(Exception):
    """The engine cannot read or write an hour, and a retry would not change that."""


class Object(msgspec.Struct, frozen=True, order=True):
    """A raw object in one state; `modified` is in seconds since 1970, by the clock of S3."""

    key: str
    etag: str
    size_bytes: int
    modified: float


class Listing(msgspec.Struct, frozen=True):
    """The raw objects of an hour."""

    objects: tuple[Object, ...]

    @property
    def fingerprint(self) -> str:
        """The same for the same objects in the same states."""
        states = [(each.key, each.etag, each.size_bytes) for each in sorted(self.objects)]
        return hashlib.sha256(msgspec.json.encode(states)).hexdigest()

    @property
    def size_bytes(self) -> int:
        """What they are together."""
        return sum(each.size_bytes for each in self.objects)

    @property
    def newest(self) -> float:
        """When the last of them was stored, in seconds since 1970; 0 if there is none."""
        return max((each.modified for each in self.objects), default=0.0)


class Totals(msgspec.Struct, frozen=True):
    """What one side of a proof holds: sums that depend neither on order nor on how the events are divided."""

    events: int
    identities: str
    lines: str


class Proof(msgspec.Struct, frozen=True):
    """What the raw objects hold, how many were read, and what the compacted files hold."""

    raw: Totals
    objects: int
    compacted: Totals


class Published(msgspec.Struct, frozen=True, kw_only=True):
    """An hour's partition: the run whose files it reads, and what they were proven to hold.

    Times are in seconds since 1970; `newest` is that of the proven listing. With `expiring` set, the raw objects are
    being removed, or are gone.
    """

    run: str
    fingerprint: str
    events: int
    objects: int
    identities: str
    proven: float
    newest: float
    expiring: float | None = None


class View(msgspec.Struct, frozen=True, kw_only=True):
    """The view `events`: the last hour that it reads compacted, and who may change that until when.

    `version` is the catalog's, by which it notices that somebody else came first.
    """

    through: Hour | None
    holder: str
    held_until: float
    version: str


class Temporary(msgspec.Struct, frozen=True):
    """A temporary table: the hour and the run that it is of, and when that began, in seconds since 1970."""

    hour: Hour
    run: str
    began: float


class Archive(Protocol):
    """The archive bucket. Every method raises UnavailableError."""

    def dates(self) -> Sequence[str]:
        """Days with raw objects, in order."""

    def hours(self, date: str) -> Sequence[Hour]:
        """Hours of a day with raw objects, in order."""

    def listing(self, hour: Hour) -> Listing:
        """The raw objects of an hour that a query reads."""

    def remove(self, objects: Sequence[Object]) -> int:
        """Remove those that are still in these states; return how many are not."""

    def runs(self) -> Mapping[Hour, Mapping[str, float]]:
        """Run folders of all hours, each with the time of its newest file, in seconds since 1970."""

    def remove_run(self, hour: Hour, run: str) -> None:
        """Remove a run's files."""


class Engine(Protocol):
    """Where events are rewritten and counted. Methods raise UnavailableError, or UnprovableError.

    `is_time` says whether there is time to wait on; without, a query is stopped.
    """

    def write(self, hour: Hour, run: str, size_bytes: int, is_time: Callable[[], bool]) -> None:
        """Write the hour's raw events, of so many bytes in all, into the folder and the temporary table of a run."""

    def prove(self, hour: Hour, run: str, is_time: Callable[[], bool]) -> Proof:
        """Read both."""


class Catalog(Protocol):
    """The tables. Every method raises UnavailableError."""

    def view(self) -> View | None:
        """The view as it is; None where there is none."""

    def change_view(self, view: View | None, through: Hour | None, holder: str, held_until: float) -> View:
        """Replace what was read, and its text if that is not the current one; raises ConflictError."""

    def last_expired(self) -> Hour | None:
        """The last hour whose raw objects were removed, out of all partitions."""

    def published(self, hour: Hour) -> Published | None:
        """The hour's partition."""

    def publish(self, hour: Hour, new: Published, *, instead_of: Published | None) -> None:
        """Switch the hour's partition, in one step; raises ConflictError where it is not what it is to replace."""

    def drop(self, hour: Hour, run: str) -> None:
        """Forget a run's temporary table; its files stay."""

    def temporary(self) -> Iterable[Temporary]:
        """Every temporary table that there is."""
