"""What the importer is told by its stack."""

from collections.abc import Mapping
from typing import Self

import msgspec

from lambda_code.importer.names import InboxRules
from lambda_code.shared.environment import required

VARIABLES = (
    "TAP_STACK",
    "TAP_STREAM_NAME",
    "TAP_INBOX_BUCKET",
    "TAP_FAILURES_BUCKET",
    "TAP_ACCOUNT_ID",
    "TAP_INBOX_RULES",
)
"""Variables that the stack sets."""
RUNTIME_VARIABLES = ("AWS_LAMBDA_FUNCTION_NAME",)
"""Variables that the Lambda runtime sets."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """`account_id` is that of the inbox's owner: twelve digits. `function` is the importer's own name."""

    stack: str
    stream_name: str
    inbox_bucket: str
    failures_bucket: str
    account_id: str
    inbox: InboxRules
    function: str

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Self:
        """Read every variable; raises MissingVariableError, or msgspec.ValidationError for rules that are none."""
        return cls(
            stack=required(environ, "TAP_STACK"),
            stream_name=required(environ, "TAP_STREAM_NAME"),
            inbox_bucket=required(environ, "TAP_INBOX_BUCKET"),
            failures_bucket=required(environ, "TAP_FAILURES_BUCKET"),
            account_id=required(environ, "TAP_ACCOUNT_ID"),
            inbox=msgspec.json.decode(required(environ, "TAP_INBOX_RULES"), type=InboxRules),
            function=required(environ, "AWS_LAMBDA_FUNCTION_NAME"),
        )
