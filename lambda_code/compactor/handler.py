"""Entry point: hourly by the schedule, or by hand for hours that are named."""

import os
from functools import cache
from typing import Any

import msgspec

from lambda_code.compactor import request
from lambda_code.compactor.request import Answer
from lambda_code.compactor.settings import Settings
from lambda_code.shared import aws, environment


@cache
def compactor() -> Settings:
    """The settings of this process, from its environment variables."""
    return Settings.from_environ(os.environ)


def handle(event: object, context: aws.Context) -> dict[str, Any]:  # noqa: ARG001 - Lambda gives both
    """Answer one invocation; raises NotARequestError."""
    request.read(event)
    answer: dict[str, Any] = msgspec.to_builtins(Answer())
    return answer


if environment.is_lambda(os.environ):
    compactor()  # while Lambda starts the process it gives it a full CPU
