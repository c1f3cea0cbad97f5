"""F12: one effect of a file, however often and in whatever order its notification comes, and whatever fails."""

from __future__ import annotations

import json
from itertools import permutations

import pytest

from tests.faults.clients import Books
from tests.faults.importing import Imports
from tests.faults.injection import ChosenFaults, NoFaults
from tests.faults.pipeline import World
from tests.faults.properties import archived, exactly_once
from tests.faults.records import event

KINDS = ("crash_before", "crash_after", "refused", "lost")


def lines(start: int, end: int) -> bytes:
    return b"\n".join(event(f"e{number}", number) for number in range(start, end))


def books(end: int) -> Books:
    data = {f"/s e{number}": number for number in range(end)}
    return Books(accepted=set(data), data=data)


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
