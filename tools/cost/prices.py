"""The prices, quotas and figures of `prices.toml` and `figures.toml`."""

import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
BASE = "us-east-1"
"""The region whose prices are used for one that has none of its own."""


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars for `per` units; each tier ends at a number of units a month, the last has no end."""

    unit: str
    page: str
    per: int
    tiers: Sequence[tuple[float, float]]

    def usd(self, quantity: float) -> float:
        """What so many units cost in a month."""
        total, start = 0.0, 0.0
        for end, usd in self.tiers:
            total += max(0.0, min(quantity, end) - start) * usd / self.per
            start = end
        return total


@dataclass(frozen=True, kw_only=True, slots=True)
class FunctionFigures:
    """What an invocation of a function does; milliseconds of computing are those at a whole processor."""

    log_bytes: float
    log_bytes_per_event: float
    log_lines: float
    wait_ms: float
    cpu_ms: float
    cpu_ms_per_event: float
    metrics: int
    source: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PriceList:
    """Everything that isn't in a stack, for one region; the prices that are `borrowed` are those of BASE."""

    region: str
    day: date
    prices: Mapping[str, Price]
    limits: Mapping[str, float]
    figures: Mapping[str, float]
    functions: Mapping[str, FunctionFigures]
    free: Mapping[str, str]
    borrowed: frozenset[str]


@cache
def price_list(region: str) -> PriceList:
    """The prices of a region, as far as they are known."""
    data, ours = _read("prices.toml"), _read("figures.toml")
    known: Mapping[str, Any] = data["regions"].get(region, {})
    own, same = known.get("own", {}), known.get("same", [])
    return PriceList(
        region=region,
        day=data["date"],
        prices={name: _price(entry, own.get(name)) for name, entry in data["prices"].items()},
        limits={name: entry["value"] for name, entry in data["limits"].items()},
        figures={name: entry["value"] for name, entry in ours["figures"].items()},
        functions={name: FunctionFigures(**entry) for name, entry in ours["functions"].items()},
        free=_read("free.toml"),
        borrowed=frozenset() if same == "*" else frozenset(data["prices"]) - {*own, *same},
    )


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / name).read_text(encoding="utf-8"))


def _price(entry: Mapping[str, Any], own: float | list[list[float]] | None) -> Price:
    found = own or entry.get("tiers") or entry["usd"]
    tiers = found if isinstance(found, list) else [[0, found]]
    return Price(
        unit=entry["unit"],
        page=entry["page"],
        per=entry.get("per", 1),
        tiers=[(end or math.inf, usd) for end, usd in tiers],
    )
