"""The replay command, with the bucket and the processor of the model."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.faults import mapping
from tests.faults.clients import Books
from tests.faults.injection import ChosenFaults, CrashError
from tests.faults.pipeline import DAYS, World
from tests.faults.properties import BrokenError, check
from tests.faults.records import event, holds, mixed
from tests.faults.simulation import Plan, run
from tests.faults.test_processor_faults import Slow
from tools.replay.batch import Batch, Found
from tools.replay.ports import Answer
from tools.replay.run import Replay
from tools.replay.selection import Wanted, select
from tools.replay.tally import Tally


class Silent:
    """Is told what happens, and says nothing."""

    def done(self, found: Found, batch: Batch) -> None:
        pass

    def failed(self, found: Found, reason: str) -> None:
        pass

    def gone(self, found: Found) -> None:
        pass


class Ports:
    """The failures bucket and the processor."""

    def __init__(self, world: World) -> None:
        self._world = world

    def keys(self) -> list[str]:
        return list(self._world.buckets.bodies("failures", mapping.PREFIX))

    def read(self, key: str) -> bytes | None:
        found = self._world.buckets.latest("failures", key)
        return found and found.body

    def remove(self, key: str) -> None:
        self._world.buckets.delete("failures", key)

    def invoke(self, payload: bytes) -> Answer:
        try:
            made: Any = self._world.process(json.loads(payload))
        except (Exception, CrashError):
            return Answer(b'{"errorMessage":"ordered by a test"}', "Unhandled")
        return Answer(json.dumps(made).encode())


def replay_all(world: World) -> None:
    ports = Ports(world)
    while keys := ports.keys():
        selection = select(keys, Wanted())
        assert not selection.strange
        Replay(failures=ports, processor=ports, tally=Tally(Silent()), concurrency=1).run(selection.batches)


@pytest.mark.parametrize("seed", range(4))
def test_the_command_restores_what_was_given_up_while_the_processor_still_fails(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    given_up: list[int] = []

    def replay(world: World) -> None:
        given_up.append(world.mapping.discarded)
        replay_all(world)

    monkeypatch.setattr(World, "replay", replay)
    result = run(seed, Plan(events=2_000))
    check(result.world, result.books, result.poison)


def test_a_batch_whose_events_are_in_more_objects_than_one_invocation_has_time_for_is_replayed_in_one_run() -> None:
    world = World(settings=mapping.Settings(batch_size=1))
    books = Books()
    for number in range(300):
        world.stream.put("one key", event(f"e{number}", number))
        books.accepted.add(f"/s e{number}")
        books.data[f"/s e{number}"] = number
    world.mapping.drain()
    assert len(world.buckets.bodies("archive")) == 300
    world.mapping.settings = mapping.Settings(maximum_retry_attempts=0)
    world.mapping.start_over()
    world.consume_with(ChosenFaults(world.clock, {0: "refused"}))
    world.mapping.drain()
    assert world.mapping.discarded == 1
    world.consume_with(Slow(world, {"s3": 0.5}))
    payloads: list[int] = []

    class Counted(Ports):
        def invoke(self, payload: bytes) -> Answer:
            payloads.append(len(json.loads(payload)["Records"]))
            world.processor = world.new_process()
            return super().invoke(payload)

    ports = Counted(world)
    tally = Tally(Silent())
    Replay(failures=ports, processor=ports, tally=tally, concurrency=1).run(select(ports.keys(), Wanted()).batches)
    assert (tally.batches, tally.records, tally.failures) == (1, 300, 0)
    assert payloads == sorted(payloads, reverse=True)
    assert len(payloads) > 1
    check(world, books)


def given_up_after_it_was_stored(world: World) -> Callable[[], None]:
    """The second half of a batch that was stored, and crashed, and failed again; what to check after its replay."""
    world.mapping.settings = mapping.Settings(maximum_retry_attempts=0)
    books, poison = mixed(world, conflict=False)
    world.consume_with(ChosenFaults(world.clock, {2: "crash_after", 8: "refused"}))
    world.mapping.drain()
    assert world.mapping.discarded == 1
    return lambda: holds(world, books, poison)


def test_replay_has_one_effect_as_long_as_the_ledger_remembers_what_was_stored() -> None:
    world = World()
    check_all = given_up_after_it_was_stored(world)
    world.clock.now += (DAYS - 1) * 86_400
    world.table.forget(world.clock.now)
    replay_all(world)
    check_all()


def test_replay_after_that_may_double_events_that_came_back_in_another_batch() -> None:
    """The limit of `deduplication_days`, from the day on which an event arrived."""
    world = World()
    check_all = given_up_after_it_was_stored(world)
    world.clock.now += (DAYS + 1) * 86_400
    world.table.forget(world.clock.now)
    replay_all(world)
    with pytest.raises(BrokenError, match="exactly_once: 0 lost, 4 doubled"):
        check_all()
