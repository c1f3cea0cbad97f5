"""F12: one effect of a file, however often and in whatever order its notification comes, and whatever fails."""

from __future__ import annotations

import json
from itertools import permutations
from typing import Any

import pytest

from lambda_code.importer.file import Position
from lambda_code.importer.run import Run
from tests.faults.clients import Books
from tests.faults.importing import Imports
from tests.faults.injection import ChosenFaults, NoFaults
from tests.faults.kinesis import KinesisClient
from tests.faults.pipeline import World
from tests.faults.properties import BrokenError, archived, exactly_once
from tests.faults.records import event

KINDS = ("crash_before", "crash_after", "refused", "lost")


def lines(start: int, end: int) -> bytes:
    return b"\n".join(event(f"e{number}", number) for number in range(start, end))


def books(end: int) -> Books:
    data = {f"/s e{number}": number for number in range(end)}
    return Books(accepted=set(data), data=data)


def slowly(monkeypatch: pytest.MonkeyPatch, world: World) -> None:
    """Sections of two lines, and a stream that takes one record in three seconds."""
    monkeypatch.setattr("lambda_code.importer.run.SECTION_ITEMS", 2)
    put = KinesisClient._put

    def slow(self: KinesisClient, records: list[dict[str, Any]]) -> dict[str, Any]:
        world.clock.now += 3 * len(records)
        return put(self, records)

    monkeypatch.setattr(KinesisClient, "_put", slow)


def finish(imports: Imports) -> World:
    imports.redrive()
    imports.world.mapping.drain()
    return imports.world


@pytest.mark.parametrize("key", ["a+b", "100% c", "two words", "ü/é", "a%2Bb", "plain.ndjson"])
def test_a_notification_that_comes_twice_has_one_effect_whatever_the_key(key: str) -> None:
    world = World()
    imports = Imports(world, NoFaults(world.clock))
    notification = imports.drop(key, b'{"n":0}\n{"n":1}\n' + event("e0"))
    imports.notify(notification)
    imports.notify(notification)
    finish(imports)
    assert world.stream.taken == 6
    assert len(archived(world.buckets)) == 3
    assert not world.buckets.bodies("failures")


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_notifications_of_overwritten_files_in_any_order_import_each_version_once(order: tuple[int, ...]) -> None:
    world = World()
    imports = Imports(world, NoFaults(world.clock))
    notes = [imports.drop("same key", lines(2 * number, 2 * number + 2)) for number in range(3)]
    for number in (*order, *order):
        imports.notify(notes[number])
    exactly_once(finish(imports).buckets, books(6))


@pytest.mark.parametrize("kind", KINDS)
def test_a_fault_at_any_call_is_repaired_by_the_next_delivery(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lambda_code.shared.stream.MAX_RECORDS", 2)
    number, calls = 0, 1
    while number < calls:
        world = World()
        faults = ChosenFaults(world.clock, {number: kind})
        imports = Imports(world, faults)
        imports.notify(imports.drop("file", lines(0, 3) + b"\n{bad\n" + lines(3, 7)))
        exactly_once(finish(imports).buckets, books(7))
        [noted] = world.buckets.bodies("failures", "quarantine/files/").values()
        assert [json.loads(line)["line"] for line in noted.splitlines()] == [4]
        number, calls = number + 1, faults.calls
    assert calls >= 6


def test_lines_without_ids_are_not_doubled_when_a_file_is_imported_from_the_dead_letter_queue() -> None:
    world = World()
    imports = Imports(world, ChosenFaults(world.clock, dict.fromkeys((2, 4, 6), "crash_after")))
    imports.notify(imports.drop("file", b"\n".join(b'{"n":%d}' % number for number in range(600))))
    assert len(imports.dead_letters) == 1
    assert finish(imports).stream.taken > 600
    assert len(archived(world.buckets)) == 600


BAD = {4, 5, 9}
LONG = b"\n".join(b"{bad" if number in BAD else event(f"e{number}", number) for number in range(14))
LONG_BOOKS = Books(
    accepted={f"/s e{number}" for number in range(14) if number not in BAD},
    data={f"/s e{number}": number for number in range(14)},
)


def noted(world: World) -> list[int]:
    """Numbers of the lines that are noted, each as often as it is."""
    bodies = world.buckets.bodies("failures", "quarantine/files/").values()
    return sorted(json.loads(line)["line"] for body in bodies for line in body.splitlines())


@pytest.mark.parametrize("copies", [1, 2, 3])
def test_an_import_over_several_invocations_has_one_effect_however_often_it_is_delivered(
    copies: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World()
    slowly(monkeypatch, world)
    imports = Imports(world, NoFaults(world.clock), seconds=30, copies=copies)
    notification = imports.drop("file", LONG)
    for _ in range(copies):
        imports.notify(notification)
    exactly_once(finish(imports).buckets, LONG_BOOKS)
    assert imports.handed_on >= 2
    assert noted(world) == [5, 6, 10]


@pytest.mark.parametrize("kind", KINDS)
def test_a_fault_at_any_call_of_a_long_import_is_repaired(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also at the call that hands on: before it, after it, refused, and with its answer lost."""
    number, calls, handed_on = 0, 1, set()
    while number < calls:
        world = World()
        with monkeypatch.context() as patch:
            slowly(patch, world)
            faults = ChosenFaults(world.clock, {number: kind})
            imports = Imports(world, faults, seconds=30)
            imports.notify(imports.drop("file", LONG))
            exactly_once(finish(imports).buckets, LONG_BOOKS)
        assert noted(world) == [5, 6, 10]
        handed_on.add(imports.handed_on)
        number, calls = number + 1, faults.calls
    assert calls >= 12
    assert min(handed_on) >= 2


def test_an_import_that_fails_for_good_goes_on_from_its_dead_letter(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    slowly(monkeypatch, world)
    imports = Imports(world, ChosenFaults(world.clock, dict.fromkeys(range(7, 60), "refused")), seconds=30)
    imports.notify(imports.drop("file", LONG))
    [letter] = imports.dead_letters
    assert letter["tapImport"]["position"]["offset"] > 0
    exactly_once(finish(imports).buckets, LONG_BOOKS)
    assert noted(world) == [5, 6, 10]


def test_a_hand_over_that_claims_too_much_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong decision that is tempting: to hand on what has been read, not what has been put."""

    def position(run: Run) -> Position:
        for _ in range(2):
            next(run._items, None)
        return found(run)

    found = Run._position
    monkeypatch.setattr(Run, "_position", position)
    world = World()
    slowly(monkeypatch, world)
    imports = Imports(world, NoFaults(world.clock), seconds=30)
    imports.notify(imports.drop("file", LONG))
    with pytest.raises(BrokenError, match="lost"):
        exactly_once(finish(imports).buckets, LONG_BOOKS)
