"""Entry point: batches of records from the stream."""

import os
import time
from collections.abc import Mapping
from functools import cache
from typing import Any

from lambda_code.processor.archive import S3Archive
from lambda_code.processor.batch import Outcome, Processor
from lambda_code.processor.ledger import DynamoLedger, NoLedger
from lambda_code.processor.ports import Ledger
from lambda_code.processor.records import Batch, read_batch
from lambda_code.processor.settings import Settings
from lambda_code.shared import aws, environment
from lambda_code.shared.metrics import print_metrics
from lambda_code.shared.quarantine import Quarantine


def answer(event: Mapping[str, Any], context: aws.Context, processor: Processor, stack: str) -> dict[str, Any]:
    """Decode, claim and store a batch; report the first record that must be retried, if there is one."""
    began = time.monotonic()
    batch = read_batch(event["Records"])
    outcome = processor.process(batch, lambda: context.get_remaining_time_in_millis() / 1000)
    report(batch, outcome, stack, {"requestId": context.aws_request_id, "ms": round(1000 * (time.monotonic() - began))})
    failed = [] if outcome.failed_from is None else [outcome.failed_from]
    return {"batchItemFailures": [{"itemIdentifier": sequence} for sequence in failed]}


def report(batch: Batch, outcome: Outcome, stack: str, invocation: Mapping[str, object]) -> None:
    """Report what happened, to people and to CloudWatch; `invocation` is what the runtime calls it, and its time."""
    found = {
        **invocation,
        "records": len(batch.items),
        "object_key": batch.home,
        "completed": outcome.completed,
        **({"failed_from": outcome.failed_from} if outcome.failed_from else {}),
    }
    metrics = {
        "EventsStored": outcome.stored,
        "EventsDuplicate": outcome.duplicates,
        "EventsQuarantined": outcome.quarantined,
        "BytesStored": outcome.stored_bytes,
    }
    print_metrics(stack, "processor", "processed", metrics, found)


@cache
def settings() -> Settings:
    """The settings of this process."""
    return Settings.from_environ(os.environ)


@cache
def processor() -> Processor:
    """The processor of this process, from its environment variables."""
    told = settings()
    s3 = aws.client("s3", aws.STORE)
    ledger: Ledger = NoLedger()
    if told.ledger_table:
        ledger = DynamoLedger(aws.client("dynamodb", aws.STORE), told.ledger_table, told.deduplication_days)
    return Processor(ledger, S3Archive(s3, told.archive_bucket), Quarantine(s3, told.failures_bucket))


def handle(event: Mapping[str, Any], context: aws.Context) -> dict[str, Any]:
    """Answer one invocation by the event source mapping."""
    return answer(event, context, processor(), settings().stack)


if environment.is_lambda(os.environ):
    processor()  # during the cold start Lambda provides a full CPU
