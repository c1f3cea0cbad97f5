"""Settings of the alarms."""

from pydantic import Field

from modules.section import Section
from modules.web_addresses import Emails, HttpsUrls

_BOTH = ", besides their number; 0 leaves that alone to decide"


class AlarmSettings(Section):
    """Who is notified, and from which value on.

    What fails is an alarm where both its number and its share are reached: of a million requests one that fails is
    none, of three it is. A share of 0 leaves the number alone to decide.
    """

    emails: Emails = Field(
        (),
        description="Who is notified of every alarm; production: at least one. Each must confirm the subscription by "
        "e-mail",
    )
    urls: HttpsUrls = Field(
        (),
        description="Endpoints that get every alarm and confirm the subscription themselves. Subscribe one whose URL "
        "contains a key by hand: docs/alerts.md",
    )
    page_emails: Emails = Field(
        (), description="Who is notified, besides, of alarms that must wake somebody: those of severity `page`"
    )
    page_urls: HttpsUrls = Field(
        (), description="Endpoints that get only alarms of severity `page`, as those of `urls`"
    )
    evaluation_minutes: int = Field(5, ge=1, le=60, description="Length of an alarm's period")
    lambda_errors: int = Field(1, ge=1, le=1_000_000, description="Failed invocations of a function per period")
    lambda_error_percent: int = Field(
        1, ge=0, le=100, description=f"Failed invocations, as a percentage of the function's invocations{_BOTH}"
    )
    duration_percent: int = Field(80, ge=1, le=100, description="Longest invocation, as a percentage of the timeout")
    concurrency_percent: int = Field(
        80,
        ge=1,
        le=100,
        description="Concurrent executions, as a percentage of the reserved ones or of `account_concurrency`",
    )
    account_concurrency: int = Field(
        1000, ge=10, le=1_000_000, description="Concurrent executions that the account allows (Lambda: Lambda quotas)"
    )
    throttled_count: int = Field(
        1,
        ge=1,
        le=1_000_000,
        description="Invocations, records, reads or writes per period that Lambda, Kinesis or DynamoDB throttle",
    )
    throttled_percent: int = Field(1, ge=0, le=100, description=f"What is throttled, as a percentage of all{_BOTH}")
    api_4xx_count: int = Field(5, ge=1, le=1_000_000, description="4xx responses of `POST /process` per period")
    api_4xx_percent: int = Field(
        25, ge=0, le=100, description=f"4xx responses of `POST /process`, as a percentage of its requests{_BOTH}"
    )
    api_5xx_count: int = Field(1, ge=1, le=1_000_000, description="5xx responses per period")
    api_5xx_percent: int = Field(1, ge=0, le=100, description=f"5xx responses, as a percentage of all requests{_BOTH}")
    api_latency_ms: int = Field(2000, ge=1, le=30000, description="Latency of `POST /process`, 99th percentile")
    minimum_requests_per_hour: int = Field(
        0, ge=0, le=1_000_000_000, description="Fewer requests to `POST /process` raise an alarm; 0 means no such alarm"
    )
    failed_events: int = Field(
        1,
        ge=1,
        le=1_000_000,
        description="Events in batches that the processor did not store, per period, in two of three periods",
    )
    failed_events_percent: int = Field(
        10,
        ge=0,
        le=100,
        description=f"Events that were not stored, as a percentage of those the processor was given{_BOTH}",
    )
    iterator_age_minutes: int = Field(
        30,
        ge=1,
        le=7 * 24 * 60,
        description="How far the processor is behind, if that is less than `iterator_age_percent`; imports of large "
        "files may take it this far",
    )
    iterator_age_percent: int = Field(
        25,
        ge=1,
        le=99,
        description="How far the processor is behind, as a percentage of `mapping.maximum_record_age_seconds`",
    )
    quarantined_events: int = Field(1, ge=1, le=1_000_000, description="Quarantined events per period; each one counts")
