"""Nothing that the view shows is lost or shows twice, whatever fails or happens at any call of the compactor."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from copy import deepcopy
from functools import cache
from random import Random
from threading import Semaphore, Thread, current_thread

import pytest

from lambda_code.compactor.compacting import Compacting
from lambda_code.compactor.hours import Hour
from lambda_code.compactor.request import Request
from lambda_code.compactor.runs import table_of
from lambda_code.shared.errors import UnavailableError
from tests.faults import compaction_mutants as mutants
from tests.faults.compaction import CHECK_DAYS, DAY, START, TIMEOUT_SECONDS, Files, World
from tests.faults.compaction_mutants import Mutant
from tests.faults.injection import CrashError
from tests.unit.lambda_code import test_compactor as behaviour

pytestmark = pytest.mark.usefixtures("unmeasured")

LAST = Hour.at(START - 3600)
KINDS = ("crash_before", "crash_after", "refused", "lost")
ALL = Request(check="all")
EXPIRATION_DAYS = 7


def before(hours: int) -> Hour:
    return Hour(LAST.ordinal - hours)


OLD, GROWN, SHOWN, NEW, NEWEST = before(10 * 24), before(30), before(3), before(2), before(0)


def archive() -> World:
    """An hour whose raw objects may go, one that has grown, one that is as it was, and two that are new."""
    return deepcopy(_archive())


@cache
def _archive() -> World:
    world = World(now=START - 10 * DAY)
    world.store(OLD, "a", "old 1", "old 2")
    world.store(OLD, "b", "old 3")
    world.wait(0.01)
    world.run()
    world.now = START - DAY
    world.store(GROWN, "a", "grown 1")
    world.wait(0.01)
    world.run()
    world.files[OLD, "20260101000000_00000000"] = Files(["half"], START - 3 * DAY)
    world.tables.add(table_of(GROWN, "20260101000000_00000000"))
    world.now = START
    world.store(SHOWN, "a", "shown 1")
    world.wait(0.01)
    world.run()
    world.store(GROWN, "a", "grown 2")
    world.store(NEW, "a", "new 1", "new 2")
    world.store(NEW, "b", "new 3")
    world.store(NEWEST, "a", "newest 1")
    world.wait(0.01)
    world.forget_calls()
    return world


def run(world: World) -> None:
    """A run of a process that may end early, or hear of something that it can't do anything about."""
    with suppress(CrashError, UnavailableError):
        world.run(ALL, raw_expiration_days=EXPIRATION_DAYS)


def settle(world: World, *, late: Sequence[str] = ()) -> None:
    """Let later runs repair what there is to repair, and hold what must be in the end; `late` came after removal."""
    world.at = lambda _: None
    for waits in ((1, 1, 1), (25, 25)):
        expected = ({*world.shown()} | world.stored()) - {*late} - world.by_hand
        for hours in waits:
            world.wait(hours)
            run(world)
        assert {*world.shown()} == expected
    assert not world.tables
    assert set(world.files) == {(hour, each.run) for hour, each in world.partitions.items()}


def holds(world: World) -> None:
    """The end of an undisturbed history of `archive`."""
    assert world.shown().keys() == {
        *("old 1", "old 2", "old 3", "grown 1", "grown 2", "shown 1", "new 1", "new 2", "new 3", "newest 1")
    }
    assert world.through == NEWEST
    assert {hour: (each.events, each.objects) for hour, each in world.partitions.items()} == {
        **{OLD: (3, 2), GROWN: (2, 1), SHOWN: (1, 1), NEW: (3, 2), NEWEST: (1, 1)}
    }
    assert not world.raw_events(OLD)
    assert world.partitions[OLD].expiring


def calls() -> int:
    """How many a run makes."""
    world = archive()
    run(world)
    assert {*world.calls} == {
        *("view", "change_view", "dates", "hours", "listing", "published", "write", "prove", "publish", "drop"),
        *("temporary", "runs", "remove_run", "remove"),
    }
    return len(world.calls)


def at_call(number: int, do: Callable[[], str | None]) -> Callable[[str], str | None]:
    """What `World.at` can be: it does this before the call with this number, from 0, and nothing else."""
    left = [number]

    def at(_: str) -> str | None:
        left[0] -= 1
        return do() if left[0] == -1 else None

    return at


@pytest.mark.parametrize("kind", KINDS)
def test_a_fault_at_any_call_is_repaired_by_later_runs(kind: str) -> None:
    for number in range(calls()):
        world = archive()
        world.at = at_call(number, lambda: kind)
        run(world)
        settle(world)
        holds(world)


@pytest.mark.parametrize("kind", KINDS)
def test_a_second_fault_while_the_first_is_repaired_is_repaired(kind: str) -> None:
    for first in range(0, calls(), 5):
        for second in range(0, calls(), 7):
            world = archive()
            world.at = at_call(first, lambda: "crash_after")
            run(world)
            world.wait(1)
            world.at = at_call(second, lambda: kind)
            run(world)
            settle(world)
            holds(world)


@pytest.mark.parametrize("hour", [GROWN, SHOWN, before(1), NEW, NEWEST])
@pytest.mark.parametrize("key", ["a", "another"])
def test_what_is_stored_at_any_call_shows_after_the_next_run(hour: Hour, key: str) -> None:
    for number in range(calls()):
        world = archive()

        def store(world: World = world) -> None:
            world.store(hour, key, "late")

        world.at = at_call(number, store)
        run(world)
        world.at = lambda _: None
        world.wait(1)
        run(world)
        assert "late" in world.shown()
        settle(world)


def test_what_is_stored_into_an_hour_that_is_being_removed_is_not_removed() -> None:
    for number in range(calls()):
        for key in ("a", "another"):
            world = archive()

            def store(world: World = world, key: str = key) -> None:
                world.store(OLD, key, "late")

            world.at = at_call(number, store)
            run(world)
            assert "late" in world.stored()
            settle(world, late=() if "late" in world.shown() or not world.partitions[OLD].expiring else ["late"])
            assert "late" in world.stored() or "late" in world.shown()


@pytest.mark.parametrize("hour", [GROWN, NEW])
def test_what_is_taken_away_by_hand_at_any_call_takes_nothing_else_with_it(hour: Hour) -> None:
    for number in range(calls()):
        world = archive()

        def take(world: World = world) -> None:
            if "a" in world.raw[hour]:
                world.take_away(hour, "a")

        world.at = at_call(number, take)
        run(world)
        world.at = lambda _: None
        for _ in range(3):
            world.wait(1)
            run(world)
        assert world.stored() <= {*world.shown()}


class Lane:
    """A run in a thread of its own, which stops before its call with this number, from 0."""

    def __init__(self, until: int) -> None:
        self.until, self.calls = until, 0
        self.may_go_on, self.stopped = Semaphore(0), Semaphore(0)


def interleaved(world: World, first: int, second: int) -> None:
    """One run up to its call `first`, another up to its call `second`, then the rest of both."""
    lanes = {name: Lane(until) for name, until in (("one", first), ("two", second))}
    failed: list[BaseException] = []

    def at(_: str) -> None:
        lane = lanes[current_thread().name]
        lane.calls += 1
        if lane.calls - 1 == lane.until:
            lane.stopped.release()
            lane.may_go_on.acquire()

    def work(lane: Lane) -> None:
        try:
            run(world)
        except AssertionError as error:
            failed.append(error)
        lane.until = -1
        lane.stopped.release()

    world.at = at
    threads = [Thread(target=work, args=(lane,), name=name, daemon=True) for name, lane in lanes.items()]
    for thread, lane in zip(threads, lanes.values(), strict=True):
        thread.start()
        lane.stopped.acquire()
    for thread, lane in zip(threads, lanes.values(), strict=True):
        lane.may_go_on.release()
        thread.join()
    if failed:
        raise failed[0]


def test_two_runs_at_once_in_any_order_are_like_one() -> None:
    many = calls()
    for first in range(many):
        for second in range(10):
            world = archive()
            interleaved(world, first, second)
            settle(world)
            holds(world)


def grown_between(number: int) -> World:
    """Another run begins at this call, after the hour has grown once more."""
    world, others = archive(), [True]

    def other(world: World = world) -> None:
        if others and others.pop():
            world.store(GROWN, "late", "late")
            world.wait(0.01)
            run(world)

    world.at = at_call(number, other)
    run(world)
    return world


def test_a_run_that_began_earlier_publishes_nothing_over_a_later_one() -> None:
    for number in range(calls()):
        world = grown_between(number)
        settle(world)
        assert "late" in world.shown()


CHANCES = {"crash_before": 0.01, "crash_after": 0.01, "refused": 0.02, "lost": 0.02}


def history(seed: int) -> World:
    """Some weeks of an archive: events come, late ones, too, runs fail, and raw objects go."""
    pick = Random(seed)
    world = World(now=START)
    number = 0

    def store() -> None:
        nonlocal number
        number += 1
        now = Hour.at(world.now).ordinal
        # Late ones come for as long as hours are checked.
        age = pick.choice([0, 0, 0, 1, 2, pick.randrange(24), pick.randrange(24 * CHECK_DAYS - 1)])
        world.store(Hour(now - age), pick.choice("abc"), f"{number}")

    def at(_: str) -> str | None:
        if pick.random() < 0.005:
            store()
        if pick.random() < 0.3:
            return None
        return next((kind for kind, chance in CHANCES.items() if pick.random() < chance), None)

    for _ in range(100):
        for _ in range(pick.randrange(4)):
            store()
        world.wait(pick.choice([0.2, 1, 1, 1, 5]))
        world.at = at
        with suppress(CrashError, UnavailableError):
            request = Request(check=pick.choice(["due", "due", "due", "all"]))
            world.run(request, raw_expiration_days=EXPIRATION_DAYS, seconds=pick.choice([60, 300, TIMEOUT_SECONDS]))
        world.at = lambda _: None
    return world


@pytest.mark.parametrize("seed", range(8))
def test_after_weeks_of_faults_every_event_shows_once(seed: int) -> None:
    world = history(seed)
    settle(world)
    assert world.by_hand == set()
    assert len(world.shown()) > 100
    assert any(each.expiring for each in world.partitions.values())
    assert {*world.shown()} == {str(number + 1) for number in range(len(world.shown()))}


# Each wrong decision, and what notices it.

Property = Callable[[], object]


def crashes() -> None:
    test_a_fault_at_any_call_is_repaired_by_later_runs("crash_after")


def refusals() -> None:
    test_a_fault_at_any_call_is_repaired_by_later_runs("refused")


def late_objects() -> None:
    test_what_is_stored_at_any_call_shows_after_the_next_run(NEW, "another")


def late_content() -> None:
    test_what_is_stored_at_any_call_shows_after_the_next_run(GROWN, "a")


def late_into_a_gap() -> None:
    test_what_is_stored_at_any_call_shows_after_the_next_run(before(1), "a")


def histories() -> None:
    for seed in range(3):
        test_after_weeks_of_faults_every_event_shows_once(seed)


def changed_by_the_engine() -> None:
    """As many events as there were, but not the same ones."""
    world = archive()
    world.at = lambda name: None if name != "prove" else _changed(world)
    run(world)
    assert NEW not in world.partitions
    assert world.through == SHOWN


def _changed(world: World) -> None:
    for (hour, _), files in world.files.items():
        if hour == NEW:
            files.events[:] = [f"{event}?" for event in files.events]


CAUGHT_BY: list[tuple[Mutant, Property]] = [
    (
        mutants.publishes_what_changed_meanwhile,
        lambda: behaviour.test_an_hour_that_changes_while_it_is_written_is_not_published("prove"),
    ),
    (mutants.publishes_what_differs, behaviour.test_a_difference_publishes_nothing_and_the_watermark_stays_before_it),
    (mutants.compares_only_counts, changed_by_the_engine),
    (mutants.does_not_count_objects, behaviour.test_an_object_that_the_engine_did_not_read_is_a_difference),
    (mutants.publishes_fewer_events, behaviour.test_fewer_events_than_are_published_are_never_published),
    (
        mutants.writes_again_what_lacks_objects,
        behaviour.test_hours_that_lack_objects_are_not_written_again_and_again,
    ),
    (
        mutants.lists_what_is_being_stored,
        behaviour.test_an_hour_that_was_stored_into_just_now_waits_for_the_next_run,
    ),
    (mutants.compacts_what_it_removes, crashes),
    (mutants.removes_what_came_late, test_what_is_stored_into_an_hour_that_is_being_removed_is_not_removed),
    (mutants.names_runs_alike, late_content),
    (mutants.leaves_its_tables, behaviour.test_closed_hours_are_compacted_and_the_watermark_passes_them),
    (
        mutants.takes_a_difference_for_a_fault,
        behaviour.test_a_difference_publishes_nothing_and_the_watermark_stays_before_it,
    ),
    (mutants.knows_objects_by_their_keys, late_content),
    (mutants.passes_what_is_not_published, refusals),
    (mutants.passes_what_grows, late_objects),
    (mutants.passes_over_gaps, refusals),
    (mutants.passes_hours_that_it_has_not_seen, late_into_a_gap),
    (mutants.runs_beside_others, test_a_run_that_began_earlier_publishes_nothing_over_a_later_one),
    (mutants.holds_on_for_ever, behaviour.test_a_second_run_at_once_does_nothing),
    (
        mutants.forgets_what_expired,
        behaviour.test_a_view_that_was_made_anew_finds_the_hours_without_raw_objects_again,
    ),
    (mutants.does_not_check_recent_hours, behaviour.test_a_recent_hour_that_grows_is_compacted_within_the_hour),
    (mutants.does_not_check_older_hours, behaviour.test_an_older_hour_that_grows_is_compacted_within_a_day),
    (mutants.compacts_open_hours, behaviour.test_an_hour_is_closed_a_quarter_of_an_hour_after_its_end),
    (mutants.removes_at_once, behaviour.test_an_unproven_hour_is_compacted_first),
    (mutants.removes_without_a_mark, crashes),
    (mutants.removes_what_the_view_reads, behaviour.test_raw_objects_that_the_view_reads_stay),
    (mutants.removes_files_that_queries_read, histories),
    (mutants.removes_files_that_are_published, histories),
    (mutants.removes_files_without_a_partition, behaviour.test_files_of_an_hour_without_a_partition_stay),
]


def _name(each: Mutant | Property) -> str:
    return each.name if isinstance(each, Mutant) else getattr(each, "__name__", "")


@pytest.mark.parametrize(("mutant", "prop"), CAUGHT_BY, ids=_name)
def test_a_wrong_decision_is_caught(mutant: Mutant, prop: Property, monkeypatch: pytest.MonkeyPatch) -> None:
    mutant(monkeypatch)
    with pytest.raises((AssertionError, KeyError)):
        prop()


@pytest.mark.parametrize("prop", [crashes, late_objects, late_content, changed_by_the_engine], ids=_name)
def test_without_a_mutant_the_property_holds(prop: Property) -> None:
    prop()


def test_a_mutant_changes_the_code_that_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    present = Compacting._compact
    mutants.names_runs_alike(monkeypatch)
    assert Compacting._compact is not present
    monkeypatch.undo()
    assert Compacting._compact is present
