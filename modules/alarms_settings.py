"""What may be tuned of the alarms."""

from pydantic import Field

from modules.section import Section
from modules.web_addresses import Emails


class AlarmSettings(Section):
    """Who is told, and from which value on.

    Percentages are of what the watched thing is allowed: its timeout, its limit, its age.
    """

    emails: Emails = Field((), description="Who is told; production: at least one. Each must confirm a first e-mail")
    evaluation_minutes: int = Field(5, ge=1, le=60, description="Length of the period that an alarm looks at")
    lambda_errors: int = Field(1, ge=1, le=1_000_000, description="Failed invocations per period")
    duration_percent: int = Field(80, ge=1, le=100, description="Longest invocation, in percent of its timeout")
    concurrency_percent: int = Field(
        80, ge=1, le=100, description="Concurrent executions, in percent of what is reserved or `account_concurrency`"
    )
    account_concurrency: int = Field(
        1000, ge=10, le=1_000_000, description="Concurrent executions that the account allows (Lambda: Lambda quotas)"
    )
    api_4xx_percent: int = Field(
        25, ge=1, le=100, description="Refused requests to `POST /process`, in percent, in periods with 20 or more"
    )
    api_5xx_count: int = Field(1, ge=1, le=1_000_000, description="Failed requests per period")
    api_latency_ms: int = Field(2000, ge=1, le=30000, description="Time to answer, 99th percentile")
    minimum_requests_per_hour: int = Field(
        0, ge=0, le=1_000_000_000, description="Fewer requests than this are an alarm; 0 means no such alarm"
    )
    iterator_age_percent: int = Field(
        25,
        ge=1,
        le=99,
        description="How far the processor is behind, in percent of `mapping.maximum_record_age_seconds`",
    )
    quarantined_events: int = Field(1, ge=1, le=1_000_000, description="Events put into quarantine per period")
