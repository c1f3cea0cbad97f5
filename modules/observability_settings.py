"""Settings of traces and logs."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from modules.section import Allowed, Section

# Amazon CloudWatch Logs API Reference, "PutRetentionPolicy".
LOG_RETENTION_DAYS = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731),
    *(1096, 1827, 2192, 2557, 2922, 3288, 3653),
)


def _retention_that_exists(days: int) -> int:
    if days not in LOG_RETENTION_DAYS:
        raise ValueError("no such retention")
    return days


LogRetentionDays = Annotated[
    int,
    AfterValidator(_retention_that_exists),
    Allowed("one of " + ", ".join(str(days) for days in LOG_RETENTION_DAYS)),
]
# Lambda's filter treats a printed metric as a message of level INFO: above that it would drop the functions' metrics
# (Lambda developer guide, "Log-level filtering").
LogLevel = Literal["INFO", "DEBUG"]


class ObservabilitySettings(Section):
    """Traces and logs."""

    tracing: bool = Field(
        True, description="X-Ray traces of every function that doesn't say otherwise (`receiver.tracing`)"
    )
    log_retention_days: LogRetentionDays = Field(
        90, description="How long logs are kept; production: 365 at least (CloudWatch Logs: PutRetentionPolicy)"
    )
    log_level: LogLevel = Field(
        "INFO",
        description="The least severe message that functions log: above INFO, Lambda would drop their metrics, too",
    )
    platform_logs: bool = Field(
        False,
        description="Whether Lambda adds its own lines about every invocation: start, duration, memory. Without, it "
        "still logs those that fail or time out",
    )
