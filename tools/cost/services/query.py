"""Athena: what compaction reads. What people ask costs what they read, and isn't planned for."""

from collections.abc import Iterator

from tools.cost.flow import HOURS
from tools.cost.pricing import Context, Line
from tools.cost.resources import Resource

SERVICE = "Athena"
_HOUR = 3600


def workgroup(context: Context, resource: Resource) -> Iterator[Line]:
    """Of each hour the raw objects are read to be written anew, then both sides to be proven equal."""
    if not resource.id.startswith("compaction"):
        return
    raw = _raw_bytes_of_an_hour(context)
    compacted = raw * context.figure("compacted_share")
    least = context.figure("query_bytes")
    read = sum(max(least, each) for each in (raw, raw + compacted)) if context.flow.compacts else 0.0
    yield context.line(SERVICE, "compaction", "athena_mb", read * HOURS / 10**6)


def _raw_bytes_of_an_hour(context: Context) -> float:
    archived = context.traffic.bytes_per_event * context.figure("archived_share")
    return context.flow.stored * archived * _HOUR
