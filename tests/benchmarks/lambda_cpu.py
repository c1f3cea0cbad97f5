"""CPU time of a piece of work, and what keeps it from leaving the process."""

from __future__ import annotations

import contextlib
import os
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import botocore.session
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.config import Config

Work = Callable[[], object]


class Context:
    """Lambda's context, with a minute left."""

    aws_request_id = "11111111-2222-3333-4444-555555555555"

    def get_remaining_time_in_millis(self) -> int:
        return 60_000


def cpu_seconds(works: Mapping[str, Work], *, rounds: int, repeats: int) -> dict[str, float]:
    """Median CPU seconds of each work; they take turns, so that a slow minute of the machine hits all alike."""
    samples: dict[str, list[float]] = {name: [] for name in works}
    with quiet():
        for turn in range(-1, rounds):
            for name, work in works.items():
                began = time.process_time()
                for _ in range(repeats):
                    work()
                if turn >= 0:
                    samples[name].append((time.process_time() - began) / repeats)
    return {name: statistics.median(taken) for name, taken in samples.items()}


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Functions print their metrics; writing them is part of the work, reading them is not."""
    with Path(os.devnull).open("w") as nowhere, contextlib.redirect_stdout(nowhere):
        yield


def unsent(service: str, config: Config, body: bytes) -> Any:
    """The SDK's client, which does everything but send: it makes and signs requests, and gets this answer to all."""
    session = botocore.session.get_session()
    session.set_credentials("access", "secret")
    client: Any = session.create_client(service, region_name="us-east-1", config=config)

    def answered(request: Any, **_: object) -> AWSResponse:
        return AWSResponse(request.url, 200, HTTPHeaders(), _Raw(body))

    client.meta.events.register_first(f"before-send.{service}", answered)
    return client


class _Raw:
    """What botocore reads a body from."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self) -> Iterator[bytes]:
        yield self._body
