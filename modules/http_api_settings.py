"""Settings of the HTTP API."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from modules.section import Allowed, Section, as_tuple, distinct
from modules.web_addresses import HttpsUrl, Origins

# One less than an HTTP API waits (API Gateway developer guide, "Quotas for HTTP APIs").
LONGEST_FUNCTION_SECONDS = 29
_MOST_REQUESTS = 1_000_000  # more is a mistake

Auth = Literal["signature", "iam", "jwt", "open"]
Audience = Annotated[
    str, StringConstraints(pattern=r"^[\x21-\x7E]{1,256}$"), Allowed("1 to 256 characters without spaces")
]
Audiences = Annotated[
    tuple[Audience, ...],
    BeforeValidator(as_tuple),
    AfterValidator(distinct),
    Allowed("a list of audiences, each once"),
]


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
        1,
        ge=1,
        le=1_000_000,
        description="Raise it to create a new signing secret; the previous one stays valid until the next",
    )
    cors_origins: Origins = Field(
        (), description="Web pages that may call the API from a browser (production: no `*`, no http)"
    )
    throttle_rate_per_second: int = Field(
        100, ge=1, le=_MOST_REQUESTS, description="Requests per second over time; at most `account_rate_per_second`"
    )
    throttle_burst: int = Field(
        200, ge=1, le=_MOST_REQUESTS, description="Requests at once above the rate; at most `account_burst`"
    )
    account_rate_per_second: int = Field(
        10_000,
        ge=1,
        le=_MOST_REQUESTS,
        description="Requests per second that the account allows in a region, for all its APIs together: an adjustable "
        "quota, 2,500 in some regions (API Gateway: Amazon API Gateway quotas)",
    )
    account_burst: int = Field(
        5_000,
        ge=1,
        le=_MOST_REQUESTS,
        description="Requests at once that the account allows in a region; AWS derives them from the rate's quota: "
        "1,250 in some regions (API Gateway: Amazon API Gateway quotas)",
    )
