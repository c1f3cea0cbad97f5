"""The archive, Athena and the catalog in one memory, as the compactor sees them; and what must hold after each call."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

import msgspec

from lambda_code.compactor.compactor import Compactor, Report
from lambda_code.compactor.hours import SECONDS, Hour
from lambda_code.compactor.ports import (
    ConflictError,
    Listing,
    Object,
    Proof,
    Published,
    Temporary,
    Totals,
    UnprovableError,
    View,
)
from lambda_code.compactor.request import Request
from lambda_code.compactor.runs import table_of, temporary
from lambda_code.shared.errors import UnavailableError
from tests.faults.injection import CrashError

Made = TypeVar("Made")
START = Hour.parse("2026-11-28-13").end + 1200
"""Twenty minutes after an hour ended."""
DAY = 86_400.0
TIMEOUT_SECONDS = 900.0
CHECK_DAYS = 3


@dataclass
class Files:
    """What a run wrote."""

    events: list[str]
    modified: float


@dataclass
class World:
    """Everything that is stored, and the clock. `at` is called with the name of each call, before it is made."""

    now: float = START
    raw: dict[Hour, dict[str, tuple[Object, tuple[str, ...]]]] = field(default_factory=dict)
    files: dict[tuple[Hour, str], Files] = field(default_factory=dict)
    tables: set[str] = field(default_factory=set)
    partitions: dict[Hour, Published] = field(default_factory=dict)
    view: View | None = None
    text_through: Hour | str | None = "of an older version"
    at: Callable[[str], str | None] = lambda _: None
    damaged: set[str] = field(default_factory=set)
    skipped: set[str] = field(default_factory=set)
    lost: set[str] = field(default_factory=set)
    calls: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    stored_at: dict[str, int] = field(default_factory=dict)
    by_hand: set[str] = field(default_factory=set)
    changes: int = 0
    named: dict[tuple[Hour, str], float] = field(default_factory=dict)

    # What happens outside of the compactor.

    def store(self, hour: Hour, key: str, *events: str) -> None:
        """Store an object, or add to it."""
        present = self.raw.setdefault(hour, {}).get(key)
        held = (*(present[1] if present else ()), *events)
        self.changes += 1
        self.stored_at |= dict.fromkeys(events, len(self.calls))
        stored = Object(f"events/{hour.folder}{key}", f'"{self.changes}"', 100 * len(held), float(int(self.now)))
        self.raw[hour][key] = (stored, held)
        self.check()

    def take_away(self, hour: Hour, key: str) -> None:
        """Remove a raw object, as somebody may by hand, or a rule of the bucket."""
        _, events = self.raw[hour].pop(key)
        self.by_hand |= {*events}
        self.seen -= {*events}

    def forget_calls(self) -> None:
        """Count calls from here on."""
        self.calls.clear()
        self.stored_at.clear()

    def stored(self) -> set[str]:
        """Every raw event that is there."""
        return {event for hour in self.raw for event in self.raw_events(hour)}

    def raw_events(self, hour: Hour) -> list[str]:
        return [event for _, events in self.raw.get(hour, {}).values() for event in events]

    # What the view shows.

    @property
    def through(self) -> Hour | None:
        return self.view.through if self.view else None

    def shown(self) -> Counter[str]:
        """Every event that the view shows, and how often."""
        found: Counter[str] = Counter()
        for hour in {*self.raw, *self.partitions}:
            if self.through is not None and hour <= self.through:
                if hour in self.partitions:
                    found.update(self.files[hour, self.partitions[hour].run].events)
            else:
                found.update(self.raw_events(hour))
        return found

    def check(self, *, unlisted: set[str] = frozenset()) -> None:  # type: ignore[assignment]
        """Hold what is promised at every moment.

        A watermark that has just moved may hide events that are `unlisted`: they show again with the next run.
        """
        shown = self.shown()
        assert set(shown.values()) <= {1}, "an event shows twice"
        missing = self.seen - {*shown} - unlisted
        assert not missing, f"events show no more: {missing}"
        self.seen = {*shown}
        for name, until in self.named.items():
            assert until < self.now or name in self.files, "a query may still read these files"

    # The compactor.

    def compactor(self, *, raw_expiration_days: int | None = None) -> Compactor:
        gate = Gate(self)
        return Compactor(
            Archive(self, gate),
            Engine(self, gate),
            Catalog(self, gate),
            check_days=CHECK_DAYS,
            raw_expiration_days=raw_expiration_days,
            clock=lambda: self.now,
            workers=1,
        )

    def run(
        self,
        request: Request | None = None,
        *,
        raw_expiration_days: int | None = None,
        seconds: float = TIMEOUT_SECONDS,
    ) -> Report:
        """One run that may take so many seconds."""
        end = self.now + seconds
        compactor = self.compactor(raw_expiration_days=raw_expiration_days)
        return compactor.run(request or Request(), lambda: end - self.now)

    def wait(self, hours: float = 1) -> None:
        self.now += hours * SECONDS


@dataclass
class Gate:
    """Stands between a compactor and the world: one process, which may end at any call."""

    world: World
    is_dead: bool = False
    listing_since: int = 0

    def call_of(self, hour: Hour, name: str, do: Callable[[], Made]) -> Made:
        """The same for an hour; nothing can come of it where there is nothing."""
        is_nothing = not self.world.raw.get(hour) and hour not in self.world.partitions
        return do() if is_nothing and not self.is_dead else self.call(name, do)

    def call(self, name: str, do: Callable[[], Made]) -> Made:
        if self.is_dead:
            raise CrashError
        world = self.world
        if name not in ("dates", "hours", "listing", "change_view"):
            self.listing_since = len(world.calls) + 1
        world.calls.append(name)
        fault = world.at(name)
        world.now += 0.5
        if fault == "refused":
            raise UnavailableError("ordered by a test")
        if fault == "crash_before":
            self.is_dead = True
            raise CrashError
        try:
            made = do()
        finally:
            # Right before the watermark moves, everything that it may pass is listed once more.
            late = {event for event, at in world.stored_at.items() if at > self.listing_since}
            world.check(unlisted=late if name == "change_view" else set())
            if fault == "crash_after":
                self.is_dead = True
                raise CrashError
        if fault == "lost":
            raise UnavailableError("the answer is lost")
        return made


@dataclass
class Archive:
    world: World
    gate: Gate

    def dates(self) -> Sequence[str]:
        return self.gate.call("dates", lambda: sorted({hour.date for hour, found in self.world.raw.items() if found}))

    def hours(self, date: str) -> Sequence[Hour]:
        return self.gate.call(
            "hours", lambda: sorted(hour for hour, found in self.world.raw.items() if found and hour.date == date)
        )

    def listing(self, hour: Hour) -> Listing:
        found = self.world.raw.get
        return self.gate.call_of(
            hour, "listing", lambda: Listing(tuple(stored for stored, _ in found(hour, {}).values()))
        )

    def remove(self, objects: Sequence[Object]) -> int:
        """One by one, as a service may end in the middle of it."""
        return sum(not self.gate.call("remove", partial(self._remove, each)) for each in objects)

    def _remove(self, named: Object) -> bool:
        for hour, found in self.world.raw.items():
            for key, (stored, events) in list(found.items()):
                if stored.key == named.key:
                    if stored != named:
                        return False
                    published = self.world.partitions[hour]
                    held = self.world.files[hour, published.run].events
                    assert {*events} <= {*held}, "a raw object is removed whose events are nowhere else"
                    assert self.world.through is not None
                    assert hour <= self.world.through, "an object is removed that the view reads"
                    del found[key]
        return True

    def runs(self) -> Mapping[Hour, Mapping[str, float]]:
        def found() -> dict[Hour, dict[str, float]]:
            made: dict[Hour, dict[str, float]] = {}
            for (hour, run), files in self.world.files.items():
                made.setdefault(hour, {})[run] = files.modified
            return made

        return self.gate.call("runs", found)

    def remove_run(self, hour: Hour, run: str) -> None:
        self.gate.call("remove_run", lambda: self.world.files.pop((hour, run)))


@dataclass
class Engine:
    world: World
    gate: Gate

    def write(self, hour: Hour, run: str, size_bytes: int, is_time: Callable[[], bool]) -> None:
        assert size_bytes > 0
        self.gate.call("write", lambda: self._write(hour, run, is_time))

    def _write(self, hour: Hour, run: str, is_time: Callable[[], bool]) -> None:
        if not is_time():
            raise UnavailableError("stopped")
        events = self._read(hour)
        assert (hour, run) not in self.world.files
        self.world.files[hour, run] = Files([event for event in events if event not in self.world.lost], self.world.now)
        self.world.tables.add(table_of(hour, run))

    def prove(self, hour: Hour, run: str, is_time: Callable[[], bool]) -> Proof:
        return self.gate.call("prove", lambda: self._prove(hour, run, is_time))

    def _prove(self, hour: Hour, run: str, is_time: Callable[[], bool]) -> Proof:
        if not is_time():
            raise UnavailableError("stopped")
        assert table_of(hour, run) in self.world.tables
        read = {key for key in self.world.raw[hour] if key not in self.world.skipped}
        return Proof(_totals(self._read(hour)), len(read), _totals(self.world.files[hour, run].events))

    def _read(self, hour: Hour) -> list[str]:
        found = self.world.raw.get(hour, {})
        if self.world.damaged & found.keys():
            raise UnprovableError("an object is damaged")
        return [event for key, (_, events) in found.items() if key not in self.world.skipped for event in events]


def _totals(events: Iterable[str]) -> Totals:
    """Of `id/content` the identity is the id."""
    held = sorted(events)
    return Totals(len(held), repr(sorted(event.partition("/")[0] for event in held)), repr(held))


@dataclass
class Catalog:
    world: World
    gate: Gate

    def view(self) -> View | None:
        return self.gate.call("view", lambda: self.world.view)

    def change_view(self, view: View | None, through: Hour | None, holder: str, held_until: float) -> View:
        return self.gate.call("change_view", lambda: self._change_view(view, through, holder, held_until))

    def _change_view(self, view: View | None, through: Hour | None, holder: str, held_until: float) -> View:
        present = self.world.view
        if (present and present.version) != (view and view.version):
            raise ConflictError("ordered by a test")
        self.world.changes += 1
        self.world.view = View(through=through, holder=holder, held_until=held_until, version=str(self.world.changes))
        self.world.text_through = through
        return self.world.view

    def last_expired(self) -> Hour | None:
        return self.gate.call(
            "last_expired", lambda: max((h for h, p in self.world.partitions.items() if p.expiring), default=None)
        )

    def published(self, hour: Hour) -> Published | None:
        return self.gate.call_of(hour, "published", lambda: self.world.partitions.get(hour))

    def publish(self, hour: Hour, new: Published, *, instead_of: Published | None) -> None:
        self.gate.call("publish", lambda: self._publish(hour, new, instead_of))

    def _publish(self, hour: Hour, new: Published, instead_of: Published | None) -> None:
        present = self.world.partitions.get(hour)
        if present != instead_of:
            raise ConflictError("ordered by a test")
        if present:
            assert new.events >= present.events, "fewer events are published than were"
            self.world.named[hour, present.run] = self.world.now + DAY / 2
        self.world.partitions[hour] = new

    def drop(self, hour: Hour, run: str) -> None:
        self.gate.call("drop", lambda: self.world.tables.discard(table_of(hour, run)))

    def temporary(self) -> Iterable[Temporary]:
        return self.gate.call(
            "temporary", lambda: [made for name in sorted(self.world.tables) if (made := temporary(name))]
        )


def forget_watermark(world: World) -> None:
    """The view is made anew, as it is when it is deployed for the first time."""
    if world.view:
        world.view = msgspec.structs.replace(world.view, through=None, version="new")
        world.seen = {*world.shown()}  # until the next run, which finds again what lies before the watermark
