"""Alarms, dashboards and health checks."""

from collections.abc import Iterator

from tools.cost.flow import SECONDS
from tools.cost.pricing import Context, Line
from tools.cost.resources import Resource

_FAST_SECONDS = 10


def alarm(context: Context, resource: Resource) -> Iterator[Line]:
    """An alarm counts as many times as it has metrics."""
    queries = resource.blocks("metric_query")
    metrics = [each["metric"] for each in queries if each.get("metric")]
    first = metrics[0][0] if metrics and isinstance(metrics[0], list) else metrics[0] if metrics else resource.values
    is_fast = float(first.get("period") or 60) < 60
    price = "high_resolution_alarm_metric" if is_fast else "alarm_metric"
    yield context.line("CloudWatch", "alarms", price, len(metrics) or 1, "fixed")


def dashboard(context: Context, _resource: Resource) -> Iterator[Line]:
    """A dashboard, whatever it shows."""
    yield context.line("CloudWatch", "dashboard", "dashboard", 1, "fixed")


def health_check(context: Context, resource: Resource) -> Iterator[Line]:
    """The check with its options, and what its requests cost in the stack of the API."""
    options = sum(
        (
            str(resource.get("type")).startswith("HTTPS"),
            str(resource.get("type")).endswith("STR_MATCH"),
            resource.number("request_interval", 30) == _FAST_SECONDS,
            bool(resource.get("measure_latency")),
        )
    )
    yield context.line("Route 53", "health checks", "health_check", 1, "fixed")
    yield context.line("Route 53", "health checks: options", "health_check_option", options, "fixed")
    requests = SECONDS / resource.number("request_interval", 30) * context.figure("health_checkers")
    yield context.line("API Gateway", "requests of health checks", "http_api_request", requests, "fixed")
    yield context.line("Lambda", "requests of health checks", "lambda_request", requests, "fixed")
    written = requests * (context.figure("access_log_bytes") + context.figure("log_event_bytes")) / 2**30
    yield context.line("CloudWatch", "logs of health checks", "logs_gb", written, "fixed")
