"""The same traffic with other settings, to compare."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from stacks.traffic_settings import TrafficSettings
from tools.cost.estimate import Estimate, estimate
from tools.cost.flow import flow_of, shards_needed
from tools.cost.prices import PriceList, price_list
from tools.cost.resources import Resources
from tools.cost.services.table import writes_per_event

_MANY = 100  # events in a request
_USED = 0.7  # of the capacity that is provisioned


@dataclass(frozen=True, kw_only=True, slots=True)
class Alternative:
    """Other settings, and what the stack costs with them."""

    what: str
    estimate: Estimate


def alternatives(resources: Resources, traffic: TrafficSettings, region: str) -> Iterator[Alternative]:
    """What a pipeline costs with one setting changed."""
    prices = price_list(region)
    for what, changed in _changed(resources, traffic, prices):
        yield Alternative(what=what, estimate=estimate(changed, traffic, region))
    events = _MANY if traffic.events_per_request < _MANY else 1
    requests = traffic.model_copy(update={"events_per_request": events})
    yield Alternative(
        what=f"requests of {events} event{'s' * (events > 1)}", estimate=estimate(resources, requests, region)
    )


def with_capacity(resources: Resources, traffic: TrafficSettings, prices: PriceList) -> Resources:
    """The stack with as many shards as the traffic needs, where it has fewer."""
    stream = next(resources.of("aws_kinesis_stream"), None)
    if stream is None or stream.get("stream_mode_details.stream_mode") == "ON_DEMAND":
        return resources
    needed = _shards(resources, traffic, prices)
    return resources.changed("aws_kinesis_stream", shard_count=max(needed, int(stream.number("shard_count", 1))))


def without_compaction(resources: Resources) -> Resources:
    """The stack without the compactor, its workgroup and its alarms."""
    return Resources(tuple(each for each in resources.all if "compact" not in each.id))


def _shards(resources: Resources, traffic: TrafficSettings, prices: PriceList) -> int:
    """Shards that the traffic fills to no more than _USED."""
    flow = flow_of(resources, traffic, prices)
    return shards_needed(flow.events / _USED, flow.record_bytes, prices)


def _changed(resources: Resources, traffic: TrafficSettings, prices: PriceList) -> Iterator[tuple[str, Resources]]:
    stream = next(resources.of("aws_kinesis_stream"))
    if stream.get("stream_mode_details.stream_mode") == "ON_DEMAND":
        shards = _shards(resources, traffic, prices)
        settings = {"stream_mode_details": {"stream_mode": "PROVISIONED"}, "shard_count": shards}
        yield f"{shards} shard{'s' * (shards > 1)}", resources.changed(stream.type, **settings)
    else:
        on_demand = {"stream_mode": "ON_DEMAND"}
        yield "a stream on demand", resources.changed(stream.type, stream_mode_details=on_demand)
    if table := resources.find("aws_dynamodb_table", "ledger"):
        if table.get("billing_mode") == "PROVISIONED":
            scaled = resources.without("aws_appautoscaling_target").without("aws_appautoscaling_policy")
            yield "a ledger on demand", scaled.changed(table.type, billing_mode="PAY_PER_REQUEST")
        else:
            flow, copies = flow_of(resources, traffic, prices), prices.figures["read_units_per_duplicate"]
            writes = math.ceil(flow.events * writes_per_event(prices) / _USED) or 1
            reads = math.ceil(flow.duplicates * copies / _USED) or 1
            settings = {"billing_mode": "PROVISIONED", "write_capacity": writes, "read_capacity": reads}
            yield f"a ledger of {writes:,} provisioned write units", resources.changed(table.type, **settings)
        yield "no deduplication", resources.without(table.type)
    if resources.find("aws_lambda_function", "compactor"):
        yield "no compaction", without_compaction(resources)
    if any(each.get("tracing_config.mode") == "Active" for each in resources.of("aws_lambda_function")):
        yield "no tracing", resources.changed("aws_lambda_function", tracing_config={"mode": "PassThrough"})
