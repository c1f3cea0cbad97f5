"""Any copy that reaches the processor is enough: every order of calls, with a fault at any of them."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from lambda_code.processor import ledger
from tests.faults import mapping
from tests.faults.clients import Books
from tests.faults.injection import ChosenFaults, CrashError, NoFaults
from tests.faults.interleaving import KINDS, PARTLY, Delivery, Explorer, deliver
from tests.faults.kinesis import Record
from tests.faults.mapping import as_event
from tests.faults.pipeline import World
from tests.faults.properties import archived, check
from tests.faults.records import event
from tests.faults.simulation import Plan, run

pytestmark = pytest.mark.usefixtures("unmeasured")

KEYS = ("one key", "another one")  # of two shards
Scene = Callable[[], tuple[World, list[Delivery]]]


@pytest.fixture(autouse=True)
def _row_by_row(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that something can happen between any two claims, too."""
    monkeypatch.setattr(ledger, "MAX_CLAIMS", 1)


def put(world: World, key: str, *names: str, **marks: str) -> list[Record]:
    """Records of these events, in the shard of the key; marks tell the copies apart."""
    return [world.stream.put(key, event(name, 0, **marks)) for name in names]


def claimed_and_lost(*names: str) -> tuple[World, list[Record]]:
    """A batch that was claimed, and whose invocation died before it put anything; and its records."""
    world = World(shards=2)
    records = put(world, KEYS[0], *names, taptime="first")
    calls = math.ceil(len(names) / ledger.MAX_CLAIMS)
    world.consume_with(ChosenFaults(world.clock, {calls: "crash_before"}))
    world.mapping.poll(world.stream.shard_of(KEYS[0]), 0)
    assert set(world.table.rows) == {f"/s {name}" for name in names}
    assert not world.buckets.bodies("archive")
    return world, records


def copies(world: World, *names: str) -> Delivery:
    return Delivery(put(world, KEYS[1], *names, taptime="copy"))


def a_copy_alone() -> tuple[World, list[Delivery]]:
    world, _ = claimed_and_lost("a", "b")
    return world, [copies(world, "a", "c", "b")]


def two_copies_at_once() -> tuple[World, list[Delivery]]:
    world, _ = claimed_and_lost("a", "b")
    return world, [copies(world, "a", "b"), copies(world, "b", "a")]


def its_replay_and_a_copy_at_once() -> tuple[World, list[Delivery]]:
    world, records = claimed_and_lost("a", "b")
    return world, [Delivery(records), copies(world, "a", "b")]


def half_of_its_replay_and_a_copy_at_once() -> tuple[World, list[Delivery]]:
    world, records = claimed_and_lost("a", "b")
    return world, [Delivery(records[1:]), copies(world, "a", "c")]


def a_zombie_and_a_copy_at_once() -> tuple[World, list[Delivery]]:
    """The zombie's time is up: Lambda has given its batch to nobody else, and what it does is heard by nobody."""
    world = World(shards=2)
    records = put(world, KEYS[0], "a", "b", taptime="first")
    return world, [Delivery(records, returns=False), copies(world, "b", "a")]


def a_zombie_its_retry_and_a_copy_at_once() -> tuple[World, list[Delivery]]:
    world = World(shards=2)
    records = put(world, KEYS[0], "a", taptime="first")
    return world, [Delivery(records, returns=False), Delivery(records), copies(world, "a")]


def three_copies_at_once() -> tuple[World, list[Delivery]]:
    world, _ = claimed_and_lost("a")
    return world, [copies(world, "a") for _ in range(3)]


PAIRS: list[Scene] = [
    a_copy_alone,
    two_copies_at_once,
    its_replay_and_a_copy_at_once,
    half_of_its_replay_and_a_copy_at_once,
    a_zombie_and_a_copy_at_once,
]
TRIPLES: list[Scene] = [a_zombie_its_retry_and_a_copy_at_once, three_copies_at_once]


def holds(world: World, deliveries: list[Delivery]) -> None:
    """What somebody sends until it is done is in the archive, once; what a zombie has may be."""
    returning = {record.sequence for delivery in deliveries if delivery.returns for record in delivery.records}
    names = {record.sequence: f"/s {json.loads(record.data)['id']}" for record in world.stream.records()}
    accepted = {names[sequence] for sequence in returning}
    check(
        world, Books(accepted=accepted, uncertain={*names.values()} - accepted, data=dict.fromkeys(names.values(), 0))
    )


def explored(scene: Scene, *, faults: int, kinds: Sequence[str] = KINDS) -> int:
    """Try every order; how many different ends there were."""
    explorer = Explorer(scene, holds, faults=faults, kinds=kinds)
    explorer.run()
    return explorer.runs


@pytest.mark.parametrize("scene", PAIRS)
def test_with_two_faults_at_any_calls_of_any_order_every_event_is_stored_once(scene: Scene) -> None:
    assert explored(scene, faults=2) > 10


@pytest.mark.parametrize("scene", PAIRS)
def test_where_of_two_claims_or_reads_in_a_call_only_one_is_done_every_event_is_stored_once(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger, "MAX_CLAIMS", 2)
    assert explored(scene, faults=2, kinds=PARTLY) > 10


@pytest.mark.parametrize("scene", TRIPLES)
def test_with_three_at_once_and_a_fault_at_any_call_every_event_is_stored_once(scene: Scene) -> None:
    assert explored(scene, faults=1) > 10


def test_a_copy_that_comes_before_its_original_is_not_done_before_it() -> None:
    """The original was claimed by a part of the batch that came alone. Any call of the whole batch may fail."""
    for number in range(6):
        world = World()
        records = put(world, KEYS[0], "a", "b", "a")
        world.consume_with(ChosenFaults(world.clock, {1: "crash_before"}))
        with pytest.raises(CrashError):
            world.process({"Records": [as_event(records[2])]})
        world.consume_with(ChosenFaults(world.clock, {number: "refused"}))
        rest = deliver(world, world.new_process(), records)
        if records[0] not in rest:
            assert "/s a" in {line.identity for line in archived(world.buckets)}
        world.consume_with(ChosenFaults(world.clock, {}))
        assert not deliver(world, world.new_process(), rest or records)
        check(world, Books(accepted={"/s a", "/s b"}, data={"/s a": 0, "/s b": 0}))


def test_sending_everything_again_restores_what_was_lost_for_good() -> None:
    """Nothing is replayed: batches that were given up have expired. What senders do is enough."""
    assert sum(lost_and_sent_again(seed) for seed in range(400, 406)) > 5


def lost_and_sent_again(seed: int) -> int:
    """How many batches were lost before everything was sent again."""
    sent: dict[str, dict[str, Any]] = {}
    lost: list[str] = []

    def keep_requests(world: World) -> None:
        post = world.post

        def kept(request: dict[str, Any]) -> dict[str, Any] | None:
            sent[request["body"]] = request
            return post(request)

        world.post = kept  # type: ignore[method-assign]

    def send_again(world: World) -> None:
        lost.extend(world.buckets.bodies("failures", mapping.PREFIX))
        for key in lost:
            world.buckets.delete("failures", key)
        world.produce_with(NoFaults(world.clock))
        world.consume_with(NoFaults(world.clock))
        world.kinesis.refused = world.dynamodb.refused = 0
        for request in sent.values():
            world.post(request)
        world.mapping.drain()

    result = run(seed, Plan(events=1_000, poison=0, change=keep_requests, replay=send_again))
    check(result.world, result.books, order=False)
    return len(lost)
