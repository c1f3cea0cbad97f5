"""Clients of the AWS services, made by botocore alone: the resource layer of boto3 would only cost start time."""

import gzip
import logging
from functools import cache
from typing import Any, Protocol

import botocore
import botocore.session
import msgspec
from botocore.config import Config
from botocore.loaders import JSONFileLoader, Loader

_log = logging.getLogger(__name__)

SERVICES = ("athena", "dynamodb", "glue", "kinesis", "lambda", "s3", "secretsmanager")
"""Services that clients are made of."""

# The SDK's check of every parameter costs as much as all else that it does for a call with many items; it refuses only
# what the service refuses too, and a test makes each of our calls with it. Its own name of itself is put together anew
# for each call, which is a quarter of what a small one costs.
_UNCHECKED = Config(parameter_validation=False, user_agent=f"TapStack Botocore/{botocore.__version__}")

PRODUCER = _UNCHECKED.merge(Config(connect_timeout=1, read_timeout=2.5, retries={"total_max_attempts": 1}))
"""For calls that are repeated by our own loop, which knows what is left to send and how much time there is."""
SECRETS = _UNCHECKED.merge(
    Config(connect_timeout=1, read_timeout=1, retries={"mode": "standard", "total_max_attempts": 2})
)
"""For reading a secret while a client waits: a read takes 5 s at worst, with the pause before its second attempt."""
STORE = _UNCHECKED.merge(
    Config(connect_timeout=1, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 3})
)
"""For calls whose failure makes the whole batch or file come back. One takes 21 s at worst, with the pauses between
attempts; a processor has more time than that."""


class Context(Protocol):
    """The part of Lambda's context object that is used."""

    aws_request_id: str

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until Lambda ends the invocation."""


class _Files(JSONFileLoader):
    """Reads the SDK's models with msgspec, in a quarter of the time: that is much of what making a client costs."""

    def load_file(self, file_path: str) -> Any:  # noqa: ANN401 - whatever the file holds
        """The content of a file, given without its ending; None where there is none."""
        for ending, opened in ((".json", open), (".json.gz", gzip.open)):
            try:
                with opened(file_path + ending, "rb") as file:
                    return msgspec.json.decode(file.read())
            except FileNotFoundError:
                pass
        return super().load_file(file_path)  # a later SDK may keep them in another form


class _Models(Loader):
    """The SDK's models of the services that are used here; it would look through those of all 400 for their names."""

    def list_available_services(self, type_name: str) -> list[str]:  # noqa: ARG002 - the SDK's signature
        """The services that there are."""
        return [*SERVICES]


def client(service: str, config: Config) -> Any:  # noqa: ANN401 - botocore makes its classes while running
    """A client for one of SERVICES in the function's own region, which the runtime sets."""
    return _session().create_client(service, config=config)


@cache
def _session() -> botocore.session.Session:
    """One for all clients: each would read the endpoint rules and retry tables again."""
    session = botocore.session.get_session()
    try:
        session.register_component("data_loader", _Models(file_loader=_Files()))
    except TypeError:
        # The runtime's SDK changes without us. With its own loader it only starts more slowly.
        _log.warning("the SDK's loader has changed: starting without a faster one")
    return session
