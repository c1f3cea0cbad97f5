"""What copies cost the processor: a batch of 500 duplicates whose events are in few or in many full objects."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lambda_code.processor.archive import S3Archive
from lambda_code.processor.batch import Processor
from lambda_code.processor.handler import answer
from lambda_code.processor.objects import pack
from lambda_code.processor.ports import Claim, Row
from lambda_code.processor.records import Arrived, as_record, read_batch
from lambda_code.shared.quarantine import Quarantine
from tests.benchmarks.lambda_cpu import Context, cpu_seconds
from tests.benchmarks.lambda_process import FIRST, RECORDS, make_record
from tests.benchmarks.report import Target

HOMES = (1, 20, 500)


class _Bucket:
    """Holds objects, and counts what is read."""

    def __init__(self, objects: Mapping[str, bytes]) -> None:
        self._objects = objects
        self.reads = 0

    def get_object(self, *, Key: str, **_: str) -> dict[str, Any]:  # noqa: N803
        self.reads += 1
        return {"Body": io.BytesIO(self._objects[Key]), "ETag": "tag"}


class _Ledger:
    """Has a row for every event, of another record."""

    def __init__(self, rows: Sequence[Claim]) -> None:
        self._rows = {row.identity: row for row in rows}

    size = RECORDS

    def claim(self, wanted: Sequence[Row]) -> Sequence[Row]:
        return [self._rows[claim.identity] for claim in wanted]


def duplicates(rounds: int) -> Iterator[Target]:
    """In a process that has seen none of the objects, and in one that has seen all; waiting for S3 is left out."""
    event = {"Records": [make_record(number) for number in range(RECORDS)]}
    items = [item for item in read_batch(event["Records"]).items if isinstance(item, Arrived)]
    for homes in HOMES:
        bucket = _Bucket({_home(number): _full_object(items, number) for number in range(homes)})
        rows = [_row(item, number, homes) for number, item in enumerate(items)]
        warm = _processor(rows, bucket)

        def run(processor: Processor) -> None:
            assert not answer(event, Context(), processor, "tap-bench")["batchItemFailures"]

        found = cpu_seconds(
            {"cold": lambda: run(_processor(rows, bucket)), "warm": lambda: run(warm)},  # noqa: B023
            rounds=min(rounds, 5),
            repeats=1,
        )
        where = f"{homes} objects" if homes > 1 else "one object"
        yield Target(f"processor: a duplicate of 500, in {where}", _us(found["cold"]), None, "µs")
        yield Target(f"processor: a duplicate of 500, in {where} seen before", _us(found["warm"]), None, "µs")


def _processor(rows: Sequence[Claim], bucket: Any) -> Processor:
    return Processor(_Ledger(rows), S3Archive(bucket, "archive"), Quarantine(bucket, "failures"))


def _home(number: int) -> str:
    return f"events/date=2026-01-31/hour=10/{number}.ndjson.gz"


def _row(item: Arrived, number: int, homes: int) -> Claim:
    return Claim(item.identity, _sequence(number, number % homes), item.content_hash, _home(number % homes))


def _full_object(items: Sequence[Arrived], home: int) -> bytes:
    """A full batch; of its events those with this home are found by their numbers, and the others fill it up."""
    numbered = {_sequence(number, home): item for number, item in enumerate(items)}
    return pack({sequence: as_record(item, sequence).line for sequence, item in numbered.items()})


def _sequence(number: int, home: int) -> str:
    return str(FIRST - 10**9 + 10**4 * home + number)


def _us(seconds: float) -> float:
    return seconds / RECORDS * 1e6
