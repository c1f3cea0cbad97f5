"""What an environment costs: tables for people, and the same as data."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from stacks.identity import StackIdentity
from stacks.traffic_settings import TrafficSettings
from tools.cost.alternatives import Alternative, alternatives
from tools.cost.declared import Declared
from tools.cost.estimate import Estimate, estimate
from tools.cost.limits import Limit, limits
from tools.cost.prices import BASE, price_list
from tools.cost.pricing import Kind
from tools.cost.questions import Question, questions
from tools.cost.resources import Resources
from tools.cost.tables import Table, rounded, usd

_BIGGEST = 12
_KINDS: tuple[Kind, ...] = ("fixed", "events", "kept")


@dataclass(frozen=True, kw_only=True, slots=True)
class StackCost:
    """A stack, what it costs, its limits, what it costs otherwise, and what queries of its archive cost."""

    identity: StackIdentity
    estimate: Estimate
    limits: Sequence[Limit]
    alternatives: Sequence[Alternative]
    questions: Sequence[Question]


@dataclass(frozen=True, kw_only=True, slots=True)
class EnvironmentCost:
    """The stacks of an environment; a budget of 0 is none."""

    name: str
    traffic: TrafficSettings
    budget_usd: int
    stacks: Sequence[StackCost]

    @property
    def usd(self) -> float:
        """All stacks together."""
        return sum(stack.estimate.usd for stack in self.stacks)


def cost_of(identity: StackIdentity, resources: Resources, declared: Declared) -> StackCost:
    """Everything about a stack."""
    traffic, prices = declared.traffic, price_list(identity.region)
    allowed = replace(prices, limits={**prices.limits, **declared.quotas})
    has_stream = any(resources.of("aws_kinesis_stream"))
    return StackCost(
        identity=identity,
        estimate=estimate(resources, traffic, identity.region),
        limits=limits(resources, traffic, allowed),
        alternatives=tuple(alternatives(resources, traffic, identity.region)) if has_stream else (),
        questions=tuple(questions(resources, traffic, identity.region)),
    )


def parts_of(cost: EnvironmentCost) -> list[Table | str]:
    """What people read."""
    unlike = _unlike(cost.stacks)
    return [
        _totals(cost),
        *([_budget(cost)] if cost.budget_usd else []),
        *([_lines(cost)] if cost.usd else []),
        *(part for stack in unlike for part in (*_limits(stack, cost.traffic), _otherwise(stack), *_asked(stack))),
        *_unknown(cost),
    ]


def data_of(cost: EnvironmentCost) -> dict[str, Any]:
    """What programs read."""
    return {
        "environment": cost.name,
        "traffic": cost.traffic.model_dump(),
        "budget_usd": cost.budget_usd,
        "usd": round(cost.usd, 4),
        "stacks": {stack.identity.name: _stack_data(stack) for stack in cost.stacks},
    }


def footer() -> str:
    """What all amounts are."""
    day = price_list(BASE).day
    return f"US dollars a month, at list prices of {day}, without free tier, discounts and taxes: see docs/cost.md"


def _stack_data(stack: StackCost) -> dict[str, Any]:
    found = stack.estimate
    return {
        "region": found.region,
        "usd": round(found.usd, 4),
        **{f"{kind}_usd": round(found.usd_of(kind), 4) for kind in _KINDS},
        "borrowed_usd": round(found.borrowed_usd, 4),
        "usd_per_million_events": found.usd_per_million,
        "lines": [asdict(line) for line in found.lines],
        "unknown": [asdict(each) for each in found.unknown],
        "limits": [asdict(limit) for limit in stack.limits],
        "queries": [asdict(each) for each in stack.questions],
        "alternatives": {each.what: round(each.estimate.usd, 4) for each in stack.alternatives},
    }


def _totals(cost: EnvironmentCost) -> Table:
    rows = [_total(stack.identity.name, stack.estimate) for stack in cost.stacks]
    if len(rows) > 1:
        sums = [sum(stack.estimate.usd_of(kind) for stack in cost.stacks) for kind in _KINDS]
        rows.append(("all", *map(usd, sums), usd(cost.usd), ""))
    head = ("stack", *_KINDS, "a month", "a million events")
    return Table(title=f"{cost.name}: {_described(cost.traffic)}", head=head, rows=rows)


def _total(name: str, found: Estimate) -> tuple[str, ...]:
    per_million = "" if found.usd_per_million is None else f"{found.usd_per_million:.3f}"
    return name, *(usd(found.usd_of(kind)) for kind in _KINDS), usd(found.usd), per_million


def _described(traffic: TrafficSettings) -> str:
    files = f", {traffic.file_percent} % in files of {traffic.events_per_file:,}" if traffic.file_percent else ""
    return (
        f"{traffic.events_per_second:,} events/s of {traffic.bytes_per_event:,} bytes in each region, "
        f"{traffic.events_per_request} in a request{files}, {traffic.duplicate_percent} % copies, "
        f"in month {traffic.months}"
    )


def _budget(cost: EnvironmentCost) -> str:
    percent = round(100 * cost.usd / cost.budget_usd)
    return f"That is {percent} % of budget.monthly_usd, {cost.budget_usd:,} US dollars; it warns at 80 %."


def _lines(cost: EnvironmentCost) -> Table:
    sums: dict[tuple[str, str], tuple[float, float, str]] = {}
    for line in (line for stack in cost.stacks for line in stack.estimate.lines):
        amount, quantity, _ = sums.get((line.service, line.what), (0.0, 0.0, ""))
        sums[line.service, line.what] = amount + line.usd, quantity + line.quantity, line.unit
    ordered = sorted(sums.items(), key=lambda item: -item[1][0])
    rows = [
        (f"{service} {what}", usd(amount), f"{100 * amount / cost.usd:.0f} %", rounded(quantity), unit)
        for (service, what), (amount, quantity, unit) in ordered
    ]
    others = sum(found[0] for _, found in ordered[_BIGGEST:])
    if others:
        rows[_BIGGEST:] = [("everything else", usd(others), f"{100 * others / cost.usd:.0f} %", "", "")]
    head = ("what", "a month", "share", "quantity", "of")
    return Table(title=f"{cost.name}: what costs most", head=head, rows=rows, texts=frozenset({4}))


def _unlike(stacks: Sequence[StackCost]) -> list[StackCost]:
    """One of those with the same limits: the regions of an environment have the same settings."""
    found: dict[tuple[Limit, ...], StackCost] = {}
    for stack in stacks:
        if stack.limits:
            found.setdefault(tuple(stack.limits), stack)
    return list(found.values())


def _limits(stack: StackCost, traffic: TrafficSettings) -> Iterator[Table | str]:
    rows = [
        (
            limit.what,
            rounded(limit.events_per_second),
            "met already" if limit.events_per_second < traffic.events_per_second else "",
            limit.decided_by,
        )
        for limit in stack.limits
    ]
    head = ("limit", "events/s", "", "decided by")
    title = f"{stack.identity.name}: which limit is met at which rate, the first one first"
    yield Table(title=title, head=head, rows=rows, texts=frozenset({2, 3}))
    if any(limit.events_per_second < traffic.events_per_second for limit in stack.limits):
        yield "It can't take this rate as it is. The amounts leave out what it costs to raise the limits met already."


def _otherwise(stack: StackCost) -> Table:
    now = stack.estimate.usd
    rows = [(each.what, usd(each.estimate.usd), f"{each.estimate.usd - now:+,.2f}") for each in stack.alternatives]
    title = f"{stack.identity.name}: the same with another setting"
    return Table(title=title, head=("instead", "a month", "difference"), rows=rows)


def _asked(stack: StackCost) -> Iterator[Table]:
    rows = [(each.what, rounded(each.read_mb), f"{each.usd:.5f}") for each in stack.questions]
    if rows:
        title = f"{stack.identity.name}: a query over a million of these events, each time it is run"
        yield Table(title=title, head=("what it reads", "MB", "US dollars"), rows=rows)


def _unknown(cost: EnvironmentCost) -> list[str]:
    found = [f"Unknown: {each.address}: {each.reason}" for stack in cost.stacks for each in stack.estimate.unknown]
    borrowed: dict[str, float] = {}
    for each in (stack.estimate for stack in cost.stacks):
        borrowed[each.region] = borrowed.get(each.region, 0.0) + each.borrowed_usd
    found += [
        f"{usd(amount)} of {region} is computed with prices of {BASE}: its own aren't in tools/cost/prices.toml"
        for region, amount in borrowed.items()
        if amount
    ]
    return ["\n".join(dict.fromkeys(found))] if found else []
