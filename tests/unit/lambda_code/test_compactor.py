"""What becomes of the hours of an archive, run by run."""

from __future__ import annotations

import pytest

from lambda_code.compactor.compactor import Report
from lambda_code.compactor.hours import Hour
from lambda_code.compactor.request import NotARequestError, Request
from lambda_code.shared.errors import UnavailableError
from tests.faults.compaction import DAY, START, World, forget_watermark
from tests.faults.injection import CrashError

LAST = Hour.parse("2026-11-28-13")
ALL = Request(check="all")


def before(hours: int) -> Hour:
    return Hour(LAST.ordinal - hours)


def test_closed_hours_are_compacted_and_the_watermark_passes_them() -> None:
    world = World()
    world.store(before(2), "a", "1", "2")
    world.store(before(0), "a", "3")
    world.store(Hour(LAST.ordinal + 1), "a", "4")
    world.wait(0.01)
    report = world.run()
    assert report.answer.compacted == ("2026-11-28-11", "2026-11-28-13")
    assert report.answer.through == "2026-11-28-13"
    assert report.lag_hours == 0
    assert {*world.shown()} == {"1", "2", "3", "4"}
    assert not world.tables
    assert world.partitions[before(2)].events == 2


def test_an_hour_is_closed_a_quarter_of_an_hour_after_its_end() -> None:
    world = World(now=LAST.end + 899)
    world.store(LAST, "a", "1")
    assert world.run().answer.through is None
    world.now = LAST.end + 900
    assert world.run().answer.through == LAST.name


def test_what_is_published_and_unchanged_is_not_written_again() -> None:
    world = World()
    world.store(before(0), "a", "1")
    world.wait()
    world.run()
    world.wait()
    world.forget_calls()
    assert world.run().answer.compacted == ()
    assert "write" not in world.calls


def test_without_any_object_there_is_no_watermark_and_no_lag() -> None:
    report = World().run()
    assert (report.answer.through, report.lag_hours) == (None, 0)


def test_the_watermark_does_not_pass_hours_that_hold_nothing_yet() -> None:
    """So that what is stored there later shows at once."""
    world = World()
    world.store(before(5), "a", "1")
    world.wait(0.01)
    assert world.run().answer.through == before(5).name
    world.store(before(2), "a", "2")
    assert {*world.shown()} == {"1", "2"}


def test_a_recent_hour_that_grows_is_compacted_within_the_hour() -> None:
    world = World()
    world.store(before(20), "a", "1")
    world.store(before(0), "a", "2")
    world.wait(0.01)
    world.run()
    world.store(before(20), "a", "1+")
    world.store(before(10), "a", "late")
    world.wait()
    assert world.run().answer.compacted == (before(20).name, before(10).name)
    assert {*world.shown()} == {"1", "1+", "2", "late"}


def test_an_older_hour_that_grows_is_compacted_within_a_day() -> None:
    world = World()
    world.store(before(50), "a", "1")
    world.store(before(0), "a", "2")
    world.wait(0.01)
    world.run()
    world.store(before(50), "b", "late")
    for _ in range(24):
        world.wait()
        world.run()
    assert "late" in world.shown()


def test_every_hour_that_can_grow_is_checked_when_asked_for() -> None:
    world = World()
    world.store(before(70), "a", "1")
    world.store(before(0), "a", "2")
    world.wait(0.01)
    world.run()
    world.store(before(70), "b", "late")
    world.wait(0.01)
    assert world.run(ALL).answer.compacted == (before(70).name,)


def test_named_hours_are_compacted_however_old_they_are() -> None:
    world = World()
    world.store(before(0), "a", "2")
    world.wait(0.01)
    world.run()
    world.store(before(2000), "a", "1")
    world.wait(0.01)
    assert world.run(Request(hours=(before(2000).name,))).answer.compacted == (before(2000).name,)
    assert {*world.shown()} == {"1", "2"}


def test_an_hour_that_is_not_closed_is_refused() -> None:
    with pytest.raises(NotARequestError, match="2026-11-28-14 may still grow: the last closed hour is 2026-11-28-13"):
        World().run(Request(hours=("2026-11-28-14",)))


def test_a_difference_publishes_nothing_and_the_watermark_stays_before_it() -> None:
    world = World()
    for hours in (3, 2, 1):
        world.store(before(hours), "a", f"{hours}a", f"{hours}b")
    world.lost = {"2a"}
    world.wait(0.01)
    report = world.run()
    assert report.answer.different == (before(2).name,)
    assert report.answer.through == before(3).name
    assert report.lag_hours == 3
    assert before(2) not in world.partitions
    world.lost = set()
    assert world.run().answer.through == before(1).name


def test_an_object_that_the_engine_did_not_read_is_a_difference() -> None:
    world = World()
    world.store(before(1), "a", "1")
    world.store(before(1), "b", "2")
    world.skipped = {"b"}
    world.wait(0.01)
    assert world.run().answer.different == (before(1).name,)


def test_an_hour_that_can_not_be_read_is_not_proven() -> None:
    world = World()
    world.store(before(1), "a", "1")
    world.damaged = {"a"}
    world.wait(0.01)
    report = world.run()
    assert (report.answer.different, report.answer.waiting) == ((before(1).name,), 0)


def test_an_hour_that_was_stored_into_just_now_waits_for_the_next_run() -> None:
    world = World()
    world.store(before(1), "a", "1")
    world.wait(0.01)
    late = ["2"]

    def at(name: str) -> None:
        if name == "listing" and late:
            world.store(before(1), "a", late.pop())

    world.at = at
    assert world.run().answer.unstable == (before(1).name,)
    assert "write" not in world.calls
    assert world.run().answer.compacted == (before(1).name,)


@pytest.mark.parametrize("call", ["write", "prove"])
def test_an_hour_that_changes_while_it_is_written_is_not_published(call: str) -> None:
    world = World()
    world.store(before(1), "a", "1")
    world.wait(0.01)
    changed: list[str] = []

    def grow(name: str) -> None:
        if name == call and not changed:
            changed.append(name)
            world.store(before(1), "a", "2")

    world.at = grow
    assert world.run().answer.unstable == (before(1).name,)
    assert not world.partitions
    world.wait(0.01)
    assert world.run().answer.compacted == (before(1).name,)


def test_fewer_events_than_are_published_are_never_published() -> None:
    world = World()
    world.store(before(1), "a", "1", "2")
    world.store(before(1), "b", "3")
    world.wait(0.01)
    world.run()
    world.take_away(before(1), "a")
    world.store(before(1), "c", "4")
    for _ in range(2):
        world.wait()
        assert world.run().answer.compacted == ()
    assert {*world.shown()} == {"1", "2", "3"}


def test_hours_that_lack_objects_are_not_written_again_and_again() -> None:
    world = World()
    world.store(before(1), "a", "1")
    world.store(before(1), "b", "2")
    world.wait(0.01)
    world.run()
    world.take_away(before(1), "a")
    world.forget_calls()
    world.wait()
    world.run()
    assert "write" not in world.calls
    assert {*world.shown()} == {"1", "2"}


def test_an_archive_of_many_hours_is_caught_up_with_over_many_runs_oldest_first() -> None:
    world = World()
    for hours in range(200, 0, -1):
        world.store(before(hours), "a", str(hours))
    world.wait(0.01)
    through: list[str] = []
    runs = 0
    while not through or through[-1] != before(1).name:
        report = world.run(seconds=300)
        assert report.answer.through
        assert (report.answer.waiting > 0) == (report.lag_hours != 0)
        through.append(report.answer.through)
        runs += 1
        world.wait(0.2)
    assert runs > 3
    assert through == sorted(through)
    assert {*world.shown()} == {str(hours) for hours in range(1, 201)}


def test_grown_hours_come_before_new_ones_as_they_do_not_show() -> None:
    world = World()
    world.store(before(30), "a", "1")
    world.wait(0.01)
    world.run()
    world.store(before(30), "a", "late")
    for hours in range(29, 0, -1):
        world.store(before(hours), "a", f"new {hours}")
    world.wait(0.01)
    report = world.run(ALL, seconds=100)
    assert report.answer.compacted[0] == before(30).name
    assert report.answer.waiting >= 1


def test_a_missing_view_is_made_and_one_of_another_version_is_rewritten() -> None:
    world = World()
    world.run()
    assert world.view is not None
    world.text_through = "of an older version"
    world.run()
    assert world.text_through is None


def test_a_second_run_at_once_does_nothing() -> None:
    world = World()
    world.store(before(1), "a", "1")
    world.wait(0.01)
    inner: list[Report] = []

    def at(name: str) -> None:
        if name == "write" and not inner:
            inner.append(world.run())

    world.at = at
    assert world.run().answer.compacted == (before(1).name,)
    [second] = inner
    assert second.answer.busy
    assert second.lag_hours is None
    assert not world.run().answer.busy, "the first has ended"


def test_a_run_that_was_killed_holds_up_others_until_its_time_is_over() -> None:
    world = World()
    world.at = lambda name: "crash_before" if name == "dates" else None
    with pytest.raises(CrashError):
        world.run()
    world.at = lambda _: None
    assert world.run().answer.busy
    world.wait(1)
    assert not world.run().answer.busy


def test_a_run_that_fails_lets_the_next_one_begin() -> None:
    world = World()
    world.at = lambda name: "refused" if name == "dates" else None
    with pytest.raises(UnavailableError):
        world.run()
    world.at = lambda _: None
    assert not world.run().answer.busy


def test_an_hour_that_could_not_be_compacted_holds_up_no_other() -> None:
    world = World()
    for hours in (3, 2, 1):
        world.store(before(hours), "a", str(hours))
    world.wait(0.01)
    faults = ["refused"]
    world.at = lambda name: faults.pop() if name == "write" and faults else None
    report = world.run()
    assert report.answer.compacted == (before(2).name, before(1).name)
    assert (report.answer.waiting, report.answer.through, report.lag_hours) == (1, None, 4)
    assert world.run().answer.through == before(1).name


def test_files_that_nothing_names_are_removed_a_day_later() -> None:
    world = World()
    world.store(before(1), "a", "1")
    world.wait(0.01)
    world.run()
    world.store(before(1), "a", "2")
    world.wait(0.01)
    world.run()
    assert len(world.files) == 2
    world.run(ALL)
    assert len(world.files) == 2, "a query that began before may still read them"
    for _ in range(48):
        world.wait()
        world.run()
    assert [run for _, run in world.files] == [world.partitions[before(1)].run]


def test_files_of_an_hour_without_a_partition_stay() -> None:
    """Where the catalog was lost they may be all there is."""
    world = World()
    world.store(before(1), "a", "1")
    world.wait(0.01)
    world.run()
    world.store(before(1), "a", "2")
    world.wait(0.01)
    world.run()
    world.partitions.clear()
    world.raw.clear()
    world.seen.clear()
    world.wait(100)
    world.run(ALL)
    assert len(world.files) == 2


def test_temporary_tables_are_dropped_a_day_later() -> None:
    world = World()
    world.store(before(1), "a", "1")
    world.wait(0.01)
    world.at = lambda name: "refused" if name == "drop" else None
    assert world.run().answer.compacted == (before(1).name,)
    world.at = lambda _: None
    world.tables.add("compacted")
    world.run()
    assert len(world.tables) == 2
    world.wait(25)
    world.run()
    assert world.tables == {"compacted"}


def expiring() -> World:
    """An archive with an hour that was compacted long ago."""
    world = World(now=START - 10 * DAY)
    world.store(before(10 * 24), "a", "1", "2")
    world.store(before(10 * 24), "b", "3")
    world.wait(0.01)
    world.run(raw_expiration_days=7)
    world.now = START
    return world


def test_raw_objects_of_old_proven_hours_are_removed() -> None:
    world = expiring()
    assert world.run(raw_expiration_days=7).answer.expired == (before(240).name,)
    assert not world.stored()
    assert {*world.shown()} == {"1", "2", "3"}
    assert world.run(raw_expiration_days=7).answer.expired == ()
    assert world.partitions[before(240)].expiring


def test_raw_objects_stay_where_they_are_to_stay_or_are_not_old_enough() -> None:
    world = expiring()
    world.run()
    world.run(raw_expiration_days=11)
    assert world.stored() == {"1", "2", "3"}


def test_an_unproven_hour_is_compacted_first() -> None:
    world = expiring()
    world.store(before(240), "c", "4")
    world.wait(0.01)
    report = world.run(raw_expiration_days=7)
    assert (report.answer.compacted, report.answer.expired) == ((before(240).name,), ())
    assert len(world.stored()) == 4
    world.wait(23)
    assert world.run(raw_expiration_days=7).answer.expired == (), "queries may read what was published before"
    world.wait(1)
    assert world.run(raw_expiration_days=7).answer.expired == (before(240).name,)
    assert {*world.shown()} == {"1", "2", "3", "4"}


def test_an_object_that_changes_while_it_is_removed_stays() -> None:
    world = expiring()

    def at(name: str) -> None:
        if name == "remove":
            world.store(before(240), "a", "late")

    world.at = at
    world.run(raw_expiration_days=7)
    world.at = lambda _: None
    assert world.stored() == {"1", "2", "late"}


def test_what_comes_after_the_raw_objects_were_removed_is_a_difference() -> None:
    world = expiring()
    world.run(raw_expiration_days=7)
    world.store(before(240), "late", "4")
    world.wait(0.01)
    report = world.run(raw_expiration_days=7)
    assert (report.answer.different, report.answer.expired) == ((before(240).name,), ())
    assert world.stored() == {"4"}
    assert {*world.shown()} == {"1", "2", "3"}


def test_a_view_that_was_made_anew_finds_the_hours_without_raw_objects_again() -> None:
    world = expiring()
    world.run(raw_expiration_days=7)
    forget_watermark(world)
    assert world.run(raw_expiration_days=7).answer.through == before(240).name
    assert {*world.shown()} == {"1", "2", "3"}
    world.store(before(1), "a", "5")
    world.wait(0.01)
    world.run(raw_expiration_days=7)
    forget_watermark(world)
    world.run(raw_expiration_days=7)
    assert {*world.shown()} == {"1", "2", "3", "5"}
    assert world.through == before(1)


def test_raw_objects_that_the_view_reads_stay() -> None:
    """The watermark may be held up by an hour for longer than raw objects are kept."""
    world = World(now=START - 10 * DAY)
    world.store(before(250), "a", "0")
    world.wait(0.01)
    world.run()
    world.store(before(242), "a", "1")
    world.store(before(241), "a", "2")
    world.damaged = {"x"}
    world.store(before(242), "x", "x")
    world.wait(0.01)
    assert world.run(raw_expiration_days=7).answer.compacted == (before(241).name,)
    world.now = START
    assert world.run(raw_expiration_days=7).answer.expired == (before(250).name,)
    assert world.stored() == {"1", "2", "x"}
