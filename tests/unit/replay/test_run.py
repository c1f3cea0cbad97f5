"""What a run does to the bucket and to the archive."""

from __future__ import annotations

import json
import threading

import pytest

from tests.unit.replay.world import Steps, World, document, key, payload, replay
from tools.replay.ports import Answer, ServiceError
from tools.replay.selection import Wanted

OTHER = "shardId-000000000002"
REPORTED = Answer(json.dumps({"batchItemFailures": [{"itemIdentifier": "?"}]}).encode())


def world_of(*batches: tuple[int, ...]) -> World:
    """Failed batches of these records, a second between them."""
    world = World()
    for number, records in enumerate(batches):
        world.failed[key(number, time=f"2025-06-15T15.06.{number:02}")] = document(payload(*records))
    return world


def names(*numbers: int) -> list[str]:
    return [f"e{number:03}" for number in numbers]


def test_what_failed_is_stored_and_removed() -> None:
    world = world_of((1, 2), (3,))
    tally, heard = replay(world)
    assert world.ids() == names(1, 2, 3)
    assert world.failed == {}
    assert (tally.batches, tally.records, tally.failures) == (2, 3, 0)
    assert heard == ["done 0000 2", "done 0001 1"]


def test_the_processor_gets_exactly_what_the_mapping_gave_it() -> None:
    world = world_of((1, 2))
    replay(world)
    assert world.invoked == [json.dumps(payload(1, 2)).encode()]


def test_a_dry_run_reads_and_writes_nothing() -> None:
    world = world_of((1, 2), (3,))
    world.failed[key(9)] = b"damaged"
    before = dict(world.failed)
    tally, heard = replay(world, dry_run=True)
    assert (world.failed, world.invoked, world.ids()) == (before, [], [])
    assert (tally.batches, tally.records, tally.failures) == (2, 3, 1)
    assert heard[:2] == ["done 0000 2", "done 0001 1"]


@pytest.mark.parametrize("bad", [REPORTED, Answer(b"{}"), Answer(b'{"errorMessage": "boom"}', "Unhandled")])
def test_what_fails_again_stays_and_what_comes_after_it_goes_on(bad: Answer) -> None:
    world = world_of((1,), (2,))
    world.answers = [bad]
    tally, heard = replay(world)
    assert [name[-4:] for name in world.failed] == ["0000"]
    assert (tally.batches, tally.failures) == (1, 1)
    assert heard[0].startswith("failed 0000")


def failing_at(number: int) -> Answer:
    """The processor's answer that this record is the first that must come again."""
    [record] = payload(number)["Records"]
    return Answer(json.dumps({"batchItemFailures": [{"itemIdentifier": record["kinesis"]["sequenceNumber"]}]}).encode())


def test_a_batch_that_one_invocation_has_no_time_for_is_handed_on_from_where_it_stopped() -> None:
    world = world_of((1, 2, 3, 4, 5))
    world.answers = [failing_at(3), failing_at(4)]
    tally, heard = replay(world)
    assert [len(json.loads(each)["Records"]) for each in world.invoked] == [5, 3, 2]
    assert json.loads(world.invoked[1]) == payload(3, 4, 5)
    assert world.failed == {}
    assert (tally.batches, tally.records, heard) == (1, 5, ["done 0000 5"])


def test_a_batch_that_gets_no_further_stays_whole_and_says_how_far_it_got() -> None:
    world = world_of((1, 2, 3), (4,))
    before = dict(world.failed)
    world.answers = [failing_at(2), failing_at(2)]
    tally, heard = replay(world)
    assert heard[0] == "failed 0000 1 of 3 records stored; its log says why the next one failed"
    assert world.failed == {key: body for key, body in before.items() if key.endswith("0000")}
    assert (tally.failures, tally.batches) == (1, 1)


def test_an_interrupt_ends_a_batch_after_the_invocation_under_way() -> None:
    world = world_of((1, 2, 3))
    world.answers = [failing_at(2)]
    stop = threading.Event()
    world.steps = Steps(lambda _, __: stop.set() if world.invoked else None)
    tally, heard = replay(world, stop=stop)
    assert (len(world.invoked), len(world.failed), heard, tally.failures) == (1, 1, [], 0)


def test_what_is_no_batch_stays_and_hinders_nothing() -> None:
    world = world_of((1,), (2,))
    world.failed[key(0, time="2025-06-15T15.06.00")] = b"damaged"
    tally, _ = replay(world)
    assert (list(world.failed.values()), world.ids(), tally.failures) == ([b"damaged"], names(2), 1)


def test_a_batch_that_somebody_else_has_removed_is_no_failure() -> None:
    world = world_of((1,), (2,))
    world.steps = Steps(lambda number, when: world.failed.clear() if (number, when) == (1, "after") else None)
    tally, heard = replay(world)
    assert (tally.absent, tally.failures, tally.batches) == (2, 0, 0)
    assert heard == ["gone 0000", "gone 0001"]


def test_batches_of_a_shard_go_in_the_order_of_their_records() -> None:
    world = World()
    # The names of one second are random: here they are against the order.
    for name, records in [(3, (1,)), (2, (2,)), (1, (3,))]:
        world.failed[key(name)] = document(payload(*records))
    world.failed[key(0, time="2025-06-15T15.06.41")] = document(payload(4))
    _, heard = replay(world)
    assert heard == ["done 0003 1", "done 0002 1", "done 0001 1", "done 0000 1"]


def test_a_shard_has_one_batch_under_way_and_shards_go_side_by_side() -> None:
    world, under_way, together = World(), [], threading.Barrier(2, timeout=5)
    for number in range(6):
        shard = OTHER if number % 2 else "shardId-000000000001"
        world.failed[key(number, shard=shard)] = document(payload(number, shard=shard))
    invoke = world.invoke

    def both(content: bytes) -> Answer:
        shard = json.loads(content)["Records"][0]["eventID"].partition(":")[0]
        assert shard not in under_way
        under_way.append(shard)
        together.wait()  # both shards are here at the same time, or this breaks
        under_way.remove(shard)
        return invoke(content)

    world.invoke = both  # type: ignore[method-assign,assignment]
    tally, _ = replay(world, concurrency=2)
    assert (tally.batches, world.failed) == (6, {})


def test_a_service_that_refuses_ends_the_run_and_nothing_is_removed() -> None:
    def refuse(number: int, when: str) -> None:
        if (number, when) == (6, "before"):  # list; read, invoke, remove; read, invoke
            raise ServiceError("invoking: throttled")

    world = world_of((1,), (2,), (3,))
    world.steps = Steps(refuse)
    tally, _ = replay(world)
    assert (tally.problem, tally.batches, len(world.failed)) == ("invoking: throttled", 1, 2)


def test_a_limited_run_leaves_the_newer_ones() -> None:
    world = world_of((1,), (2,), (3,))
    replay(world, wanted=Wanted(limit=2))
    assert world.ids() == names(1, 2)


def test_a_batch_that_is_replayed_twice_is_stored_once() -> None:
    world = world_of((1, 2, 3))
    kept = dict(world.failed)
    replay(world)
    stored = dict(world.store.objects)
    world.failed.update(kept)
    tally, _ = replay(world)
    assert (world.store.objects, tally.batches) == (stored, 1)


def test_two_people_at_the_same_time_store_once() -> None:
    world = world_of(*((number, number + 1) for number in range(0, 40, 2)))
    chosen = dict(world.failed)
    runs = [threading.Thread(target=replay, args=(world,)) for _ in range(2)]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    assert (world.failed, len(chosen), world.ids()) == ({}, 20, names(*range(40)))
