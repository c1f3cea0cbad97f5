"""Clients of the AWS services, made by botocore alone: the resource layer of boto3 would only cost start time."""

from functools import cache
from typing import Any, Protocol

import botocore.session
from botocore.config import Config

PRODUCER = Config(connect_timeout=1, read_timeout=2.5, retries={"total_max_attempts": 1})
"""For calls that are repeated by our own loop, which knows what is left to send and how much time there is."""
SECRETS = Config(connect_timeout=1, read_timeout=2, retries={"mode": "standard", "total_max_attempts": 2})
"""For reading a secret while a client waits."""
STORE = Config(connect_timeout=2, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 3})
"""For calls whose failure makes the whole batch come back."""
READER = Config(connect_timeout=2, read_timeout=30, retries={"mode": "standard", "total_max_attempts": 5})
"""For reading files as a stream."""


class Context(Protocol):
    """The part of Lambda's context object that is used."""

    aws_request_id: str

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until Lambda ends the invocation."""


def client(service: str, config: Config) -> Any:  # noqa: ANN401 - botocore makes its classes while running
    """A client for the function's own region, which the runtime sets."""
    return _session().create_client(service, config=config)


@cache
def _session() -> botocore.session.Session:
    """One for all clients: each would read the endpoint rules and retry tables again."""
    return botocore.session.get_session()
