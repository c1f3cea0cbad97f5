"""The sections about what events flow through: api, stream, functions and mapping."""

from typing import Literal

from pydantic import Field

from stacks.settings.kinds import Section
from stacks.settings.kinds_web import Audiences, HttpsUrl, Origins

Auth = Literal["signature", "iam", "jwt", "open"]
StreamMode = Literal["PROVISIONED", "ON_DEMAND"]


class ApiSettings(Section):
    """The HTTP API: who may send events, from which pages, how fast."""

    auth: Auth = Field(
        "signature",
        description="Who may call `POST /process`: signed requests (Standard Webhooks), IAM, tokens of `jwt_issuer`, "
        "or anybody (refused in production)",
    )
    jwt_issuer: HttpsUrl | None = Field(None, description="Issuer of the tokens; with `auth` jwt, and only then")
    jwt_audience: Audiences = Field(
        (), description="Audiences, of which a token must name one; with `auth` jwt, and only then"
    )
    signing_secret_version: int = Field(
        1, ge=1, le=1_000_000, description="Raise it to make a new signing secret; the one before stays valid meanwhile"
    )
    cors_origins: Origins = Field(
        (), description="Web pages that may call the API from a browser (production: no `*`, no http)"
    )
    throttle_rate_per_second: int = Field(
        100, ge=1, le=10000, description="Requests per second over time (API Gateway: Amazon API Gateway quotas)"
    )
    throttle_burst: int = Field(
        200, ge=1, le=5000, description="Requests at once above the rate (API Gateway: Amazon API Gateway quotas)"
    )


class StreamSettings(Section):
    """The Kinesis stream that holds events until they are stored."""

    mode: StreamMode = Field("PROVISIONED", description="A fixed number of shards, or as many as the load needs")
    shards: int = Field(
        1, ge=1, le=500, description="Shards, each 1 MB or 1,000 events per second; only with mode PROVISIONED"
    )
    retention_hours: int = Field(
        168,
        ge=24,
        le=8760,
        description="How long an event stays in the stream: the time there is to repair a fault "
        "(Kinesis: Change the data retention period)",
    )


class FunctionSettings(Section):
    """What every function has."""

    memory_mb: int = Field(512, ge=128, le=10240, description="Memory, and CPU with it (Lambda: Lambda quotas)")
    timeout_seconds: int = Field(60, ge=1, le=900, description="Time for one invocation (Lambda: Lambda quotas)")
    reserved_concurrency: int | None = Field(
        None, ge=1, description="Executions kept for this function alone; unset by default, as small accounts refuse it"
    )


class ReceiverSettings(FunctionSettings):
    """The function that takes requests and puts their events into the stream."""

    timeout_seconds: int = Field(
        10, ge=1, le=29, description="Below the 30 seconds that the API waits (API Gateway: Quotas for HTTP APIs)"
    )


class ProcessorSettings(FunctionSettings):
    """The function that stores events from the stream."""


class ImporterSettings(FunctionSettings):
    """The function that reads files from the inbox into the stream."""

    timeout_seconds: int = Field(900, ge=1, le=900, description="Time for one file (Lambda: Lambda quotas)")


class MappingSettings(Section):
    """How the processor reads the stream (Lambda API Reference: CreateEventSourceMapping)."""

    batch_size: int = Field(500, ge=1, le=10000, description="Events per invocation at most")
    batching_window_seconds: int = Field(5, ge=0, le=300, description="How long to wait for a full batch")
    parallelization_factor: int = Field(1, ge=1, le=10, description="Batches of one shard at the same time")
    maximum_retry_attempts: int = Field(
        10, ge=0, le=10000, description="Retries of a failing batch before it goes to the failures bucket"
    )
    maximum_record_age_seconds: int = Field(
        86400,
        ge=60,
        le=604800,
        description="Age at which an event goes to the failures bucket; below `stream.retention_hours`",
    )
