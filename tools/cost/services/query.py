"""Athena: what compaction reads. What people ask costs what they read, and isn't planned for."""

from collections.abc import Iterator

from tools.cost.flow import HOURS
from tools.cost.prices import PriceList
from tools.cost.pricing import Context, Line
from tools.cost.resources import Resource

SERVICE = "Athena"
_HOUR = 3600
_MB = 10**6


def charged_mb(read_mb: float, prices: PriceList) -> float:
    """The MB that Athena charges for a query that reads so many: there is a least."""
    return max(read_mb, prices.figures["query_bytes"] / _MB)


def workgroup(context: Context, resource: Resource) -> Iterator[Line]:
    """Of each hour the raw objects are read to be written anew, then both sides to be proven equal."""
    if not resource.id.startswith("compaction"):
        return
    raw = _raw_mb_of_an_hour(context)
    compacted = raw * context.figure("compacted_share")
    read = sum(charged_mb(each, context.prices) for each in (raw, raw + compacted)) if context.flow.compacts else 0.0
    yield context.line(SERVICE, "compaction", "athena_mb", read * HOURS)


def _raw_mb_of_an_hour(context: Context) -> float:
    archived = context.traffic.bytes_per_event * context.figure("archived_share")
    return context.flow.stored * archived * _HOUR / _MB
