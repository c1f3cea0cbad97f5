"""A run: clients send while the mapping reads, everything fails now and then, and what failed is replayed."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random

from tests.faults import mapping
from tests.faults.clients import Books, Client
from tests.faults.injection import Clock, RandomFaults
from tests.faults.pipeline import World

PRODUCING = {"refused": 0.02, "lost": 0.03, "crash_before": 0.003, "crash_after": 0.003, "outage": 0.003}
CONSUMING = {
    "refused": 0.03,
    "lost": 0.03,
    "partly": 0.02,
    "lost_partly": 0.02,
    "crash_before": 0.01,
    "crash_after": 0.02,
    "crash_partly": 0.01,
    "repeated": 0.02,
    "slow": 0.02,
    "meanwhile": 0.05,
    "outage": 0.002,
}
_POISON = (b"\xff", b"{", b"[]", b'{"specversion":"1.0"}')


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How much, and how bad; `late` is the chance that a call is carried out after its sender has given it up.

    `change` is made to the world before the run, and `replay` ends it.
    """

    events: int = 10_000
    refused_entries: float = 0.30
    late: float = 0.0
    poison: int = 5
    clients: int = 5
    largest_request: int = 100
    change: Callable[[World], None] = lambda _: None
    replay: Callable[[World], None] = World.replay


@dataclass(frozen=True)
class Result:
    """The state after a run, and what must be true of it."""

    world: World
    books: Books
    poison: set[str]


def run(seed: int, plan: Plan) -> Result:
    """Run to the end: all sent, all read, all replayed. The same seed makes the same run."""
    rng = Random(seed)
    random.seed(seed)  # the pauses of the functions
    world = _world(rng, plan)
    world.produce_with(RandomFaults(world.clock, rng, PRODUCING))
    world.consume_with(RandomFaults(world.clock, rng, CONSUMING, lambda: _meanwhile(world), world.watch))
    plan.change(world)
    books = Books()
    share = plan.events // plan.clients
    clients = [Client(f"client{number}", share, rng, books, plan.largest_request) for number in range(plan.clients)]
    _send(world, clients, rng)
    world.kinesis.arrive_late(1.0)
    poison = {world.stream.put(f"poison{number}", rng.choice(_POISON)).sequence for number in range(plan.poison)}
    world.mapping.drain()
    plan.replay(world)
    return Result(world, books, poison)


def _world(rng: Random, plan: Plan) -> World:
    world = World(
        shards=rng.choice((1, 2, 4)),
        clock=Clock(1_750_000_000.0 + rng.randrange(3600)),
        rng=rng,
        settings=_mapping(rng),
    )
    world.kinesis.refused, world.kinesis.late = plan.refused_entries, plan.late
    world.dynamodb.refused = 0.02
    return world


def _mapping(rng: Random) -> mapping.Settings:
    return mapping.Settings(
        batch_size=rng.choice((40, 100, 500)),
        parallelization_factor=rng.choice((1, 2, 5)),
        maximum_retry_attempts=rng.choice((1, 3, 10)),
        bisect=rng.random() < 0.7,
    )


def _send(world: World, clients: list[Client], rng: Random) -> None:
    restarts = 2
    while clients := [client for client in clients if not client.is_done]:
        rng.choice(clients).step(world.post)
        if rng.random() < 0.4:
            world.mapping.poll_any()
        if restarts and rng.random() < 0.002:
            restarts -= 1
            world.mapping.settings = replace(_mapping(rng), bisect=world.mapping.settings.bisect)
            world.mapping.start_over()
            world.processor = world.new_process()


def _meanwhile(world: World) -> None:
    """Another lane is served while this invocation waits; at most one, as the lanes' own time runs on."""
    if not world.is_nested:
        world.is_nested = True
        try:
            world.mapping.poll_any()
        finally:
            world.is_nested = False
