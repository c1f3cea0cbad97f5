"""Stacks to price, and what is asked about them."""

from typing import Any

from stacks.traffic_settings import TrafficSettings
from tests.synthesized import Stack
from tools.cost.estimate import Estimate, estimate
from tools.cost.resources import Resources, synthesized


def resources_of(stack: Stack) -> Resources:
    return synthesized(stack.json)


def cost(stack: Stack | Resources, region: str = "us-east-1", **traffic: Any) -> Estimate:
    resources = stack if isinstance(stack, Resources) else resources_of(stack)
    return estimate(resources, TrafficSettings(**traffic), region)


def amounts(found: Estimate) -> dict[str, float]:
    """What each line costs, by service and name; those of the same name added up."""
    sums: dict[str, float] = {}
    for line in found.lines:
        name = f"{line.service} {line.what}"
        sums[name] = sums.get(name, 0.0) + line.usd
    return sums


def quantities(found: Estimate) -> dict[str, float]:
    """The same, of quantities."""
    sums: dict[str, float] = {}
    for line in found.lines:
        name = f"{line.service} {line.what}"
        sums[name] = sums.get(name, 0.0) + line.quantity
    return sums
