"""The importer itself, invoked once more."""
# ruff: noqa: N803 - AWS writes its parameters so

from collections.abc import Callable, Mapping
from typing import Any, Protocol

import msgspec
from botocore.exceptions import BotoCoreError, ClientError

from lambda_code.shared.errors import UnavailableError


class InvokeClient(Protocol):
    """The part of the SDK's Lambda client that is used."""

    def invoke(self, *, FunctionName: str, InvocationType: str, Payload: bytes) -> object:
        """Queue an event for a function."""


class NextInvocation:
    """Invokes a function asynchronously: Lambda queues the event, tries three times, and has a dead-letter queue."""

    def __init__(self, client: Callable[[], InvokeClient], function: str) -> None:
        """`client` makes the SDK's client when it is needed: few imports are, and it costs start time."""
        self._client = client
        self._function = function

    def begin(self, event: Mapping[str, Any]) -> None:
        """Invoke it with the event; raises UnavailableError where nobody knows whether that worked."""
        payload = msgspec.json.encode(event)
        try:
            self._client().invoke(FunctionName=self._function, InvocationType="Event", Payload=payload)
        except (BotoCoreError, ClientError) as error:
            raise UnavailableError(f"not handed on: {error}") from error
