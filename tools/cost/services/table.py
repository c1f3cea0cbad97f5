"""The ledger's table."""

import math
from collections.abc import Iterator

from tools.cost.flow import DAYS, HOURS, SECONDS
from tools.cost.prices import PriceList
from tools.cost.pricing import Context, Line
from tools.cost.resources import Resource

SERVICE = "DynamoDB"
_TRACKING = "target_tracking_scaling_policy_configuration"
_METRIC = f"{_TRACKING}.predefined_metric_specification.predefined_metric_type"


def table(context: Context, resource: Resource) -> Iterator[Line]:
    """Claims, the rows that are kept, and their recovery."""
    if resource.id != "ledger":
        context.is_unknown(resource, "what is written to this table and read from it: there are no figures of it")
        return
    flow = context.flow
    reads = flow.duplicates * context.figure("read_units_per_duplicate")
    writes = flow.events * writes_per_event(context.prices)
    if resource.get("billing_mode") == "PROVISIONED":
        yield from _provisioned(context, resource, writes, reads)
    else:
        yield context.line(SERVICE, "claims", "dynamodb_write_unit", writes * SECONDS)
        yield context.line(SERVICE, "reads for copies", "dynamodb_read_unit", reads * SECONDS)
    rows = flow.stored * SECONDS * min(context.traffic.months, _days_kept(context) / DAYS)
    stored = rows * (context.figure("row_bytes") + context.figure("row_overhead_bytes")) / 2**30
    yield context.line(SERVICE, "rows", "dynamodb_gb_month", stored, "kept")
    if resource.get("point_in_time_recovery.enabled"):
        yield context.line(SERVICE, "point-in-time recovery", "dynamodb_recovery_gb_month", stored, "kept")


def scaling_policy(context: Context, _resource: Resource) -> Iterator[Line]:
    """The alarms that Application Auto Scaling creates for a policy."""
    alarms = context.figure("scaling_alarms")
    yield context.line("CloudWatch", "alarms of auto scaling", "alarm_metric", alarms, "fixed")


def writes_per_event(prices: PriceList) -> float:
    """Write units that claiming an event takes: one for each KB of its row, as often as a claim is counted."""
    size = math.ceil(prices.figures["row_bytes"] / prices.figures["write_unit_bytes"])
    return size * prices.figures["write_units_per_event"]


def capacity(context: Context, resource: Resource, kind: str, needed: float) -> float:
    """Provisioned units of a kind (`write` or `read`): what scaling makes of those needed, or what is fixed."""
    name = f"{kind.capitalize()}Capacity"
    targets = context.resources.of("aws_appautoscaling_target")
    target = next((each for each in targets if name in str(each.get("scalable_dimension"))), None)
    if target is None:
        return resource.number(f"{kind}_capacity", 1)
    aims = (each for each in context.resources.of("aws_appautoscaling_policy") if name in str(each.get(_METRIC)))
    percent = next((each.number(f"{_TRACKING}.target_value") for each in aims), 100.0)
    least, most = (target.number(f"{end}_capacity", 1) for end in ("min", "max"))
    return min(max(math.ceil(needed * 100 / percent), least), most)


def _provisioned(context: Context, resource: Resource, writes: float, reads: float) -> Iterator[Line]:
    for kind, needed in (("write", writes), ("read", reads)):
        hours = HOURS * capacity(context, resource, kind, needed)
        price = f"dynamodb_{kind}_capacity_hour"
        yield context.line(SERVICE, f"provisioned {kind} capacity", price, hours, "fixed")


def _days_kept(context: Context) -> float:
    """`deduplication.days`, which the processor writes into the rows."""
    processor = context.resources.find("aws_lambda_function", "processor")
    return processor.number("environment.variables.TAP_DEDUPLICATION_DAYS") if processor else 0.0
