"""Entry point: hourly by the schedule, or by hand for hours that are named."""

import os
import time
from collections.abc import Mapping
from functools import cache
from typing import Any

import msgspec

from lambda_code.compactor import request
from lambda_code.compactor.archive import S3Archive
from lambda_code.compactor.athena import Athena
from lambda_code.compactor.catalog import GlueCatalog
from lambda_code.compactor.compactor import Compactor, Report
from lambda_code.compactor.settings import Settings
from lambda_code.shared import aws, environment
from lambda_code.shared.metrics import print_metrics

_MOST_NAMES = 500  # in a line of log, which holds 256 KB


def answer(event: object, context: aws.Context, compactor: Compactor, stack: str) -> dict[str, Any]:
    """Make one run; raises NotARequestError, or UnavailableError where it can't be made for now."""
    began = time.monotonic()
    made = compactor.run(request.read(event), lambda: context.get_remaining_time_in_millis() / 1000)
    report(made, stack, {"requestId": context.aws_request_id, "ms": round(1000 * (time.monotonic() - began))})
    answered: dict[str, Any] = msgspec.to_builtins(made.answer)
    return answered


def report(made: Report, stack: str, invocation: Mapping[str, object]) -> None:
    """Report what happened, to people and to CloudWatch; `invocation` is what the runtime calls it, and its time."""
    found = made.answer
    about = {
        **invocation,
        "through": found.through,
        "waiting": found.waiting,
        **{name: getattr(found, name)[:_MOST_NAMES] for name in ("compacted", "different", "unstable", "expired")},
    }
    metrics = {
        "HoursCompacted": len(found.compacted),
        "HoursDifferent": len(found.different),
        "HoursExpired": len(found.expired),
    }
    if made.lag_hours is not None:
        metrics["CompactionLagHours"] = made.lag_hours
    print_metrics(stack, "compactor", "another run is at work" if found.busy else "compacted", metrics, about)


@cache
def settings() -> Settings:
    """The settings of this process."""
    return Settings.from_environ(os.environ)


@cache
def compactor() -> Compactor:
    """The compactor of this process, from its environment variables."""
    told = settings()
    return Compactor(
        S3Archive(aws.client("s3", aws.STORE), told.archive_bucket),
        Athena(
            aws.client("athena", aws.STORE),
            workgroup=told.workgroup,
            database=told.database,
            bucket=told.archive_bucket,
        ),
        GlueCatalog(
            aws.client("glue", aws.STORE),
            database=told.database,
            bucket=told.archive_bucket,
            events_view=told.events_view,
        ),
        check_days=told.check_days,
        raw_expiration_days=told.raw_expiration_days,
    )


def handle(event: object, context: aws.Context) -> dict[str, Any]:
    """Answer one invocation."""
    return answer(event, context, compactor(), settings().stack)


if environment.is_lambda(os.environ):
    compactor()  # during the cold start Lambda provides a full CPU
