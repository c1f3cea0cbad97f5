"""Log groups: those of functions, and the API's access log."""

from collections.abc import Iterator

from tools.cost.flow import DAYS, SECONDS
from tools.cost.pricing import Context, Line
from tools.cost.resources import Resource

SERVICE = "CloudWatch"
_PLATFORM_LEVELS = ("DEBUG", "INFO", None)


def log_group(context: Context, resource: Resource) -> Iterator[Line]:
    """What is written to the group, and kept."""
    found = _bytes_per_second(context, str(resource.get("name")))
    if found is None:
        context.is_unknown(resource, "what is written to this log group: there are no figures of it")
        return
    what, per_second = found
    written = per_second * SECONDS / 2**30
    yield context.line(SERVICE, f"{what}: logs", "logs_gb", written)
    days = resource.number("retention_in_days")
    months = min(float(context.traffic.months), days / DAYS if days else float("inf"))
    kept = written * months * context.figure("log_compression")
    yield context.line(SERVICE, f"{what}: logs kept", "logs_gb_month", kept, "kept")


def _bytes_per_second(context: Context, name: str) -> tuple[str, float] | None:
    """Whose log the group is, and what is written to it."""
    if name.startswith("/aws/vendedlogs/"):
        line = context.figure("access_log_bytes") + context.figure("log_event_bytes")
        return "API", context.flow.requests * line
    functions = context.resources.of("aws_lambda_function")
    writer = next((each for each in functions if name == f"/aws/lambda/{each.get('function_name')}"), None)
    running = context.flow.functions.get(writer.id) if writer else None
    if writer is None or running is None:
        return None
    figures = context.prices.functions[writer.id]
    size, lines = figures.log_bytes + figures.log_bytes_per_event * running.events, figures.log_lines
    if writer.get("logging_config.system_log_level") in _PLATFORM_LEVELS:
        size, lines = size + context.figure("platform_log_bytes"), lines + context.figure("platform_log_lines")
    return writer.id, running.invocations * (size + lines * context.figure("log_event_bytes"))
