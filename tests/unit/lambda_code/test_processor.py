"""What the archive holds after the processor has run, once or more often, whole or interrupted."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Iterable
from typing import Any

import pytest

from lambda_code.processor import records
from lambda_code.processor.archive import S3Archive
from lambda_code.processor.batch import Processor
from lambda_code.processor.handler import answer
from lambda_code.processor.ledger import DynamoLedger, NoLedger
from lambda_code.processor.objects import pack
from lambda_code.processor.ports import Ledger
from lambda_code.shared.attributes import MAX_IDENTITY_BYTES
from lambda_code.shared.quarantine import Quarantine
from tests.unit.lambda_code.fakes import (
    FakeClock,
    FakeContext,
    FakeDynamo,
    FakeS3,
    client_error,
    lost_answer,
)

SHARD = "shardId-000000000007"
FIRST = 49_590_338_271_490_256_608_559_692_538_361_571_095_921_575_989_136_588_898


class CrashError(BaseException):
    """The process ends here."""


class World:
    """A processor and what it stands on."""

    def __init__(self, *, days: int = 35, workers: int = 8) -> None:
        self.workers = workers
        self.clock = FakeClock()
        self.table = FakeDynamo()
        self.s3 = FakeS3()
        ledger: Ledger = NoLedger()
        if days:
            ledger = DynamoLedger(self.table, "ledger", days, clock=self.clock, sleep=self.clock.sleep)
        self.ledger = ledger
        self.quarantine = Quarantine(self.s3, "failures")
        self.restart()

    def restart(self) -> None:
        """Another process, which has seen nothing yet."""
        archive = S3Archive(self.s3, "archive")
        self.processor = Processor(self.ledger, archive, self.quarantine, workers=self.workers)

    def run(self, records: Iterable[dict[str, Any]], *milliseconds: int) -> str | None:
        """Process a batch; the sequence number that was reported, if one was."""
        context = FakeContext(*milliseconds)
        failed = answer({"Records": list(records)}, context, self.processor, "tap-test")["batchItemFailures"]
        assert len(failed) <= 1
        return failed[0]["itemIdentifier"] if failed else None

    def lines(self) -> list[bytes]:
        """Every line of the archive, object by object."""
        return [line for body in self.s3.bodies("archive").values() for line in gzip.decompress(body).splitlines()]

    def archived(self) -> list[dict[str, Any]]:
        """Every event of the archive, object by object."""
        return [json.loads(line) for line in self.lines()]

    def ids(self) -> list[str]:
        return [event["id"] for event in self.archived()]

    def quarantined(self) -> list[dict[str, Any]]:
        return [json.loads(body) for body in self.s3.bodies("failures", "quarantine/").values()]


def record(number: int, event: dict[str, Any] | bytes | None = None, *, shard: str = SHARD) -> dict[str, Any]:
    """The record with this number, of an event that is its own unless another is given."""
    content = {"specversion": "1.0", "id": f"e{number}", "source": "/shop", "type": "order", "data": {"n": number}}
    data = event if isinstance(event, bytes) else json.dumps({**content, **(event or {})}).encode()
    sequence = str(FIRST + number)
    return {
        "eventID": f"{shard}:{sequence}",
        "kinesis": {
            "sequenceNumber": sequence,
            "data": base64.b64encode(data).decode(),
            "approximateArrivalTimestamp": 1_750_000_000.5 + number / 1000,
        },
    }


def batch(start: int, end: int) -> list[dict[str, Any]]:
    return [record(number) for number in range(start, end)]


def metrics(text: str) -> list[dict[str, int]]:
    """What each invocation reported."""
    lines = [json.loads(line) for line in text.splitlines()]
    return [{name: line[name] for name in ("EventsStored", "EventsDuplicate")} for line in lines]


def names(start: int, end: int) -> list[str]:
    return [f"e{number}" for number in range(start, end)]


def test_a_batch_becomes_one_object_by_date_and_hour() -> None:
    world = World()
    assert world.run(batch(0, 3)) is None
    [key] = world.s3.bodies("archive")
    assert key == f"events/date=2025-06-15/hour=15/{SHARD}-{FIRST}.ndjson.gz"
    assert world.ids() == names(0, 3)


@pytest.mark.parametrize("numbers", [("9", "10", "100"), ("11", "12", "13")])
def test_lines_are_in_the_order_of_their_numbers(numbers: tuple[str, ...]) -> None:
    packed = pack({number: number.encode() for number in reversed(numbers)})
    assert gzip.decompress(packed).decode().split() == list(numbers)


def lines_by_object(world: World) -> list[int]:
    return [gzip.decompress(body).count(b"\n") for body in world.s3.bodies("archive").values()]


def test_an_object_takes_a_limited_number_of_new_events(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "MAX_OBJECT_RECORDS", 4)
    world = World()
    assert world.run(batch(0, 10)) is None
    assert sorted(lines_by_object(world)) == [2, 4, 4]
    assert sorted(key[-28:-10] for key in world.s3.bodies("archive")) == [str(FIRST + each)[-18:] for each in (0, 4, 8)]


def test_an_object_takes_a_limited_size_of_new_events_and_any_single_one() -> None:
    world = World()
    large = [record(number, {"data": "x" * 200_000}) for number in range(10)]
    assert world.run(large) is None
    assert sorted(lines_by_object(world)) == [1, 3, 3, 3]


def test_a_batch_that_comes_back_record_by_record_writes_in_proportion_to_its_size(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It was claimed whole, and its events share an object: each that comes back alone replaces it."""
    monkeypatch.setattr(records, "MAX_OBJECT_RECORDS", 50)
    assert lines_written_one_by_one(400) == 4 * lines_written_one_by_one(100)


def lines_written_one_by_one(count: int) -> int:
    world = World()
    world.s3.before = [CrashError()] * count  # type: ignore[list-item]
    with pytest.raises(CrashError):
        world.run(batch(0, count))
    world.s3.before = []
    written: list[int] = []
    put = world.s3._put

    def counted(name: tuple[str, str], body: bytes, condition: dict[str, str]) -> object:
        made = put(name, body, condition)
        written.append(gzip.decompress(body).count(b"\n"))
        return made

    world.s3._put = counted  # type: ignore[method-assign]
    for number in range(count):
        world.restart()
        assert world.run([record(number)]) is None
    assert sorted(world.ids()) == sorted(names(0, count))
    return sum(written)


def test_a_line_is_the_event_as_it_came_with_the_sequence_number() -> None:
    world = World()
    world.run([record(0, b'{"specversion":"1.0", "id":"a","source":"/s",\r\n"type":"t","data":1.10} \n')])
    [body] = world.s3.bodies("archive").values()
    line = f'{{"specversion":"1.0", "id":"a","source":"/s","type":"t","data":1.10,"tapsequence":"{FIRST}"}}\n'
    assert gzip.decompress(body).decode() == line


def test_the_same_events_make_the_same_bytes() -> None:
    one, other = World(), World()
    one.run(batch(0, 5))
    other.run(batch(0, 5))
    assert one.s3.objects == other.s3.objects


@pytest.mark.parametrize("workers", [1, 8])
def test_claims_are_made_several_at_a_time_and_remembered_for_the_set_time(workers: int) -> None:
    world = World(workers=workers)
    assert world.run(batch(0, 110)) is None
    assert sorted(world.table.written) == [10, 25, 25, 25, 25]
    row = world.table.rows["/shop e0"]
    assert row["expires_at"] == {"N": str(1_750_000_000 + 35 * 86_400)}
    assert row["object_key"]["S"] in world.s3.bodies("archive")


def test_processing_a_batch_again_changes_nothing() -> None:
    world = World()
    world.run(batch(0, 3))
    before = dict(world.s3.objects)
    assert world.run(batch(0, 3)) is None
    assert world.s3.objects == before


class TestDuplicates:
    """The same source and id, delivered more than once."""

    def test_within_a_batch_over_batches_and_over_shards_an_event_is_stored_once(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        world = World()
        same = {"id": "same", "data": 1}
        assert world.run([record(0, same), record(1, same), record(2)]) is None
        assert world.run([record(3, same), record(4)]) is None
        assert world.run([record(9, same, shard="shardId-000000000008")]) is None
        assert sorted(world.ids()) == ["e2", "e4", "same"]
        metrics = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        assert [each["EventsDuplicate"] for each in metrics] == [1, 1, 1]

    def test_our_own_marks_make_no_difference(self) -> None:
        world = World()
        world.run([record(0, {"id": "same", "data": 1, "taptime": "then", "taprequest": "a"})])
        world.run([record(1, {"id": "same", "data": 1, "taptime": "now", "taptrace": "b"})])
        assert (world.ids(), world.quarantined()) == (["same"], [])

    def test_the_order_of_attributes_makes_no_difference(self) -> None:
        world = World()
        world.run([record(0, b'{"specversion":"1.0","id":"a","source":"/s","type":"t"}')])
        world.run([record(1, b'{"type":"t","source":"/s","id":"a","specversion":"1.0"}')])
        assert (world.ids(), world.quarantined()) == (["a"], [])

    def test_another_content_under_the_same_id_goes_to_quarantine(self) -> None:
        world = World()
        assert world.run([record(0, {"id": "same", "data": 1}), record(1, {"id": "same", "data": 2})]) is None
        assert world.run([record(2, {"id": "same", "data": 3})]) is None
        assert [event["data"] for event in world.archived()] == [1]
        assert [entry["reason"] for entry in world.quarantined()] == ["id_conflict", "id_conflict"]

    def test_the_same_id_from_another_source_is_another_event(self) -> None:
        world = World()
        world.run([record(0, {"id": "same"}), record(1, {"id": "same", "source": "/other"})])
        assert world.ids() == ["same", "same"]


class TestQuarantine:
    """Records that can never be stored."""

    @pytest.mark.parametrize(
        ("data", "reason"),
        [
            (b"\xff", "undecodable"),
            (b"{", "undecodable"),
            (b"[" * 100_000, "undecodable"),
            (b"[]", "not_an_event"),
            (b'{"specversion":"1.0","id":"","source":"/s"}', "not_an_event"),
            (b'{"specversion":"1.0","id":"a","source":"/s t"}', "not_an_event"),
            (b'{"specversion":"1.0","id":1,"source":"/s"}', "not_an_event"),
            (b'{"specversion":"0.3","id":"a","source":"/s"}', "not_an_event"),
            (b'"' + b"x" * 270_000 + b'"', "too_large"),
        ],
        ids=lambda value: str(value)[:24],
    )
    def test_it_is_kept_with_its_reason_and_does_not_hold_up_the_others(self, data: bytes, reason: str) -> None:
        world = World()
        assert world.run([record(0), record(1, data), record(2)]) is None
        assert world.ids() == ["e0", "e2"]
        [entry] = world.quarantined()
        assert (entry["reason"], entry["shard"], entry["sequence"]) == (reason, SHARD, str(FIRST + 1))
        assert base64.b64decode(entry["data_base64"]) == data

    def test_data_that_is_no_base64_is_undecodable(self) -> None:
        world = World()
        broken = record(0)
        broken["kinesis"]["data"] = "*"
        assert world.run([broken]) is None
        assert [entry["reason"] for entry in world.quarantined()] == ["undecodable"]

    def test_a_batch_of_nothing_else_makes_no_object(self) -> None:
        world = World()
        world.run([record(0, b"x"), record(1, b"y")])
        assert len(world.quarantined()) == 2
        assert world.archived() == []

    def test_where_it_cannot_be_kept_the_record_comes_again_and_nothing_after_it_is_stored(self) -> None:
        world = World()
        world.s3.before = [client_error("SlowDown")]
        records = [record(0), record(1, b"x"), record(2)]
        assert world.run(records) == str(FIRST + 1)
        assert world.ids() == ["e0"]
        assert world.run(records[1:]) is None
        assert (world.ids(), len(world.quarantined())) == (["e0", "e2"], 1)


class TestFailures:
    """Services that fail for now: the batch is reported from there, and the retry repairs it."""

    def test_a_ledger_that_is_down_is_reported_from_its_first_event(self) -> None:
        world = World(workers=1)
        world.table.before = [None, client_error("ThrottlingException")]
        assert world.run(batch(0, 60)) == str(FIRST + 25)
        assert world.ids() == names(0, 25)
        assert world.run(batch(25, 60)) is None
        assert world.ids() == names(0, 60)

    @pytest.mark.parametrize("workers", [1, 8])
    def test_events_that_were_claimed_beside_one_that_failed_are_in_the_same_object_later(self, workers: int) -> None:
        world = World(workers=workers)
        world.table.refuse = [{0: "AccessDenied"}]
        failed = world.run(batch(0, 200))
        assert failed is not None
        assert world.run(batch(int(failed) - FIRST, 200)) is None
        assert sorted(world.ids(), key=lambda name: int(name[1:])) == names(0, 200)

    def test_a_claim_whose_answer_is_lost_is_claimed_again(self) -> None:
        world = World()
        world.table.after = [lost_answer()]
        assert world.run(batch(0, 3)) == str(FIRST)
        assert world.run(batch(0, 3)) is None
        assert world.ids() == names(0, 3)

    @pytest.mark.parametrize("code", ["ConditionalRequestConflict", "PreconditionFailed"])
    def test_a_put_that_loses_against_another_one_looks_again(self, code: str) -> None:
        world = World()
        world.s3.before = [client_error(code)]
        assert world.run(batch(0, 3)) is None
        assert world.ids() == names(0, 3)

    @pytest.mark.parametrize("code", ["ConditionalRequestConflict", "PreconditionFailed", "NoSuchKey"])
    def test_a_completion_that_loses_against_another_one_looks_again(self, code: str) -> None:
        world = World()
        world.s3.before = [CrashError()]  # type: ignore[list-item]
        with pytest.raises(CrashError):
            world.run(batch(0, 3))
        world.restart()
        world.run([record(0)])
        world.s3.before = [None, client_error(code)]
        assert world.run([record(1), record(2)]) is None
        assert world.ids() == names(0, 3)

    @pytest.mark.parametrize("code", ["SlowDown", "AccessDenied", "InternalError", "NoSuchBucket"])
    def test_a_put_that_fails_in_another_way_is_reported(self, code: str) -> None:
        world = World()
        world.s3.before = [client_error(code)]
        assert world.run(batch(0, 3)) == str(FIRST)
        assert world.archived() == []

    def test_a_put_whose_answer_is_lost_adds_nothing_when_it_is_repeated(self) -> None:
        world = World()
        world.s3.after = [lost_answer()]
        assert world.run(batch(0, 3)) == str(FIRST)
        before = dict(world.s3.objects)
        assert world.run(batch(0, 3)) is None
        assert world.s3.objects == before

    def test_an_object_that_cannot_be_read_is_never_overwritten(self) -> None:
        world = World()
        key = f"events/date=2025-06-15/hour=15/{SHARD}-{FIRST}.ndjson.gz"
        world.s3.objects["archive", key] = b"not ours"
        assert world.run(batch(0, 1)) == str(FIRST)
        assert world.s3.bodies("archive") == {key: b"not ours"}

    def test_when_time_runs_short_while_claiming_the_rest_comes_again(self) -> None:
        world = World(workers=1)
        assert world.run(batch(0, 250), 60_000, 60_000, 20_000) == str(FIRST + 25)
        assert world.ids() == names(0, 25)

    def test_when_there_is_no_time_to_put_everything_comes_again(self) -> None:
        world = World()
        assert world.run(batch(0, 3), 60_000, 60_000, 500) == str(FIRST)
        assert world.archived() == []
        assert world.run(batch(0, 3)) is None
        assert world.ids() == names(0, 3)


class TestMetrics:
    """Every event is counted as stored once, and every copy as a duplicate once, however often they come."""

    def test_what_is_there_already_is_not_counted_as_stored(self, capsys: pytest.CaptureFixture[str]) -> None:
        world = World()
        world.s3.after = [lost_answer()]
        world.run(batch(0, 3))
        world.restart()
        world.run(batch(0, 3))
        assert [each["EventsStored"] for each in metrics(capsys.readouterr().out)] == [0, 0]

    def test_only_what_completes_an_object_is_counted(self, capsys: pytest.CaptureFixture[str]) -> None:
        world = World()
        world.s3.before = [CrashError()]  # type: ignore[list-item]
        with pytest.raises(CrashError):
            world.run(batch(0, 5))
        world.restart()
        world.run(batch(3, 5))
        world.restart()
        world.run(batch(0, 5))
        assert [each["EventsStored"] for each in metrics(capsys.readouterr().out)] == [2, 3]

    def test_duplicates_behind_the_record_that_fails_are_counted_when_they_come_again(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        world = World()
        world.run([record(0)])
        same = {"id": "e0", "data": {"n": 0}}
        records = [record(1, same), record(2, b"poison"), record(3, same), record(4)]
        world.s3.before = [client_error("SlowDown")]
        failed = world.run(records)
        assert failed == str(FIRST + 2)
        assert world.run(records[1:]) is None
        expected = [(1, 0), (0, 1), (1, 1)]
        assert [tuple(each.values()) for each in metrics(capsys.readouterr().out)] == expected


class TestNames:
    """Limits of names are those of services, which count bytes."""

    @pytest.mark.parametrize(("extra", "reason"), [(0, None), (1, "not_an_event")])
    def test_a_name_is_as_long_as_its_bytes(self, extra: int, reason: str | None) -> None:
        world = World()
        room = MAX_IDENTITY_BYTES - len("/shop ")
        world.run([record(0, {"id": "é" * (room // 2) + "x" * (room % 2 + extra)})])
        assert [entry["reason"] for entry in world.quarantined()] == ([reason] if reason else [])
        assert len(world.archived()) == (0 if reason else 1)


class TestCutInAnotherWay:
    """What was claimed in one batch comes back in others."""

    @pytest.mark.parametrize("crash", ["between claim and put", "between put and answer"])
    def test_a_crash_is_repaired_by_the_halves_of_the_batch(self, crash: str) -> None:
        world = World()
        (world.s3.before if crash == "between claim and put" else world.s3.after).append(CrashError())  # type: ignore[arg-type]
        with pytest.raises(CrashError):
            world.run(batch(0, 10))
        assert world.run(batch(0, 5)) is None
        assert world.run(batch(5, 10)) is None
        assert sorted(world.ids(), key=lambda name: int(name[1:])) == names(0, 10)

    def test_the_second_half_alone_loses_nothing_of_the_first(self) -> None:
        world = World()
        world.s3.after = [CrashError()]  # type: ignore[list-item]
        with pytest.raises(CrashError):
            world.run(batch(0, 10))
        assert world.run(batch(5, 10)) is None
        assert world.ids() == names(0, 10)

    def test_halves_that_come_in_the_wrong_order_are_put_in_order(self) -> None:
        world = World()
        world.s3.before = [CrashError()]  # type: ignore[list-item]
        with pytest.raises(CrashError):
            world.run(batch(0, 10))
        assert world.run(batch(5, 10)) is None
        assert world.run(batch(0, 5)) is None
        assert world.ids() == names(0, 10)
        assert len(world.s3.bodies("archive")) == 1

    def test_batches_that_are_delivered_again_as_one_add_nothing(self) -> None:
        world = World()
        world.run(batch(0, 4))
        world.run(batch(4, 8))
        assert world.run(batch(0, 10)) is None
        assert sorted(world.ids()) == names(0, 10)
        first, second = (gzip.decompress(body).count(b"\n") for body in world.s3.bodies("archive").values())
        assert (first, second) == (6, 4)

    def test_two_that_complete_one_object_at_once_lose_nothing(self) -> None:
        world = World()
        world.s3.before = [CrashError()]  # type: ignore[list-item]
        with pytest.raises(CrashError):
            world.run(batch(0, 9))
        assert world.run(batch(0, 3)) is None

        def other_invocation() -> None:
            world.s3.between = lambda: None
            assert world.run(batch(3, 6)) is None

        world.s3.between = other_invocation
        assert world.run(batch(6, 9)) is None
        assert world.ids() == names(0, 9)

    def test_an_object_that_others_keep_replacing_is_left_for_later(self) -> None:
        world = World()
        world.run(batch(0, 3))
        world.s3.objects.clear()
        world.restart()
        world.run(batch(0, 1))

        def replaced() -> None:
            world.s3.objects = {key: body + body for key, body in world.s3.objects.items()}

        world.s3.between = replaced
        assert world.run(batch(0, 3)) == str(FIRST)


def test_without_a_ledger_a_repeated_batch_still_adds_nothing() -> None:
    world = World(days=0)
    assert world.run(batch(0, 3)) is None
    assert world.run(batch(0, 3)) is None
    assert world.ids() == names(0, 3)
    assert world.table.rows == {}


def test_a_broken_ledger_row_stops_the_batch_instead_of_losing_events() -> None:
    world = World()
    world.table.rows["/shop e0"] = {"sequence_number": {"S": "x"}, "object_key": {"S": "y"}}
    with pytest.raises(KeyError):
        world.run(batch(0, 1))
