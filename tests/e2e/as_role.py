"""A plugin for the integration tests: with the credentials of whoever starts them, also on an emulator.

CALLED names the file in which every operation is noted that they called.
"""

import os
from pathlib import Path
from typing import Any

import boto3

from tests.integration.target import Target

_called: set[str] = set()


def _client(self: Target, service: str) -> Any:
    client: Any = boto3.client(service, region_name=self.region, endpoint_url=self.endpoint)  # type: ignore[call-overload]
    client.meta.events.register("before-call", _note)
    return client


def _note(model: Any, **_: Any) -> None:
    _called.add(f"{model.service_model.service_name}:{model.name}")


def pytest_configure() -> None:
    """Hands out these clients from now on."""
    Target.client = _client  # type: ignore[method-assign]


def pytest_sessionfinish() -> None:
    """Writes the operations down."""
    Path(os.environ["CALLED"]).write_text("\n".join(sorted(_called)))
