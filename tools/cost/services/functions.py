"""Functions, and the mapping that invokes one."""

from collections.abc import Iterator

from tools.cost.flow import SECONDS
from tools.cost.pricing import Context, Line
from tools.cost.resources import Resource
from tools.cost.services.security import secret_reads

SERVICE = "Lambda"


def function(context: Context, resource: Resource) -> Iterator[Line]:
    """Invocations, the time that they take, their traces and the metrics that they print."""
    running = context.flow.functions.get(resource.id)
    if running is None:
        context.is_unknown(resource, "how often this function runs, and for how long: there are no figures of it")
        return
    invocations = running.invocations * SECONDS
    architecture = (resource.get("architectures") or ["x86_64"])[0]
    gb_seconds = invocations * running.seconds * running.memory_mb / 1024
    yield context.line(SERVICE, f"{resource.id}: invocations", "lambda_request", invocations)
    yield context.line(SERVICE, f"{resource.id}: time", f"lambda_gb_second_{architecture}", gb_seconds)
    if resource.get("tracing_config.mode") == "Active":
        first = min(running.invocations, context.figure("traces_per_second"))
        traces = first + (running.invocations - first) * context.figure("traced_share")
        yield context.line("X-Ray", f"{resource.id}: traces", "trace", traces * SECONDS)
    if invocations:
        metrics = context.prices.functions[resource.id].metrics
        yield context.line("CloudWatch", f"{resource.id}: metrics", "custom_metric", metrics, "fixed")
    if resource.id == "receiver":
        yield context.line("Secrets Manager", "reads of the signing secret", "secret_request", secret_reads(context))
    if resource.number("reserved_concurrent_executions", -1) == 0:
        context.is_unknown(resource, "it may not run at all: its reserved concurrency is 0")


def mapping(context: Context, resource: Resource) -> Iterator[Line]:
    """The metrics of a mapping; reading a stream's shards is free."""
    if context.flow.batches and resource.get("metrics_config.metrics"):
        metrics = context.figure("mapping_metrics")
        yield context.line("CloudWatch", "metrics of the mapping", "custom_metric", metrics, "fixed")
