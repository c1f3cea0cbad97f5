"""The HTTP API."""

import math
from collections.abc import Iterator

from tools.cost.flow import SECONDS
from tools.cost.pricing import Context, Line
from tools.cost.resources import Resource

SERVICE = "API Gateway"


def stage(context: Context, resource: Resource) -> Iterator[Line]:
    """Requests, metered in steps of 512 KB, answers, and the metrics of the route that has traffic."""
    flow = context.flow
    requests = flow.requests * SECONDS
    metered = requests * math.ceil(flow.request_bytes / context.figure("http_api_bytes"))
    yield context.line(SERVICE, "requests", "http_api_request", metered)
    answers = requests * context.figure("response_bytes") / 2**30
    yield context.line(SERVICE, "answers", "response_gb", answers)
    if requests and resource.get("default_route_settings.detailed_metrics_enabled"):
        metrics = context.figure("route_metrics")
        yield context.line("CloudWatch", "detailed metrics of the API", "custom_metric", metrics, "fixed")
