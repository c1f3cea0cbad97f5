"""A run may end at any point, politely or not: the next one does the rest, and everything is stored once."""

from __future__ import annotations

import os
import signal
import threading

import pytest

from tests.unit.replay.world import KilledError, Steps, World, document, key, payload, replay
from tools.replay.interrupt import interruptible

RECORDS = [(1, 2), (3,), (4, 5)]
CALLS = 1 + 3 * len(RECORDS)  # list; read, invoke, remove
IDS = [f"e{number:03}" for number in range(1, 6)]


def world_of_three() -> World:
    world = World()
    for number, records in enumerate(RECORDS):
        world.failed[key(number, time=f"2025-06-15T15.06.{number:02}")] = document(payload(*records))
    return world


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("call", range(1, CALLS + 1))
def test_killed_at_any_call_and_run_again_everything_is_stored_once(call: int, when: str) -> None:
    def kill(number: int, moment: str) -> None:
        if (number, moment) == (call, when):
            raise KilledError

    world = world_of_three()
    world.steps = Steps(kill)
    with pytest.raises(KilledError):
        replay(world)
    kept = len(world.failed)
    world.steps = Steps()
    tally, _ = replay(world)
    assert (tally.batches, world.failed, world.ids()) == (kept, {}, IDS)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("call", range(2, CALLS + 1))
def test_interrupted_at_any_call_it_ends_what_is_under_way_and_begins_nothing(call: int, when: str) -> None:
    stop = threading.Event()
    world = world_of_three()
    world.steps = Steps(lambda number, moment: stop.set() if (number, moment) == (call, when) else None)
    tally, _ = replay(world, stop=stop)
    begun = 1 + (call - 2) // 3
    reading = (call - 2) % 3 == 0
    assert tally.batches == begun - reading
    assert len(world.invoked) == tally.batches
    assert len(world.failed) == len(RECORDS) - tally.batches
    replay(world)
    assert (world.failed, world.ids()) == ({}, IDS)


def test_interrupted_among_batches_of_one_second_it_begins_no_other() -> None:
    stop = threading.Event()
    world = World(failed={key(number): document(payload(number)) for number in range(3)})
    world.steps = Steps(lambda _number, _when: stop.set() if world.invoked else None)
    tally, _ = replay(world, stop=stop)
    assert (tally.batches, len(world.failed)) == (1, 2)


def test_the_first_ctrl_c_asks_and_the_second_leaves(capfd: pytest.CaptureFixture[str]) -> None:
    stop, left = threading.Event(), list[int]()
    before = signal.getsignal(signal.SIGINT)
    with interruptible(stop, leave=left.append):
        os.kill(os.getpid(), signal.SIGINT)
        assert (stop.is_set(), left) == (True, [])
        os.kill(os.getpid(), signal.SIGINT)
        assert left == [130]
    assert signal.getsignal(signal.SIGINT) is before
    said = capfd.readouterr().err
    assert "Ctrl-C again stops at once" in said
    assert "can be replayed" in said
