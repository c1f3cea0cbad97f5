"""The stream."""

import math
from collections.abc import Iterator

from tools.cost.flow import HOURS, SECONDS
from tools.cost.pricing import Context, Line
from tools.cost.resources import Resource

SERVICE = "Kinesis"
_INCLUDED_HOURS, _EXTENDED_HOURS = 24, 168  # retention that is included, and at the price of extended retention


def stream(context: Context, resource: Resource) -> Iterator[Line]:
    """Capacity, what is written and read, and retention."""
    if resource.get("stream_mode_details.stream_mode") == "ON_DEMAND":
        yield from _on_demand(context, resource)
    else:
        yield from _provisioned(context, resource)
    hours = resource.number("retention_period", _INCLUDED_HOURS) - _EXTENDED_HOURS
    yield context.line(
        SERVICE, "retention beyond 7 days", "kinesis_long_term_gb_month", _kept_gb(context, hours), "kept"
    )


def _provisioned(context: Context, resource: Resource) -> Iterator[Line]:
    flow = context.flow
    hours = flow.shards * HOURS
    yield context.line(SERVICE, "shards", "kinesis_shard_hour", hours, "fixed")
    if resource.number("retention_period", _INCLUDED_HOURS) > _INCLUDED_HOURS:
        yield context.line(SERVICE, "retention beyond 24 hours", "kinesis_extended_shard_hour", hours, "fixed")
    units = flow.events * SECONDS * math.ceil(flow.record_bytes / context.figure("put_unit_bytes"))
    yield context.line(SERVICE, "records written", "kinesis_put_unit", units)


def _on_demand(context: Context, resource: Resource) -> Iterator[Line]:
    flow, step = context.flow, context.figure("record_step_bytes")
    yield context.line(SERVICE, "on-demand stream", "kinesis_stream_hour", HOURS, "fixed")
    written = flow.events * SECONDS * math.ceil(flow.record_bytes / step) * step / 2**30
    yield context.line(SERVICE, "data written", "kinesis_in_gb", written)
    yield context.line(SERVICE, "data read", "kinesis_out_gb", flow.events * SECONDS * flow.record_bytes / 2**30)
    retention = min(resource.number("retention_period", _INCLUDED_HOURS), _EXTENDED_HOURS)
    kept = _kept_gb(context, retention - _INCLUDED_HOURS)
    yield context.line(SERVICE, "retention beyond 24 hours", "kinesis_extended_gb_month", kept, "kept")


def _kept_gb(context: Context, hours: float) -> float:
    """What so many hours of the stream hold."""
    return max(0.0, hours) * 3600 * context.flow.events * context.flow.record_bytes / 2**30
