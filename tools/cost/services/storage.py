"""Buckets."""

from collections.abc import Iterator

from tools.cost.flow import DAYS, HOURS, SECONDS
from tools.cost.pricing import Context, Line
from tools.cost.resources import Resource

SERVICE = "S3"
_HOUR = 3600


def bucket(context: Context, resource: Resource) -> Iterator[Line]:
    """Requests and storage, by the role of the bucket, which its id names."""
    flow, months = context.flow, float(context.traffic.months)
    match resource.id:
        case "archive":
            yield from _archive(context, resource)
        case "inbox":
            yield context.line(SERVICE, "inbox: files put", "s3_put", flow.files * SECONDS)
            yield context.line(SERVICE, "inbox: files read", "s3_get", flow.files * SECONDS)
            kept = min(months, _months_kept(context, resource))
            yield _stored(context, "inbox", flow.files * flow.file_bytes, kept)
        case "access-logs":
            kept = min(months, _months_kept(context, resource))
            yield _stored(context, "access logs", flow.s3_requests * context.figure("s3_log_bytes"), kept)
        case "state":
            yield context.line(SERVICE, "Terraform states", "s3_gb_month", context.figure("state_gb"), "fixed")
        case "failures":
            pass  # what fails isn't planned for
        case "results":
            puts = HOURS * context.figure("compaction_puts") if flow.compacts else 0.0
            yield context.line(SERVICE, "compaction: objects put", "s3_put", puts)
        case _:
            context.is_unknown(resource, "what is stored in this bucket: there are no figures of it")


def _archive(context: Context, resource: Resource) -> Iterator[Line]:
    flow, months = context.flow, float(context.traffic.months)
    yield context.line(SERVICE, "archive: objects put", "s3_put", flow.objects * SECONDS)
    copies = flow.duplicates if flow.deduplicates else 0.0
    yield context.line(SERVICE, "archive: reads for copies", "s3_get", copies * SECONDS)
    per_second = flow.stored * context.traffic.bytes_per_event * context.figure("archived_share")
    kept = min(months, _months_kept(context, resource))
    raw_kept = min(kept, _raw_months(context, resource))
    yield from _aging(context, resource, "archive", per_second, raw_kept, flow.objects, flow.object_bytes)
    if flow.compacts:
        yield context.line(SERVICE, "archive: objects read to compact", "s3_get", flow.compaction_reads * SECONDS)
        yield context.line(SERVICE, "archive: listings to compact", "s3_put", flow.compaction_lists * SECONDS)
        share = context.figure("compacted_share") * per_second
        # At least one file an hour; the most that an hour has are of 128 MB.
        yield from _aging(context, resource, "compacted", share, kept, 1 / _HOUR, share * _HOUR)


def _aging(
    context: Context,
    resource: Resource,
    what: str,
    bytes_per_second: float,
    kept: float,
    objects: float,
    object_bytes: float,
) -> Iterator[Line]:
    """What is stored of objects that come at a rate, and move to STANDARD_IA where they are large enough."""
    moved_after = _rule_days(context, resource, "transition") / DAYS
    moves = 0 < moved_after < kept and object_bytes >= context.figure("infrequent_bytes")
    yield _stored(context, what, bytes_per_second, moved_after if moves else kept)
    if moves:
        moved = bytes_per_second * SECONDS * (kept - moved_after) / 2**30
        yield context.line(SERVICE, f"{what}: moved", "s3_transition", objects * SECONDS)
        yield context.line(SERVICE, f"{what}: storage (IA)", "s3_infrequent_gb_month", moved, "kept")


def _stored(context: Context, what: str, bytes_per_second: float, months: float) -> Line:
    return context.line(SERVICE, f"{what}: storage", "s3_gb_month", bytes_per_second * SECONDS * months / 2**30, "kept")


def _raw_months(context: Context, resource: Resource) -> float:
    """How long the events' own objects are stored, where the compactor deletes them."""
    compactor = context.resources.find("aws_lambda_function", "compactor")
    days = compactor.number("environment.variables.TAP_RAW_EXPIRATION_DAYS") if compactor else 0.0
    return (days + _rule_days(context, resource, "noncurrent_version_expiration")) / DAYS if days else float("inf")


def _months_kept(context: Context, resource: Resource) -> float:
    """How long an object is stored; the version that expires is kept for a while, too."""
    days = _rule_days(context, resource, "expiration")
    return (days + _rule_days(context, resource, "noncurrent_version_expiration")) / DAYS if days else float("inf")


def _rule_days(context: Context, resource: Resource, action: str) -> float:
    """After how many days the bucket's lifecycle does this; 0 if never."""
    lifecycle = context.resources.part("aws_s3_bucket_lifecycle_configuration", resource)
    rules = lifecycle.blocks("rule") if lifecycle else []
    name = "noncurrent_days" if action.startswith("noncurrent") else "days"
    found = (float(each.get(name) or 0) for rule in rules for each in rule.get(action) or [])
    return next((days for days in found if days), 0.0)
