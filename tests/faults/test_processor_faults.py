"""F4, F6, F9, F10, F11: poison, bugs, time, copies and conflicts, as the mapping brings them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from lambda_code.processor import handler
from lambda_code.processor.ledger import MAX_CLAIMS
from lambda_code.processor.records import Arrived, read_batch
from lambda_code.shared import aws
from tests.faults import mapping
from tests.faults.clients import BATCH, Books
from tests.faults.injection import LATENCY_SECONDS, ChosenFaults, NoFaults, TimedOutError, client_error, lost_answer
from tests.faults.mapping import as_event
from tests.faults.pipeline import World, request
from tests.faults.properties import archived, check, exactly_once, quarantined
from tests.faults.records import event, mixed, put
from tests.unit.lambda_code.test_aws import longest_seconds

DAY_SECONDS = 86_400


def books(names: range) -> Books:
    data = {f"/s e{number}": number for number in names}
    return Books(accepted=set(data), data=data)


def fill(world: World, count: int) -> None:
    put(world, *(event(f"e{number}", number) for number in range(count)))


class Down:
    """A service that refuses every call until then."""

    def __init__(self, world: World, down: str, until: float) -> None:
        self._world, self._down, self._until = world, down, until

    def call(self, service: str, do: Callable[[], Any]) -> Any:
        self._world.clock.now += LATENCY_SECONDS[service]
        if service == self._down and self._world.clock.now < self._until:
            raise client_error("ServiceUnavailable")
        return do()


class Slow:
    """A service that takes so many seconds."""

    def __init__(self, world: World, seconds: dict[str, float]) -> None:
        self._world, self._seconds = world, {**LATENCY_SECONDS, **seconds}

    def call(self, service: str, do: Callable[[], Any]) -> Any:
        self._world.clock.now += self._seconds[service]
        self._world.watch()
        return do()


def test_two_poison_records_in_a_thousand_cost_no_retry() -> None:
    """F4."""
    world = World()
    documents = [event(f"e{number}", number) for number in range(998)]
    records = put(world, *documents[:300], b"{", *documents[300:700], b"\xff", *documents[700:])
    world.mapping.drain()
    check(world, books(range(998)), {records[300].sequence, records[701].sequence})
    assert world.mapping.invocations <= 30


def test_two_records_that_only_a_bug_refuses_are_isolated_and_the_others_stored(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """F4: what no quarantine foresees is bisected, given up alone, and replayed after the bug is fixed."""
    world = World(settings=mapping.Settings(maximum_retry_attempts=1))
    fill(world, 1_000)
    real = read_batch

    def buggy(records: Any) -> Any:
        batch = real(records)
        if {"/s e123", "/s e777"} & {item.identity for item in batch.items if isinstance(item, Arrived)}:
            raise ZeroDivisionError
        return batch

    monkeypatch.setattr(handler, "read_batch", buggy)
    world.mapping.drain()
    assert len(archived(world.buckets)) == 998
    assert len(world.buckets.bodies("failures", mapping.PREFIX)) == 2
    assert world.mapping.invocations <= 50
    monkeypatch.undo()
    world.replay()
    exactly_once(world.buckets, books(range(1_000)))


@pytest.mark.parametrize("bisect", [True, False])
def test_a_bug_that_fails_every_record_loses_nothing_and_replay_restores_everything(
    bisect: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F6."""
    world = World(settings=mapping.Settings(bisect=bisect, batch_size=100, maximum_retry_attempts=2))
    fill(world, 300)
    monkeypatch.setattr("lambda_code.processor.batch.make_plan", None)
    world.mapping.drain()
    assert archived(world.buckets) == []
    assert world.mapping.discarded == (300 if bisect else 3)
    world.replay_once()
    assert archived(world.buckets) == []
    monkeypatch.undo()
    world.replay()
    check(world, books(range(300)))


@pytest.mark.parametrize("service", ["s3", "dynamodb"])
def test_an_outage_of_days_is_waited_for_and_costs_nothing(service: str) -> None:
    """F6: AWS does not say how long Lambda pauses between retries; here up to a minute."""
    world = World()
    fill(world, 3)
    end = world.clock.now + 3 * DAY_SECONDS
    world.consume_with(Down(world, service, end))
    pause = 1
    while world.mapping.poll(0, 0):
        world.clock.now += pause
        pause = min(2 * pause, 60)
    assert (world.clock.now >= end, world.mapping.discarded) == (True, 0)
    check(world, books(range(3)))


def test_records_that_are_too_old_are_given_up_with_their_content_and_replayed() -> None:
    """F6: an outage that lasts longer than the mapping's patience."""
    world = World(settings=mapping.Settings(maximum_record_age_seconds=3600))
    fill(world, 100)
    world.clock.now += 3601
    put(world, event("e100", 100))
    world.mapping.drain()
    assert [line.id for line in archived(world.buckets)] == ["e100"]
    world.replay()
    check(world, books(range(101)))


def test_a_slow_ledger_is_reported_from_where_the_batch_stopped_and_nothing_is_killed() -> None:
    """F9."""
    world = World()
    fill(world, 500)
    world.consume_with(Slow(world, {"dynamodb": 15.0}))
    world.mapping.poll(0, 0)
    assert (len(archived(world.buckets)), world.mapping.discarded) == (3 * MAX_CLAIMS, 0)
    world.consume_with(NoFaults(world.clock))
    world.mapping.drain()
    check(world, books(range(500)))
    assert world.mapping.invocations == 2


def test_a_slow_archive_is_reported_and_nothing_is_killed() -> None:
    """F9: of events that are in many objects, those are done for which there was time."""
    world = World(settings=mapping.Settings(batch_size=5))
    fill(world, 100)
    world.mapping.drain()
    world.mapping.settings = mapping.Settings()
    world.mapping.start_over()
    world.processor = world.new_process()
    world.consume_with(Slow(world, {"s3": 4.0}))
    failed: Any = world.process({"Records": [as_event(record) for record in world.stream.records()]})
    assert failed["batchItemFailures"] == [{"itemIdentifier": world.stream.records()[65].sequence}]
    world.mapping.drain()
    check(world, books(range(100)))


class Hanging:
    """A service that does not answer: the SDK gives up after all its attempts."""

    def __init__(self, world: World, hanging: str) -> None:
        self._world, self._hanging = world, hanging

    def call(self, service: str, do: Callable[[], Any]) -> Any:
        if service != self._hanging:
            self._world.clock.now += LATENCY_SECONDS[service]
            return do()
        self._world.clock.now += longest_seconds(aws.STORE)
        self._world.watch()
        raise lost_answer()


@pytest.mark.parametrize("service", ["s3", "dynamodb"])
def test_a_store_that_hangs_is_reported_by_a_processor_of_the_shortest_timeout(service: str) -> None:
    """F9: a killed invocation would be bisected, and say nothing of the cause."""
    world = World(processor_seconds=22.0)
    fill(world, 500)
    world.consume_with(Hanging(world, service))
    failed: Any = world.process({"Records": [as_event(record) for record in world.stream.records()]})
    assert failed["batchItemFailures"] == [{"itemIdentifier": world.stream.records()[0].sequence}]
    world.consume_with(NoFaults(world.clock))
    world.mapping.drain()
    check(world, books(range(500)))


def test_events_whose_objects_alternate_cost_calls_for_each_object_and_not_for_each_event() -> None:
    """Otherwise a mapping that starts over with fewer lanes takes for ever."""
    world = World(settings=mapping.Settings(parallelization_factor=10))
    for number in range(500):
        world.stream.put(f"key{number}", event(f"e{number}", number))
    world.mapping.drain()
    assert len(world.buckets.bodies("archive")) == 10
    world.mapping.settings = mapping.Settings()
    world.mapping.start_over()
    world.processor = world.new_process()
    faults = ChosenFaults(world.clock, {})
    world.consume_with(faults)
    world.mapping.drain()
    check(world, books(range(500)))
    assert faults.calls <= 3 * 500 / MAX_CLAIMS + 2 * 10


@pytest.mark.parametrize("seconds", [1.0, 2.0, 900.0])
def test_a_function_with_little_time_stores_events_all_the_same(seconds: float) -> None:
    """F9."""
    world = World(settings=mapping.Settings(maximum_retry_attempts=10), processor_seconds=seconds)
    fill(world, 1_000)
    world.mapping.drain()
    assert world.mapping.discarded == 0
    check(world, books(range(1_000)))


@pytest.mark.parametrize("bisect", [True, False])
def test_a_time_out_within_any_call_loses_and_doubles_nothing(bisect: bool) -> None:
    """F9: a call that hangs, before it has an effect or after."""
    number, calls = 0, 1
    while number < calls:
        for kind in ("crash_before", "crash_after", "slow"):
            world = World(settings=mapping.Settings(bisect=bisect), processor_seconds=21.0)
            found, poison = mixed(world)
            faults = ChosenFaults(world.clock, {number: kind})
            world.consume_with(faults)
            world.mapping.drain()
            check(world, found, poison)
        number, calls = number + 1, faults.calls
    assert issubclass(TimedOutError, BaseException)


def test_an_event_that_is_delivered_many_times_is_stored_once_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """F10: in one batch, over batches, and over shards."""
    printed: list[dict[str, int]] = []
    monkeypatch.setattr(handler, "print_metrics", lambda *given: printed.append(given[3]))
    world = World(shards=2, settings=mapping.Settings(batch_size=3))
    for key in ("one key", "one key", "one key", "one key", "another one"):
        world.stream.put(key, event("e0"))
    assert all(world.stream.shards)
    world.mapping.drain()
    check(world, books(range(1)))
    assert sum(metrics["EventsStored"] for metrics in printed) == 1
    assert sum(metrics["EventsDuplicate"] for metrics in printed) == 4


def test_requests_that_are_repeated_by_their_client_are_stored_once() -> None:
    """F10: each comes with other marks of ours, which make no other content."""
    world = World()
    for number in range(3):
        world.post(request(b"[" + event("e0") + b"]", BATCH, number))
        world.clock.now += 1
        world.mapping.drain()
    assert world.stream.taken == 3
    check(world, books(range(1)))


@pytest.mark.parametrize("size", [1, 2, 4])
def test_of_two_contents_under_one_id_the_first_wins_and_the_other_is_kept_apart(size: int) -> None:
    """F11."""
    world = World(settings=mapping.Settings(batch_size=size))
    first, second, third, _ = put(world, event("e0", 0), event("e0", 1), event("e0", 2), event("e1", 1))
    world.mapping.drain()
    check(world, books(range(2)), {second.sequence, third.sequence})
    assert {entry["reason"] for entry in quarantined(world.buckets)} == {"id_conflict"}
    assert first.sequence in {line.tapsequence for line in archived(world.buckets)}
    assert json.loads(second.data)["data"] == 1
