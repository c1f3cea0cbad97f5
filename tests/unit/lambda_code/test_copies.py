"""A copy is a duplicate only when its event is in the archive: otherwise it completes what the first left undone."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.unit.lambda_code.fakes import client_error, lost_answer
from tests.unit.lambda_code.test_processor import FIRST, SHARD, World, batch, metrics, record

SAME: dict[str, Any] = {"id": "same", "data": 1, "taptime": "then", "taprequest": "first"}
COPY: dict[str, Any] = {"id": "same", "data": 1.0, "taptime": "now", "taprequest": "second"}
HOME = f"events/date=2025-06-15/hour=15/{SHARD}-{FIRST}.ndjson.gz"
OTHER_SHARD = "shardId-000000000008"


def claimed(*records: dict[str, Any]) -> World:
    """A world in which a batch was claimed, and never put."""
    world = World()
    world.s3.before = [client_error("SlowDown")]
    assert world.run(records) == records[0]["kinesis"]["sequenceNumber"]
    world.restart()
    assert world.archived() == []
    return world


class TestLostOriginal:
    """The record that claimed the event never comes back."""

    def test_a_copy_stores_the_event_in_the_home_and_under_the_number_of_the_row(self) -> None:
        world = claimed(record(0, SAME))
        assert world.run([record(7, COPY, shard=OTHER_SHARD)]) is None
        assert list(world.s3.bodies("archive")) == [HOME]
        [event] = world.archived()
        assert event["tapsequence"] == str(FIRST)

    def test_what_else_marks_the_event_tells_how_the_copy_came(self) -> None:
        world = claimed(record(0, SAME))
        world.run([record(7, COPY)])
        [event] = world.archived()
        assert (event["taptime"], event["taprequest"], event["data"]) == ("now", "second", 1.0)

    def test_of_two_copies_in_one_batch_one_completes_and_the_other_is_a_duplicate(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        world = claimed(record(0, SAME))
        capsys.readouterr()
        world.run([record(7, COPY), record(8, COPY), record(9)])
        assert sorted(world.ids()) == ["e9", "same"]
        assert metrics(capsys.readouterr().out) == [{"EventsStored": 2, "EventsDuplicate": 1}]

    def test_a_copy_completes_an_object_that_has_other_events(self) -> None:
        world = claimed(record(0), record(1, SAME), record(2))
        world.run([record(2)])
        world.run([record(7, COPY)])
        assert [event["tapsequence"] for event in world.archived()] == [str(FIRST + 1), str(FIRST + 2)]

    def test_the_original_adds_nothing_when_it_comes_back_after_all(self, capsys: pytest.CaptureFixture[str]) -> None:
        world = claimed(record(0, SAME), record(1))
        world.run([record(7, COPY)])
        world.restart()
        capsys.readouterr()
        assert world.run([record(0, SAME), record(1)]) is None
        assert world.ids() == ["same", "e1"]
        assert metrics(capsys.readouterr().out) == [{"EventsStored": 1, "EventsDuplicate": 0}]

    def test_where_the_home_cannot_be_read_the_copy_comes_again(self) -> None:
        world = claimed(record(0, SAME))
        world.s3.before = [client_error("SlowDown")]
        assert world.run([record(7, COPY), record(8)]) == str(FIRST + 7)
        assert world.run([record(7, COPY), record(8)]) is None
        assert sorted(world.ids()) == ["e8", "same"]

    def test_another_content_is_a_conflict_though_the_first_is_lost(self) -> None:
        world = claimed(record(0, SAME))
        world.run([record(7, {**COPY, "data": 2})])
        assert world.archived() == []
        assert [entry["reason"] for entry in world.quarantined()] == ["id_conflict"]

    def test_a_role_that_may_not_list_the_bucket_learns_by_403_that_the_home_is_not_there(self) -> None:
        world = claimed(record(0, SAME))
        world.s3.before = [client_error("AccessDenied")]
        assert world.run([record(7, COPY)]) is None
        assert world.ids() == ["same"]

    def test_what_somebody_is_just_writing_may_still_look_as_if_it_were_not_there(self) -> None:
        world = claimed(record(0, SAME))
        denied, writing = client_error("AccessDenied"), client_error("ConditionalRequestConflict")
        world.s3.before = [denied, writing, denied]
        assert world.run([record(7, COPY)]) is None
        assert world.ids() == ["same"]

    def test_the_log_says_how_many_events_copies_have_brought(self, capsys: pytest.CaptureFixture[str]) -> None:
        world = claimed(record(0, SAME))
        capsys.readouterr()
        world.run([record(7, COPY), record(8, COPY), record(9)])
        assert json.loads(capsys.readouterr().out)["completed"] == 1

    def test_a_home_that_is_there_and_may_not_be_read_is_reported(self) -> None:
        world = claimed(record(0, SAME))
        world.s3.objects["archive", HOME] = b"unread"
        world.s3.before = [client_error("AccessDenied"), None, client_error("AccessDenied")]
        assert world.run([record(7, COPY)]) == str(FIRST + 7)
        assert world.s3.bodies("archive") == {HOME: b"unread"}


class TestOrderWithinABatch:
    """Nothing is answered as done before its event is in the archive, also where that depends on another record."""

    def test_a_copy_before_its_original_fails_with_it(self) -> None:
        """The original was claimed in a later part of a batch that came first."""
        world = claimed(record(5, SAME))
        world.s3.before = [client_error("SlowDown")]
        assert world.run([record(3, COPY), record(4), record(5, SAME)]) == str(FIRST + 3)
        assert world.run([record(3, COPY), record(4), record(5, SAME)]) is None
        assert sorted(world.ids()) == ["e4", "same"]
        assert {event["taprequest"] for event in world.archived() if event["id"] == "same"} == {"first"}

    def test_a_copy_behind_its_original_fails_with_it(self) -> None:
        world = World()
        world.s3.before = [client_error("SlowDown")]
        assert world.run([record(0, SAME), record(1, COPY)]) == str(FIRST)

    def test_a_copy_whose_original_has_no_time_left_comes_again(self) -> None:
        world = claimed(record(0, SAME))
        assert world.run([record(7, COPY)], 60_000, 60_000, 500) == str(FIRST + 7)
        assert world.archived() == []


class TestCosts:
    """Only duplicates cost something, and not twice."""

    def test_copies_of_what_the_same_batch_claims_cost_no_read(self) -> None:
        world = World()
        world.run([record(0, SAME), record(1, COPY), record(2), record(3, COPY)])
        assert world.s3.reads == 0

    def test_copies_cost_one_read_for_each_home(self) -> None:
        world = World()
        for number in range(3):
            world.run(batch(10 * number, 10 * number + 10))
        world.restart()
        copies = [record(100 + number, {"id": f"e{number}", "data": {"n": number}}) for number in range(30)]
        assert world.run(copies) is None
        assert world.s3.reads == 3

    def test_what_a_process_has_stored_or_seen_is_not_read_again(self) -> None:
        world = World()
        world.run([record(0, SAME), record(1)])
        world.run([record(7, COPY)])
        assert world.s3.reads == 0
        world.restart()
        for number in range(5):
            world.run([record(10 + number, COPY)])
        assert world.s3.reads == 1

    def test_what_was_not_stored_is_not_remembered(self) -> None:
        world = World()
        world.s3.after = [lost_answer()]
        assert world.run([record(0, SAME)]) == str(FIRST)
        world.s3.objects.clear()
        assert world.run([record(7, COPY)]) is None
        assert world.ids() == ["same"]


class TestForgottenRows:
    """What holds when time to live has removed a row, and what does not."""

    def test_an_object_never_holds_an_event_twice_whatever_record_claims_it_now(self) -> None:
        world = World()
        world.run([record(0), record(1, SAME)])
        world.table.rows.clear()
        world.restart()
        assert world.run([record(0), record(2, COPY)]) is None
        assert world.ids() == ["e0", "same"]
        assert world.table.rows["/shop same"]["sequence_number"] == {"S": str(FIRST + 2)}

    def test_another_content_under_the_same_id_is_a_new_event(self) -> None:
        world = World()
        world.run([record(0), record(1, SAME)])
        world.table.rows.clear()
        world.restart()
        assert world.run([record(0), record(2, {**COPY, "data": 2})]) is None
        assert [event.get("data") for event in world.archived()] == [{"n": 0}, 1, 2]

    def test_in_another_object_a_forgotten_event_is_stored_again(self) -> None:
        world = World()
        world.run([record(1, SAME)])
        world.table.rows.clear()
        world.run([record(2, COPY)])
        assert world.ids() == ["same", "same"]

    def test_a_row_that_has_expired_is_forgotten_before_it_is_removed(self) -> None:
        world = claimed(record(0, SAME))
        world.clock.now += 35 * 86_400 + 1
        world.run([record(7, COPY)])
        assert [event["tapsequence"] for event in world.archived()] == [str(FIRST + 7)]

    def test_a_row_expires_a_fixed_time_after_its_first_claim(self) -> None:
        world = World()
        world.run([record(0, SAME)])
        expires = world.table.rows["/shop same"]["expires_at"]
        world.clock.now += 10 * 86_400
        world.run([record(0, SAME)])
        assert world.table.rows["/shop same"]["expires_at"] == expires
