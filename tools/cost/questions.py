"""What a query over a million events costs, by what it reads of them."""

from collections.abc import Iterator
from dataclasses import dataclass

from stacks.traffic_settings import TrafficSettings
from tools.cost.flow import flow_of
from tools.cost.prices import price_list
from tools.cost.resources import Resources
from tools.cost.services.query import charged_mb

_EVENTS = 1_000_000
_MB = 1_000_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """A query, the MB of objects that it reads, and what that costs in US dollars: at least what Athena charges."""

    what: str
    read_mb: float
    usd: float


def questions(resources: Resources, traffic: TrafficSettings, region: str) -> Iterator[Question]:
    """Queries over a million events of the traffic, for stacks that have tables."""
    if not any(resources.of("aws_athena_workgroup")):
        return
    prices = price_list(region)
    flow, figures = flow_of(resources, traffic, prices), prices.figures
    raw = _EVENTS * traffic.bytes_per_event * figures["archived_share"] / _MB
    compacted = raw * figures["compacted_share"]
    objects = _EVENTS * flow.objects / flow.stored if flow.stored else 0.0

    def question(what: str, read_mb: float, gets: float = 0.0) -> Question:
        usd = prices.prices["athena_mb"].usd(charged_mb(read_mb, prices)) + prices.prices["s3_get"].usd(gets)
        return Question(what=what, read_mb=read_mb, usd=usd)

    if flow.compacts:
        yield question("a count by type", compacted * figures["type_share"])
        yield question("whole events", compacted)
    yield question("before they are compacted" if flow.compacts else "any query", raw, objects)
