"""Which limit of a pipeline is met at which rate."""

from collections.abc import Iterator
from dataclasses import dataclass

from stacks.traffic_settings import TrafficSettings
from tools.cost.flow import flow_of, largest_batch, processor_running
from tools.cost.prices import PriceList
from tools.cost.resources import Resource, Resources
from tools.cost.services.table import writes_per_event


@dataclass(frozen=True, kw_only=True, slots=True)
class Limit:
    """A limit: events per second that meet it, and the setting or quota that decides."""

    what: str
    events_per_second: float
    decided_by: str


def limits(resources: Resources, traffic: TrafficSettings, prices: PriceList) -> list[Limit]:
    """Every limit of a pipeline, the first to be met first; none where there is no stream."""
    if not any(resources.of("aws_kinesis_stream")):
        return []
    found = (*_requests(resources, traffic, prices), *_stream(resources, traffic, prices), *_table(resources, prices))
    return sorted(found, key=lambda limit: limit.events_per_second)


def _requests(resources: Resources, traffic: TrafficSettings, prices: PriceList) -> Iterator[Limit]:
    """The API, and the receiver's execution environments; without requests there is no limit."""
    share = 1 - traffic.file_percent / 100
    if not share:
        return
    events = traffic.events_per_request / share  # that arrive with each request
    for stage in resources.of("aws_apigatewayv2_stage"):
        rate = stage.number("default_route_settings.throttling_rate_limit")
        yield Limit(
            what="requests to the API", events_per_second=rate * events, decided_by="api.throttle_rate_per_second"
        )
    quota = prices.limits["api_requests"] * events
    yield Limit(
        what="requests to all APIs of account and region",
        events_per_second=quota,
        decided_by="api.account_rate_per_second",
    )
    receiver = resources.find("aws_lambda_function", "receiver")
    running = flow_of(resources, traffic, prices).functions["receiver"]
    if receiver:
        at_a_time, decided_by = _concurrency(receiver, prices)
        rate = at_a_time / running.seconds * events
        yield Limit(what="executions of the receiver", events_per_second=rate, decided_by=decided_by)


def _stream(resources: Resources, traffic: TrafficSettings, prices: PriceList) -> Iterator[Limit]:
    """What the stream takes, and what the processor reads from it."""
    flow, quotas = flow_of(resources, traffic, prices), prices.limits
    for stream in resources.of("aws_kinesis_stream"):
        if stream.get("stream_mode_details.stream_mode") == "ON_DEMAND":
            rate = min(quotas["on_demand_records"], quotas["on_demand_bytes"] / flow.record_bytes)
            what, decided_by = "writes to a new on-demand stream", "quota; later twice the highest of 30 days"
        else:
            rate = flow.shards * min(quotas["shard_records"], quotas["shard_bytes"] / flow.record_bytes)
            what, decided_by = "writes to the shards", "stream.shards"
        yield Limit(what=what, events_per_second=rate, decided_by=decided_by)
    processor = resources.find("aws_lambda_function", "processor")
    for mapping in resources.of("aws_lambda_event_source_mapping"):
        if processor:
            lanes = flow.shards * mapping.number("parallelization_factor", 1)
            at_a_time, reserved = _concurrency(processor, prices)
            batch = largest_batch(mapping, flow.record_bytes, prices)
            rate = min(lanes, at_a_time) * batch / processor_running(resources, 1, batch, prices).seconds
            decided_by = "stream.shards, mapping.parallelization_factor" if lanes <= at_a_time else reserved
            yield Limit(what="full batches of the processor", events_per_second=rate, decided_by=decided_by)


def _table(resources: Resources, prices: PriceList) -> Iterator[Limit]:
    """What the ledger's table takes."""
    table, per_event = resources.find("aws_dynamodb_table", "ledger"), writes_per_event(prices)
    if table is None:
        return
    if table.get("billing_mode") == "PROVISIONED":
        targets = resources.of("aws_appautoscaling_target")
        most = next((each for each in targets if "Write" in str(each.get("scalable_dimension"))), None)
        units = most.number("max_capacity") if most else table.number("write_capacity")
        yield Limit(
            what="claims in the ledger", events_per_second=units / per_event, decided_by="ledger_capacity.maximum_units"
        )
        return
    for what, name in (("claims in a new ledger", "new_table_writes"), ("claims in the ledger", "table_writes")):
        by = "quota; later twice the highest so far" if name == "new_table_writes" else "quota"
        yield Limit(what=what, events_per_second=prices.limits[name] / per_event, decided_by=by)


def _concurrency(function: Resource, prices: PriceList) -> tuple[float, str]:
    """Executions at a time, and what decides about them."""
    reserved = function.number("reserved_concurrent_executions", -1)
    if reserved >= 0:
        return reserved, f"{function.id}.reserved_concurrency"
    return prices.limits["concurrency"], "alarms.account_concurrency, shared by all functions of the region"
