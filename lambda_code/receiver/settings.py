"""The receiver's settings, from its environment variables."""

from collections.abc import Mapping
from typing import Self

import msgspec

from lambda_code.shared.environment import required

VARIABLES = (
    "TAP_STACK",
    "TAP_ENVIRONMENT",
    "TAP_VERSION",
    "TAP_STREAM_NAME",
    "TAP_API_AUTH",
    "TAP_SIGNING_SECRET_ARN",
    "TAP_REQUESTS_PER_MINUTE",
)
"""Variables that the stack sets; that of the secret only if requests are signed."""
RUNTIME_VARIABLES = ("AWS_REGION",)
"""Variables that Lambda sets."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """`signing_secret_arn` is None if the gateway, or nobody, decides who may send.

    `requests_per_minute` is the gateway's rate, in digits; `*` means that it isn't set.
    """

    stack: str
    environment: str
    version: str
    region: str
    stream_name: str
    signing_secret_arn: str | None
    requests_per_minute: str = "*"

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Self:
        """Read every variable; raises MissingVariableError."""
        signed = required(environ, "TAP_API_AUTH") == "signature"
        return cls(
            stack=required(environ, "TAP_STACK"),
            environment=required(environ, "TAP_ENVIRONMENT"),
            version=required(environ, "TAP_VERSION"),
            region=required(environ, "AWS_REGION"),
            stream_name=required(environ, "TAP_STREAM_NAME"),
            signing_secret_arn=required(environ, "TAP_SIGNING_SECRET_ARN") if signed else None,
            requests_per_minute=environ.get("TAP_REQUESTS_PER_MINUTE") or "*",
        )
