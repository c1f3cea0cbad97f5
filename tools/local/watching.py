"""Summarizes the logs, alarms and stored objects of a pipeline."""

import time
from collections import Counter
from collections.abc import Mapping
from typing import Any

from stacks.settings import FUNCTIONS
from tools.local.pipeline import Pipeline

_NOISE = ("START RequestId: ", "END RequestId: ")
_LAST = 10  # lines per function
_BUCKETS = (("archive", "events/"), ("failures", "quarantine/"), ("failures", "aws/lambda/"), ("inbox", "incoming/"))


def recent_logs(pipeline: Pipeline) -> str:
    """The latest log lines of every function."""
    client = pipeline.account.client("logs")
    lines = []
    for function in FUNCTIONS:
        name = pipeline.outputs.get(f"{function}_function")
        if name is None:
            continue
        group = f"/aws/lambda/{name}"
        found = [
            one
            for one in client.filter_log_events(logGroupName=group)["events"]
            if not one["message"].startswith(_NOISE)
        ]
        lines += [f"{group}: {'the latest of ' if len(found) > _LAST else ''}{len(found)} lines"]
        lines += [f"  {_clock(one)} {one['message'].rstrip()}" for one in found[-_LAST:]]
    return "\n".join(lines)


def _clock(entry: Mapping[str, Any]) -> str:
    return time.strftime("%H:%M:%S", time.localtime(entry["timestamp"] / 1000))


def summary(pipeline: Pipeline) -> str:
    """Health, number of objects by bucket and prefix, number of alarms by state, and every alarm in ALARM."""
    alarms = pipeline.account.client("cloudwatch").describe_alarms(MaxRecords=100)["MetricAlarms"]
    states = Counter(alarm["StateValue"] for alarm in alarms)
    ringing = [f"  ALARM {one['AlarmName']}: {one['StateReason']}" for one in alarms if one["StateValue"] == "ALARM"]
    health = "healthy" if pipeline.is_healthy() else "GET /health fails"
    return "\n".join(
        [
            f"{pipeline.account.region}: {health}",
            *(f"  {_count(pipeline, bucket, prefix)}" for bucket, prefix in _BUCKETS),
            f"  {len(alarms)} alarms: {', '.join(f'{count} {state}' for state, count in sorted(states.items()))}",
            *ringing,
            f"  alarm topic: {pipeline.outputs['alerts_topic_arn']}",
        ]
    )


def _count(pipeline: Pipeline, bucket: str, prefix: str) -> str:
    name = pipeline.outputs[f"{bucket}_bucket"]
    pages = pipeline.account.client("s3").get_paginator("list_objects_v2").paginate(Bucket=name, Prefix=prefix)
    return f"{sum(page['KeyCount'] for page in pages):5} objects in s3://{name}/{prefix}"
