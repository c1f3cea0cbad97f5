"""F8: a fault at every call of a batch, one by one and in pairs, with each way in which the records come back."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from itertools import combinations

import pytest

from lambda_code.processor import ledger
from tests.faults import mapping
from tests.faults.injection import ChosenFaults, CrashError, NoFaults
from tests.faults.mapping import as_event
from tests.faults.pipeline import World
from tests.faults.records import holds, mixed

pytestmark = pytest.mark.usefixtures("unmeasured")

KINDS = ("crash_before", "crash_after", "crash_partly", "refused", "lost", "partly", "lost_partly", "repeated")
WAYS = {
    "the same batch again": mapping.Settings(bisect=False),
    "bisected": mapping.Settings(bisect=True),
    "given up and replayed": mapping.Settings(bisect=False, maximum_retry_attempts=0),
    "read in lanes of two": mapping.Settings(batch_size=2),
}


@pytest.fixture(autouse=True)
def _small_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a batch of eight needs several."""
    monkeypatch.setattr(ledger, "MAX_CLAIMS", 2)


def run(way: mapping.Settings, chosen: dict[int, str]) -> int:
    """Process a batch with these faults, replay, check; how many calls it took."""
    world = World(settings=way)
    books, poison = mixed(world)
    faults = ChosenFaults(world.clock, chosen)
    world.consume_with(faults)
    world.mapping.drain()
    world.replay()
    holds(world, books, poison)
    return faults.calls


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("kind", KINDS)
def test_one_fault_at_any_call_is_repaired(kind: str, way: mapping.Settings) -> None:
    calls = run(way, {})
    assert calls >= 6
    for number in range(calls):
        run(way, {number: kind})


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("first", KINDS)
@pytest.mark.parametrize("second", ["crash_before", "crash_after", "lost"])
def test_a_second_fault_while_the_first_is_repaired_is_repaired(first: str, second: str, way: mapping.Settings) -> None:
    for number in range(run(way, {})):
        for later in range(number + 1, run(way, {number: first})):
            run(way, {number: first, later: second})


@pytest.mark.parametrize("kind", KINDS)
def test_a_fault_at_any_call_is_repaired_when_the_mapping_starts_over_with_other_batches(kind: str) -> None:
    for number in range(run(mapping.Settings(), {})):
        for size in range(1, 8):
            world = World()
            books, poison = mixed(world)
            world.consume_with(ChosenFaults(world.clock, {number: kind}))
            world.mapping.poll(0, 0)
            world.mapping.settings = replace(world.settings, batch_size=size)
            world.mapping.start_over()
            world.processor = world.new_process()
            world.mapping.drain()
            holds(world, books, poison)


def _overlap(world: World, start: int, end: int) -> None:
    """Another invocation, in a process of its own."""
    records = world.stream.shards[0][start:end]
    world.processor = world.new_process()
    world.process({"Records": [as_event(record) for record in records]})


@pytest.mark.parametrize("crash", [False, True], ids=["both finish", "one crashes later"])
def test_another_invocation_with_any_part_of_the_batch_at_any_call_changes_nothing(crash: bool) -> None:
    for number in range(run(mapping.Settings(), {})):
        for start, end in combinations(range(9), 2):
            world = World()
            books, poison = mixed(world, conflict=False)  # of two contents, either may be the first here
            chosen = {number: "meanwhile", **({number + 9: "crash_before"} if crash else {})}
            world.consume_with(ChosenFaults(world.clock, chosen, partial(_overlap, world, start, end)))
            world.mapping.drain()
            holds(world, books, poison)


def test_an_invocation_that_goes_on_after_another_has_taken_over_loses_nothing() -> None:
    """It works on any part of a batch that crashed; meanwhile, at any of its calls, everything is done by others."""
    for number in range(run(mapping.Settings(), {})):
        for later in range(7):
            for start, end in ((0, 8), (0, 4), (2, 6), (4, 8), (7, 8)):
                world = World()
                books, poison = mixed(world, conflict=False)
                world.consume_with(ChosenFaults(world.clock, {number: "crash_before"}))
                world.mapping.poll(0, 0)
                world.mapping.poll(0, 0)
                world.consume_with(ChosenFaults(world.clock, {later: "meanwhile"}, world.mapping.drain))
                _overlap(world, start, end)
                world.mapping.drain()
                holds(world, books, poison)


def test_the_records_that_follow_in_other_batches_are_not_touched_by_a_crash() -> None:
    for number in range(20):
        world = World(settings=mapping.Settings(batch_size=4))
        books, poison = mixed(world)
        world.consume_with(ChosenFaults(world.clock, {number: "crash_after", number + 1: "crash_before"}))
        world.mapping.drain()
        holds(world, books, poison)


def test_replay_that_is_killed_at_any_call_or_done_twice_has_no_further_effect() -> None:
    """F7."""
    number = 0
    while True:
        world = World(settings=mapping.Settings(batch_size=4, bisect=False, maximum_retry_attempts=0))
        books, poison = mixed(world)
        world.consume_with(ChosenFaults(world.clock, {2: "crash_after", 5: "crash_after"}))
        world.mapping.drain()
        failed = world.buckets.bodies("failures", mapping.PREFIX)
        assert len(failed) == 2
        faults = ChosenFaults(world.clock, {number: "crash_after"})
        world.consume_with(faults)
        world.replay_once()
        world.consume_with(NoFaults(world.clock))
        world.replay()
        holds(world, books, poison)
        before = world.buckets.bodies("archive")
        for key, body in failed.items():
            world.buckets.put("failures", key, body)
        world.replay()
        assert world.buckets.bodies("archive") == before
        holds(world, books, poison)
        number += 1
        if number > faults.calls:
            break
    assert number > 5


def test_a_crash_is_one_that_nothing_in_the_functions_can_catch() -> None:
    assert not issubclass(CrashError, Exception)
