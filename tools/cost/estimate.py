"""What a stack costs in a month: every resource is priced, free, or unknown."""

from collections.abc import Iterator
from dataclasses import dataclass

from stacks.traffic_settings import TrafficSettings
from tools.cost.flow import SECONDS, flow_of
from tools.cost.prices import price_list
from tools.cost.pricing import Context, Kind, Line, Unknown
from tools.cost.resources import Resource, Resources
from tools.cost.services import PRICERS


@dataclass(frozen=True, kw_only=True, slots=True)
class Estimate:
    """What a stack costs in a month."""

    region: str
    events: float  # in the month
    lines: tuple[Line, ...]
    unknown: tuple[Unknown, ...]

    @property
    def usd(self) -> float:
        """In total."""
        return sum(line.usd for line in self.lines)

    def usd_of(self, kind: Kind) -> float:
        """What lines of a kind cost."""
        return sum(line.usd for line in self.lines if line.kind == kind)

    @property
    def borrowed_usd(self) -> float:
        """What is computed with prices of another region."""
        return sum(line.usd for line in self.lines if line.borrowed)

    @property
    def usd_per_million(self) -> float | None:
        """What a million events cost, without what is fixed and what is kept; None without events."""
        return self.usd_of("events") / self.events * 1_000_000 if self.events else None


def estimate(resources: Resources, traffic: TrafficSettings, region: str) -> Estimate:
    """Price every resource of a stack."""
    prices = price_list(region)
    context = Context(resources=resources, traffic=traffic, prices=prices, flow=flow_of(resources, traffic, prices))
    lines = [line for each in resources.all for line in _lines(context, each)]
    return Estimate(
        region=region,
        events=context.flow.events * SECONDS,
        lines=tuple(line for line in lines if line.quantity),
        unknown=tuple(context.unknown),
    )


def _lines(context: Context, resource: Resource) -> Iterator[Line]:
    if pricer := PRICERS.get(resource.type):
        yield from pricer(context, resource)
    elif resource.type not in context.prices.free:
        context.is_unknown(resource, "nothing is known about the costs of this type")
