"""Steps that may fail for now, taken one by one or several at a time, and what a process remembers of the archive."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from lambda_code.processor.archive import S3Archive
from lambda_code.processor.batch import Processor
from lambda_code.processor.handler import answer
from lambda_code.processor.seen import Seen
from lambda_code.processor.work import Step, work
from lambda_code.shared.errors import UnavailableError
from tests.unit.lambda_code.fakes import FakeContext, FakeS3, client_error
from tests.unit.lambda_code.test_processor import FIRST, World, record

PLACES = (0, 3, 4, 7, 9)


def steps(failing: set[int], taken: list[int]) -> list[Step[int]]:
    """A step for each place; those at the given ones fail."""

    def step(place: int) -> Callable[[], int]:
        def take() -> int:
            if place in failing:
                raise UnavailableError("ordered by a test")
            taken.append(place)
            return place

        return take

    return [(place, step(place)) for place in PLACES]


@pytest.mark.parametrize("workers", [1, 2, 8])
@pytest.mark.parametrize(("failing", "until"), [((), 12), ((4,), 4), ((9, 3), 3), ((0,), 0)])
def test_it_goes_as_far_as_the_first_step_that_fails(failing: tuple[int, ...], until: int, workers: int) -> None:
    taken: list[int] = []
    reached, made = work(steps(set(failing), taken), 12, lambda: True, workers=workers)
    assert reached == until
    assert sorted(made) == sorted(taken)
    assert {place for place in PLACES if place < until} <= set(taken)


def test_one_by_one_nothing_is_taken_behind_the_first_that_fails() -> None:
    taken: list[int] = []
    work(steps({4}, taken), 12, lambda: True)
    assert taken == [0, 3]


@pytest.mark.parametrize("workers", [1, 8])
def test_without_time_nothing_is_begun(workers: int) -> None:
    taken: list[int] = []
    assert work(steps(set(), taken), 12, lambda: False, workers=workers) == (0, [])
    assert taken == []


@pytest.mark.parametrize("workers", [1, 8])
def test_a_bug_in_a_step_is_no_service_that_is_unavailable(workers: int) -> None:
    def broken() -> int:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        work([(0, broken), (1, broken)], 2, lambda: True, workers=workers)


def test_without_steps_everything_is_done() -> None:
    assert work([], 5, lambda: False, workers=8) == (5, [])


class Rendezvous(FakeS3):
    """A bucket in which reads wait for each other, as many as there are."""

    def __init__(self, count: int) -> None:
        super().__init__()
        barrier = threading.Barrier(count, timeout=10)

        def between() -> None:
            barrier.wait()

        self.between = between


def test_homes_are_read_several_at_a_time() -> None:
    world = World()
    for number in range(4):
        world.run([record(10 * number)])
    meeting = Rendezvous(4)
    meeting.objects = world.s3.objects
    world.processor = Processor(world.ledger, S3Archive(meeting, "archive"), world.quarantine)
    copies = [record(100 + number, {"id": f"e{10 * number}", "data": {"n": 10 * number}}) for number in range(4)]
    assert world.run(copies) is None
    assert meeting.reads == 4


def test_of_many_homes_one_that_fails_is_reported_and_the_others_are_complete() -> None:
    world = World()
    for number in range(20):
        world.s3.before = [client_error("SlowDown")]
        world.run([record(10 * number)])
    copies = [record(1000 + number, {"id": f"e{10 * number}", "data": {"n": 10 * number}}) for number in range(20)]
    world.s3.before = [None] * 7 + [client_error("SlowDown")]
    failed = world.run(copies)
    assert failed is not None
    assert FIRST + 1000 <= int(failed) < FIRST + 1020
    place = int(failed) - FIRST - 1000
    assert {f"e{10 * number}" for number in range(place)} <= set(world.ids())
    assert world.run(copies[place:]) is None
    assert sorted(world.ids()) == sorted(f"e{10 * number}" for number in range(20))


class TestSeen:
    """Bounded, and only of what is there."""

    def test_what_was_added_is_known_in_its_object_only(self) -> None:
        seen = Seen()
        seen.add("a", ["1", "2"])
        assert seen.without("a", {"1": "x", "3": "y"}) == {"3": "y"}
        assert seen.without("b", {"1": "x"}) == {"1": "x"}

    def test_the_object_that_was_added_to_longest_ago_is_forgotten_first(self) -> None:
        seen = Seen(most=4)
        for home in ("a", "b"):
            seen.add(home, ["1", "2"])
        seen.add("a", ["2"])
        seen.add("c", ["1"])
        known = {home for home in "abc" if not seen.without(home, {"1": "x"})}
        assert known == {"a", "c"}

    def test_more_than_fits_is_not_kept(self) -> None:
        seen = Seen(most=3)
        seen.add("a", map(str, range(100)))
        assert seen.without("a", {"1": "x"}) == {"1": "x"}
        seen.add("b", ["1"])
        assert seen.without("b", {"1": "x"}) == {}


def test_metrics_and_answer_are_those_of_the_whole_batch(capsys: pytest.CaptureFixture[str]) -> None:
    world = World()
    copies = [record(number, {"id": "same", "data": 1}) for number in range(50)]
    assert answer({"Records": copies}, FakeContext(), world.processor, "tap-test") == {"batchItemFailures": []}
    printed = capsys.readouterr().out
    assert '"EventsStored":1,"EventsDuplicate":49' in printed
