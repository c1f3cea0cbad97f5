"""The tables of costs in README.md and docs/cost.md, computed for stacks of the tests' environments."""

from collections.abc import Mapping
from typing import Any

from stacks.traffic_settings import TrafficSettings
from tools.cost.alternatives import with_capacity, without_compaction
from tools.cost.estimate import estimate
from tools.cost.flow import SECONDS, flow_of
from tools.cost.prices import BASE, price_list
from tools.cost.questions import questions
from tools.cost.resources import Resources, synthesized
from tools.cost.services.stream import SERVICE
from tools.cost.tables import Table, rounded

Stacks = Mapping[str, Mapping[str, Any]]
"""Synthesized pipelines, by environment."""

_RATES = (0, 1, 100, 1_000, 10_000)
_BATCH = 100
_DAY, _WEEK = 24, 168


def overview(stacks: Stacks) -> str:
    """What pipelines cost a month at some rates, with the shards that these need."""
    pipelines = {name: synthesized(stack) for name, stack in stacks.items()}
    names = [f"`{name}`{text}" for name in pipelines for text in ("", f", {_BATCH} in a request")]
    rows = [
        (
            f"{rate:,}" if rate else "none",
            *(_cost(one, rate, events) for one in pipelines.values() for events in (1, _BATCH)),
        )
        for rate in _RATES
    ]
    return Table(title="", head=("events per second", *names), rows=rows).markdown()


def _cost(pipeline: Resources, rate: int, events_per_request: int) -> str:
    traffic = TrafficSettings(events_per_second=rate, events_per_request=events_per_request)
    return f"{estimate(with_capacity(pipeline, traffic, price_list(BASE)), traffic, BASE).usd:,.0f}"


def stream_modes(stacks: Stacks) -> str:
    """From which peak an on-demand stream is cheaper than the shards that take the peak."""
    pipeline = synthesized(next(iter(stacks.values())))
    rows = [
        (f"{rate:,}", *(_cheaper_from(pipeline, rate, hours) for hours in (_DAY, _WEEK))) for rate in _RATES if rate
    ]
    head = ("events per second, on average", f"{_DAY} hours kept", "7 days kept")
    return Table(title="", head=head, rows=rows).markdown()


def _cheaper_from(pipeline: Resources, rate: int, hours: int) -> str:
    """Events per second at the peak, for which shards would cost as much as the stream on demand."""
    traffic, prices = TrafficSettings(events_per_second=rate), price_list(BASE)

    def usd(**settings: object) -> float:
        stream = pipeline.changed("aws_kinesis_stream", retention_period=hours, **settings)
        return sum(line.usd for line in estimate(stream, traffic, BASE).lines if line.service == SERVICE)

    on_demand = usd(stream_mode_details={"stream_mode": "ON_DEMAND"})
    one, two = usd(shard_count=1), usd(shard_count=2)
    shards = max(1.0, 1 + (on_demand - one) / (two - one))
    record_bytes = flow_of(pipeline, traffic, prices).record_bytes
    limits = prices.limits
    return rounded(shards * min(limits["shard_records"], limits["shard_bytes"] / record_bytes))


def compaction(stacks: Stacks) -> str:
    """What compaction costs at some rates, all that it adds."""
    pipeline = synthesized(next(iter(stacks.values())))
    rows = []
    for rate in filter(None, _RATES):
        traffic = TrafficSettings(events_per_second=rate)
        usd = estimate(pipeline, traffic, BASE).usd - estimate(without_compaction(pipeline), traffic, BASE).usd
        rows.append((f"{rate:,}", f"{usd:,.2f}", f"{usd / (rate * SECONDS / 10**6):.3f}"))
    head = ("events per second, on average", "a month", "a million events")
    return Table(title="", head=head, rows=rows).markdown()


def queries(stacks: Stacks) -> str:
    """What a query over a million events costs."""
    asked = questions(synthesized(next(iter(stacks.values()))), TrafficSettings(events_per_second=100), BASE)
    rows = [(each.what, rounded(each.read_mb), f"{each.usd:.5f}") for each in asked]
    return Table(title="", head=("what it reads of a million events", "MB", "US dollars"), rows=rows).markdown()


def ledger_modes() -> str:
    """From which use of its capacity a provisioned table is cheaper."""
    prices = price_list(BASE).prices
    hour = prices["dynamodb_write_unit"].usd(3600)  # a unit in each second
    share = f"{100 * prices['dynamodb_write_capacity_hour'].usd(1) / hour:.0f} %"
    return (
        f"A provisioned write unit costs as much in an hour as {share} of the request units that it could take:\n"
        f"provisioned capacity is cheaper where more than {share} of it is used on average.\n"
    )
