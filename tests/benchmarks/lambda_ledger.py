"""What a claim takes: write units as an emulator counts them, processor time, and time where the table is far away.

It is compared with claims in transactions, and with the idempotency of Powertools for AWS Lambda.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import botocore.session

from lambda_code.processor.archive import S3Archive
from lambda_code.processor.batch import WORKERS, Processor
from lambda_code.processor.handler import answer
from lambda_code.processor.ledger import DynamoLedger
from lambda_code.processor.ports import Claim, Ledger, Row
from lambda_code.shared import aws
from lambda_code.shared.quarantine import Quarantine
from tests.benchmarks.lambda_cpu import Context, cpu_seconds, quiet, unsent
from tests.benchmarks.lambda_process import INSERTED, RECORDS, Bucket, make_record
from tests.benchmarks.measure import ROOT, BrokenError, clean_environ
from tests.benchmarks.report import Target
from tests.benchmarks.tools import MissingError, python_of
from tests.integration.emulator import running_emulator

_TABLE = "ledger"
_FAR_SECONDS = 0.005
_MAX_UNITS = 1
_MAX_TIMES = 1.0
_POWERTOOLS_EVENTS = 200


class Transactions:
    """Claims in transactions of 100, one after the other, which all succeed: two write units for each row."""

    size = 100

    def __init__(self, client: Any) -> None:
        self._client = client

    def claim(self, wanted: Sequence[Row]) -> Sequence[Row]:
        """Write all or none."""
        puts = [
            {
                "TableName": _TABLE,
                "Item": {
                    "id": {"S": claim.identity},
                    "sequence_number": {"S": claim.sequence},
                    "content_hash": {"S": claim.content_hash},
                    "object_key": {"S": claim.home},
                    "expires_at": {"N": "1800000000"},
                },
                "ConditionExpression": "attribute_not_exists(id) OR expires_at < :now",
                "ExpressionAttributeValues": {":now": {"N": "1700000000"}},
                "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
            }
            for claim in wanted
        ]
        self._client.transact_write_items(TransactItems=[{"Put": put} for put in puts])
        return wanted


def claiming(rounds: int, skipped: dict[str, str]) -> Iterator[Target]:
    """Everything about claims; what can't be had here is added to `skipped`."""
    yield from _processor_time(rounds)
    yield from _far_away(rounds)
    with tempfile.TemporaryDirectory(prefix="bench-") as home, running_emulator(Path(home)) as url:
        yield from _units(url)
        try:
            yield from _powertools(url)
        except MissingError as reason:
            skipped["Powertools"] = str(reason)


def _clients() -> tuple[Any, Any]:
    """For inserts and for transactions, which are made and signed, and succeed without being sent."""
    return unsent("dynamodb", aws.STORE, INSERTED), unsent("dynamodb", aws.STORE, b"{}")


def _processor_time(rounds: int) -> Iterator[Target]:
    batch = {"Records": [make_record(number) for number in range(RECORDS)]}
    inserts, transactions = _clients()
    found = cpu_seconds(
        {
            "inserts": lambda: _run(DynamoLedger(inserts, _TABLE, 35), batch, WORKERS),
            "transactions": lambda: _run(Transactions(transactions), batch, 1),
        },
        rounds=rounds,
        repeats=1,
    )
    yield Target("processor: a batch / with claims in transactions", found["inserts"] / found["transactions"], None)


def _far_away(rounds: int) -> Iterator[Target]:
    """Seconds, and not processor time: a table that answers after 5 ms is mostly waited for."""
    batch = {"Records": [make_record(number) for number in range(RECORDS)]}
    inserts, transactions = _clients()
    for client in (inserts, transactions):
        client.meta.events.register_first("before-send.dynamodb", lambda **_: time.sleep(_FAR_SECONDS))
    ways: list[tuple[Ledger, int]] = [(DynamoLedger(inserts, _TABLE, 35), WORKERS), (Transactions(transactions), 1)]
    samples: list[list[float]] = [[], []]
    with quiet():
        for turn in range(-1, min(rounds, 15)):
            for (ledger, workers), taken in zip(ways, samples, strict=True):
                began = time.perf_counter()
                _run(ledger, batch, workers)
                if turn >= 0:
                    taken.append(time.perf_counter() - began)
    ours, before = (statistics.median(taken) for taken in samples)
    yield Target(f"processor: a batch of {RECORDS}, a table 5 ms away", ours * 1e3, None, "ms")
    yield Target("processor: the same / with claims in transactions", ours / before, _MAX_TIMES)


def _run(ledger: Ledger, batch: dict[str, Any], workers: int) -> None:
    bucket: Any = Bucket()
    processor = Processor(ledger, S3Archive(bucket, "archive"), Quarantine(bucket, "failures"), workers=workers)
    assert not answer(batch, Context(), processor, "tap-bench")["batchItemFailures"]


def _units(url: str) -> Iterator[Target]:
    """What the emulator says that calls have consumed."""
    session = botocore.session.get_session()
    session.set_credentials("test", "test")
    client: Any = session.create_client("dynamodb", region_name="us-east-1", endpoint_url=url, config=aws.STORE)
    client.create_table(
        TableName=_TABLE,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    units: list[float] = []

    def ask(params: dict[str, Any], **_: object) -> None:
        params["ReturnConsumedCapacity"] = "TOTAL"

    def count(parsed: dict[str, Any], **_: object) -> None:
        units.extend(each["CapacityUnits"] for each in parsed["ConsumedCapacity"])

    for call in ("BatchExecuteStatement", "TransactWriteItems"):
        client.meta.events.register(f"before-parameter-build.dynamodb.{call}", ask)
        client.meta.events.register(f"after-call.dynamodb.{call}", count)

    def consumed(ledger: Ledger, *, sequence: str, source: str) -> float:
        units.clear()
        claims = [Claim(f"{source} {number}", sequence, "2:0", "events/x") for number in range(RECORDS)]
        for start in range(0, RECORDS, ledger.size):
            assert len(ledger.claim(claims[start : start + ledger.size])) == ledger.size
        return sum(units) / RECORDS

    ours = DynamoLedger(client, _TABLE, 35)
    yield Target("ledger: write units of an event", consumed(ours, sequence="1", source="/a"), _MAX_UNITS, "units")
    yield Target("ledger: write units of a copy", consumed(ours, sequence="2", source="/a"), _MAX_UNITS, "units")
    before = consumed(Transactions(client), sequence="1", source="/b")
    yield Target("ledger: write units of an event claimed in a transaction", before, None, "units")


def _powertools(url: str) -> Iterator[Target]:
    app = str(ROOT / "tests/benchmarks/apps/powertools_app.py")
    command = [python_of("powertools"), app, url, _TABLE, str(_POWERTOOLS_EVENTS)]
    environ = clean_environ() | {"PATH": os.environ.get("PATH", ""), "POWERTOOLS_SERVICE_NAME": "bench"}
    run = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    if run.returncode:
        raise BrokenError(run.stderr.strip()[-500:])
    found = json.loads(run.stdout.splitlines()[-1])
    yield Target("Powertools idempotency: write units of an event", found["units"], None, "units")
    yield Target("Powertools idempotency: an event, calls included", found["cpu_us"], None, "µs")
