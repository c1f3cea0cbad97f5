"""A stretch of the stream again: what is missing is stored, and nothing twice."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.project import ENVIRONMENTS
from tests.unit.replay.world import SHARD, World, payload
from tools.replay import __main__ as command
from tools.replay import again
from tools.replay.again import Stretch
from tools.replay.ports import Answer, ServiceError
from tools.replay.stretch import MAX_BYTES, MAX_RECORDS, Record, batches, until
from tools.replay.target import Target

_START = datetime.fromtimestamp(1_750_000_000, UTC)


@dataclass
class Stream:
    """Shards with records, as GetRecords gives them."""

    kept: dict[str, list[Record]]
    asked: list[tuple[str, datetime]] = field(default_factory=list)

    def shards(self) -> list[str]:
        return [*self.kept]

    def records(self, shard: str, start: datetime) -> Iterator[Record]:
        self.asked.append((shard, start))
        yield from (one for one in self.kept[shard] if one["ApproximateArrivalTimestamp"] >= start)


def _records(*numbers: int, shard: str = SHARD) -> list[Record]:
    """The records that the world's payloads hold, as the stream has them."""
    return [
        {
            "SequenceNumber": one["kinesis"]["sequenceNumber"],
            "Data": base64.b64decode(one["kinesis"]["data"]),
            "PartitionKey": "key",
            "ApproximateArrivalTimestamp": datetime.fromtimestamp(one["kinesis"]["approximateArrivalTimestamp"], UTC),
        }
        for one in payload(*numbers, shard=shard)["Records"]
    ]


def _replay(world: World, stream: Stream, **more: Any) -> int:
    options: dict[str, Any] = {"deduplicates": True, "dry_run": False, "concurrency": 2, "stop": threading.Event()}
    stretch = Stretch(source=stream, start=more.pop("start", _START), end=more.pop("end", _START + timedelta(hours=1)))
    return again.replay(stretch, world, **options | more)


def test_what_is_missing_is_stored_and_nothing_twice(capsys: pytest.CaptureFixture[str]) -> None:
    world, stream = World(), Stream({SHARD: _records(1, 2, 3, 4)})
    # The mapping divided them otherwise, and the batch of the third was lost.
    for numbers in ((1, 2), (4,)):
        world.invoke(json.dumps(payload(*numbers)).encode())
    assert world.ids() == ["e001", "e002", "e004"]
    for _ in range(2):
        assert _replay(world, stream) == 0
        assert world.ids() == ["e001", "e002", "e003", "e004"]
    assert "4 records replayed; 0 of 1 shards stopped early." in capsys.readouterr().out


def test_a_record_is_handed_on_as_the_mapping_does_it() -> None:
    (batch,) = batches(SHARD, _records(1, 2))
    (given, _) = json.loads(batch.payload)["Records"]
    (wanted, _) = payload(1, 2)["Records"]
    assert given["eventID"] == wanted["eventID"]
    assert wanted["kinesis"].items() <= given["kinesis"].items()
    assert batch.sequences == tuple(one["kinesis"]["sequenceNumber"] for one in payload(1, 2)["Records"])


def test_only_what_came_in_that_time_is_replayed() -> None:
    world, stream = World(), Stream({SHARD: _records(1, 2, 3, 4)})
    start, end = _START + timedelta(seconds=2), _START + timedelta(seconds=4)
    assert _replay(world, stream, start=start, end=end) == 0
    assert world.ids() == ["e002", "e003"]
    assert stream.asked == [(SHARD, start)]


def test_a_record_that_seems_to_have_come_earlier_than_the_one_before_it_is_not_missed() -> None:
    first, second, third = _records(1, 2, 3)
    assert [*until([second, first, third], _START + timedelta(seconds=2))] == [first]
    read: list[Record] = []

    def reading() -> Iterator[Record]:
        for record in _records(1, 100, 200):
            read.append(record)
            yield record

    assert [*until(reading(), _START + timedelta(seconds=2))] == _records(1)
    assert len(read) == 2, "what came a minute later than the end is where reading ends"


def test_shards_are_replayed_each_for_itself(capsys: pytest.CaptureFixture[str]) -> None:
    other = "shardId-000000000002"
    world = World()
    world.answers = [Answer(b'{"errorMessage":"no"}', "Unhandled")]
    stream = Stream({SHARD: _records(1), other: _records(2, shard=other)})
    assert _replay(world, stream, concurrency=1) == 1
    assert world.ids() == ["e002"]
    said = capsys.readouterr()
    first = payload(1)["Records"][0]["kinesis"]["sequenceNumber"]
    assert f"{SHARD}: 0 records in the archive" in said.err
    assert f"FAILED: the processor failed (Unhandled): no (the batch begins with {first})" in said.err
    assert "1 record replayed; 1 of 2 shards stopped early." in said.out


def test_a_dry_run_only_counts(capsys: pytest.CaptureFixture[str]) -> None:
    world, stream = World(), Stream({SHARD: _records(1, 2)})
    assert _replay(world, stream, dry_run=True, deduplicates=False) == 0
    assert world.invoked == []
    assert "2 records would be replayed" in capsys.readouterr().out


def test_without_a_ledger_it_is_refused_since_all_would_be_stored_again(capsys: pytest.CaptureFixture[str]) -> None:
    world, stream = World(), Stream({SHARD: _records(1)})
    assert _replay(world, stream, deduplicates=False) == 2
    assert world.invoked == []
    assert "this stack has no ledger" in capsys.readouterr().err


def test_an_interrupt_ends_it_before_the_next_batch() -> None:
    world, stop = World(), threading.Event()
    stop.set()
    assert _replay(world, Stream({SHARD: _records(1)}), stop=stop) == 130
    assert world.invoked == []


def test_a_service_that_fails_is_told_with_its_shard(capsys: pytest.CaptureFixture[str]) -> None:
    class Broken(Stream):
        def records(self, shard: str, start: datetime) -> Iterator[Record]:  # noqa: ARG002
            raise ServiceError("reading: AccessDenied")
            yield

    assert _replay(World(), Broken({SHARD: []})) == 1
    assert "FAILED: reading: AccessDenied" in capsys.readouterr().err


def test_a_batch_is_no_larger_than_an_invocation_takes() -> None:
    (record,) = _records(1)
    many = [{**record, "SequenceNumber": str(number)} for number in range(MAX_RECORDS + 1)]
    assert [len(batch.sequences) for batch in batches(SHARD, many)] == [MAX_RECORDS, 1]
    large = [{**record, "Data": b"x" * (MAX_BYTES // 4)} for _ in range(5)]
    assert [len(batch.sequences) for batch in batches(SHARD, large)] == [2, 2, 1]
    assert [*batches(SHARD, [])] == []


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["--to", "2026-01-31"], "--to needs --from"),
        (["--from", "2026-01-31", "--since", "2026-01-31"], "give one of both"),
        (["--from", "2026-01-31", "--limit", "1"], "give one of both"),
        (["--from", "2026-01-31", "--to", "2026-01-31"], "--from must be before --to"),
        (["--from", "2999-01-01"], "in the past"),
    ],
)
def test_wrong_usage_is_refused(given: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        command.main(["--stack", "tap-dev-us-east-1", *given], {})
    assert said in capsys.readouterr().err


def test_the_command_reads_the_stack_s_stream_instead_of_its_bucket(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    world, stream = World(), Stream({SHARD: _records(1)})
    named: list[str] = []

    def open_stream(target: Target) -> Stream:
        named.append(target.stream)
        return stream

    monkeypatch.setattr(command, "ENVIRONMENTS", ENVIRONMENTS)
    monkeypatch.setattr(command, "connect", lambda _target, *, concurrency: (world, world))  # noqa: ARG005
    monkeypatch.setattr(command, "open_stream", open_stream)
    assert command.main(["--stack", "tap-dev-us-east-1", "--from", "2025-06-15"], {}) == 0
    assert named == ["tap-events-dev-us-east-1"]
    assert world.ids() == ["e001"]
    assert "1 record replayed" in capsys.readouterr().out
