"""What pricing a resource takes and gives."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from stacks.traffic_settings import TrafficSettings
from tools.cost.flow import Flow
from tools.cost.prices import PriceList
from tools.cost.resources import Resource, Resources

Kind = Literal["fixed", "events", "kept"]
"""What a cost grows with: with nothing, with the events of the month, or with what is kept of those of all months."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """What one thing costs in a month; its price is `borrowed` where that of the region isn't known."""

    service: str
    what: str
    quantity: float
    unit: str
    usd: float
    kind: Kind
    borrowed: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Unknown:
    """What costs something that isn't known, and why."""

    address: str
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Context:
    """What pricing a resource needs: the stack that it is in, and what happens there."""

    resources: Resources
    traffic: TrafficSettings
    prices: PriceList
    flow: Flow
    unknown: list[Unknown] = field(default_factory=list)

    def line(self, service: str, what: str, price: str, quantity: float, kind: Kind = "events") -> Line:
        """A line for a quantity in a month, at a named price."""
        found = self.prices.prices[price]
        return Line(
            service=service,
            what=what,
            quantity=quantity,
            unit=found.unit,
            usd=found.usd(quantity),
            kind=kind,
            borrowed=price in self.prices.borrowed,
        )

    def figure(self, name: str) -> float:
        """A figure by its name."""
        return self.prices.figures[name]

    def is_unknown(self, resource: Resource, reason: str) -> None:
        """Notes that a resource, or a part of what it costs, isn't known."""
        self.unknown.append(Unknown(address=resource.address, reason=reason))


Pricer = Callable[[Context, Resource], Iterator[Line]]
