"""Stacks to price, and what is asked about them."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from stacks.traffic_settings import TrafficSettings
from tests.synthesized import Stack
from tools.cost.estimate import Estimate, estimate
from tools.cost.pricing import Line
from tools.cost.resources import Resources, synthesized


def resources_of(stack: Stack) -> Resources:
    return synthesized(stack.json)


def cost(stack: Stack | Resources, region: str = "us-east-1", **traffic: Any) -> Estimate:
    resources = stack if isinstance(stack, Resources) else resources_of(stack)
    return estimate(resources, TrafficSettings(**traffic), region)


def amounts(found: Estimate) -> dict[str, float]:
    """What each line costs, by service and name; those of the same name added up."""
    return _sums(found, lambda line: line.usd)


def quantities(found: Estimate) -> dict[str, float]:
    """The same, of quantities."""
    return _sums(found, lambda line: line.quantity)


def _sums(found: Estimate, value: Callable[[Line], float]) -> dict[str, float]:
    sums: dict[str, float] = defaultdict(float)
    for line in found.lines:
        sums[f"{line.service} {line.what}"] += value(line)
    return dict(sums)
