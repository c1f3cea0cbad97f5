"""Reading what a mapping leaves in its S3 destination."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from tests.unit.replay.world import MAPPING, SHARD, document, key, payload
from tools.replay import batch
from tools.replay.batch import NotABatchError, found, read
from tools.replay.selection import Wanted, select


def test_a_name_tells_the_shard_and_when_the_mapping_gave_up() -> None:
    name = f"aws/lambda/{MAPPING}/{SHARD}/2019/11/14/2019-11-14T00.38.06-9d0c0d1e-0a0b-4c4d-8e8f-000000000000"
    batch = found(name)
    assert batch
    assert (batch.key, batch.shard, batch.given_up) == (name, SHARD, datetime(2019, 11, 14, 0, 38, 6, tzinfo=UTC))


@pytest.mark.parametrize(
    "name",
    [
        "aws/lambda/",
        "aws/lambda/readme.txt",
        f"quarantine/{SHARD}-1.json",
        key(1).replace("T15", "T25"),
        key(1) + "/copy",
        key(1) + "\n",
    ],
)
def test_another_name_is_no_failed_batch(name: str) -> None:
    assert found(name) is None


def test_the_payload_is_handed_on_byte_for_byte() -> None:
    text = json.dumps(payload(1, 2), indent=1).replace("1750000001.25", "1.75000000125E9")
    assert read(document(text)).payload == text.encode()


def test_a_payload_that_is_an_object_keeps_every_value() -> None:
    content = payload(1, 2)
    batch = read(json.dumps({"requestContext": {}, "payload": content}).encode())
    assert json.loads(batch.payload) == content
    assert (len(batch.sequences), batch.why) == (2, "unknown")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not json",
        b"[]",
        b"\xff",
        b"{}",
        b'{"payload": null}',
        b'{"payload": "not json"}',
        b'{"payload": "[1]"}',
        b'{"payload": {"Records": 1}}',
        b'{"payload": {"Records": [1]}}',
        b'{"payload": {"Records": []}}',
        b'{"payload": {"Records": [{"kinesis": {}}]}}',
        b'{"payload": {"Records": [{"kinesis": {"sequenceNumber": 1}}]}}',
        b'{"payload": {"Records": [{"kinesis": {"sequenceNumber": "x"}}]}}',
        b'{"requestContext": 1, "payload": {"Records": [{"kinesis": {"sequenceNumber": "1"}}]}}',
        b"[" * 100_000,
    ],
)
def test_what_holds_no_records_is_no_batch(content: bytes) -> None:
    with pytest.raises(NotABatchError):
        read(content)


def test_a_payload_that_no_invocation_takes_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "MAX_PAYLOAD_BYTES", 100)
    with pytest.raises(NotABatchError, match="larger than the 100 bytes"):
        read(document(payload(1)))


TIMES = ["2025-06-15T10.00.00", "2025-06-15T11.00.00", "2025-06-16T00.00.00"]
KEYS = [key(number, time=time) for number, time in enumerate(TIMES)]


def noon(day: int, hour: int = 0) -> datetime:
    return datetime(2025, 6, day, hour, tzinfo=UTC)


@pytest.mark.parametrize(
    ("wanted", "chosen"),
    [
        (Wanted(), [0, 1, 2]),
        (Wanted(since=noon(15, 11)), [1, 2]),
        (Wanted(until=noon(15, 11)), [0]),
        (Wanted(since=noon(15, 11), until=noon(16)), [1]),
        (Wanted(limit=2), [0, 1]),
        (Wanted(since=noon(15, 11), limit=1), [1]),
    ],
)
def test_a_run_is_about_the_oldest_of_a_time(wanted: Wanted, chosen: list[int]) -> None:
    selection = select(reversed(KEYS), wanted)
    assert [batch.key for batch in selection.batches] == [KEYS[number] for number in chosen]
    assert selection.left_out == 3 - len(chosen)


def test_what_is_not_understood_is_named_and_not_chosen() -> None:
    selection = select(["aws/lambda/notes.txt", *KEYS], Wanted())
    assert (len(selection.batches), selection.strange, selection.left_out) == (3, ["aws/lambda/notes.txt"], 0)
