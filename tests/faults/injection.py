"""Faults: what can go wrong at a call of the SDK, at random or at one call after the other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any, Generic, Protocol, TypeVar

from botocore.exceptions import ClientError, ReadTimeoutError

Made = TypeVar("Made")

START = 1_750_000_000.0
LATENCY_SECONDS = {"kinesis": 0.01, "lambda": 0.02, "dynamodb": 0.02, "s3": 0.03, "secretsmanager": 0.02}
SHARES = {"dynamodb": 0.25}  # of the chances: a batch makes up to 40 calls of it, and would hardly ever get through
ERRORS = {
    "kinesis": ("InternalFailureException", "ServiceUnavailable", "ProvisionedThroughputExceededException"),
    "dynamodb": ("ThrottlingException", "InternalServerError", "RequestLimitExceeded"),
    "s3": ("SlowDown", "InternalError", "ServiceUnavailable", "OperationAborted"),
    "lambda": ("TooManyRequestsException", "ServiceException", "EC2ThrottledException"),
    "secretsmanager": ("InternalServiceError", "ThrottlingException"),
}


class CrashError(BaseException):
    """The process ends here: nothing can catch it, and nobody hears of it."""


class TimedOutError(CrashError):
    """Lambda ends the process because its time is up."""


def client_error(code: str, **more: Any) -> ClientError:
    """An error as the SDK raises it."""
    response: Any = {"Error": {"Code": code, "Message": "ordered by a test"}, **more}
    return ClientError(response, "Operation")


def lost_answer() -> ReadTimeoutError:
    """What the SDK raises where the request may well have been carried out."""
    return ReadTimeoutError(endpoint_url="https://aws.test")


class Clock:
    """The time of the model; nobody waits for it."""

    def __init__(self, now: float = START) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


class Invocation:
    """Lambda's context for one invocation, and the end of its time."""

    aws_request_id = "11111111-2222-3333-4444-555555555555"

    def __init__(self, clock: Clock, seconds: float) -> None:
        self._clock = clock
        self._end = clock.now + seconds

    def get_remaining_time_in_millis(self) -> int:
        return max(0, int(1000 * (self._end - self._clock.now)))

    def watch(self) -> None:
        """End the process where its time is up."""
        if self._clock.now >= self._end:
            raise TimedOutError


class Faults(Protocol):
    """Stands between a client of the SDK and the service."""

    def call(self, service: str, do: Callable[[], Made]) -> Made:
        """Make the call, or have it fail."""


@dataclass
class NoFaults:
    """Every call succeeds, after its latency."""

    clock: Clock
    calls: int = 0

    def call(self, service: str, do: Callable[[], Made]) -> Made:
        self.calls += 1
        self.clock.now += LATENCY_SECONDS[service]
        return do()


@dataclass
class RandomFaults:
    """Each call fails with the given chances.

    `refused`: an error, nothing done. `lost`: done, and an error. `crash_before`, `crash_after`: the process ends.
    `partly`: of a call of several parts only some are done, and the answer says so; `lost_partly`, `crash_partly`: they
    are done, and nobody hears of it.
    `repeated`: the SDK lost the answer and asked again by itself, so that the answer is that of the second time.
    `slow`: it takes 20 seconds longer, and is done. `meanwhile`: something else happens before it is done.
    `outage`: this call and all others are refused for 15 seconds.
    """

    clock: Clock
    rng: Random
    chances: Mapping[str, float]
    meanwhile: Callable[[], None] = lambda: None
    watch: Callable[[], None] = lambda: None
    seen: dict[str, int] = field(default_factory=dict)
    down_until: float = 0.0

    def __post_init__(self) -> None:
        self._total = sum(self.chances.values())

    def call(self, service: str, do: Callable[[], Made]) -> Made:
        self.clock.now += LATENCY_SECONDS[service]
        if self.clock.now < self.down_until:
            raise self.error(service)
        if self.rng.random() >= self._total * SHARES.get(service, 1.0):
            return do()
        kind = self.rng.choices(list(self.chances), list(self.chances.values()))[0]
        self.seen[kind] = self.seen.get(kind, 0) + 1
        if kind == "outage":
            self.down_until = self.clock.now + 15
            raise self.error(service)
        made = carry_out(kind, service, do, self)
        self.watch()
        return made

    def delay(self) -> None:
        self.clock.now += 20
        if self.rng.random() < 0.5:
            self.watch()

    def error(self, service: str) -> Exception:
        return client_error(self.rng.choice(ERRORS[service]))


@dataclass
class ChosenFaults:
    """The calls with these numbers (from 0) go wrong in the given ways; all others succeed."""

    clock: Clock
    chosen: Mapping[int, str]
    meanwhile: Callable[[], None] = lambda: None
    calls: int = 0

    def call(self, service: str, do: Callable[[], Made]) -> Made:
        self.clock.now += LATENCY_SECONDS[service]
        self.calls += 1
        kind = self.chosen.get(self.calls - 1)
        return carry_out(kind, service, do, self) if kind else do()

    def delay(self) -> None:
        self.clock.now += 20

    def error(self, service: str) -> Exception:
        return client_error(ERRORS[service][0])


@dataclass(frozen=True)
class Call(Generic[Made]):
    """A call of several parts, and how it is carried out where the service takes only some of them."""

    whole: Callable[[], Made]
    some: Callable[[], Made]

    def __call__(self) -> Made:
        return self.whole()


def carry_out(kind: str, service: str, do: Callable[[], Made], faults: RandomFaults | ChosenFaults) -> Made:
    """Do it, and fail in the given way."""
    if kind == "refused":
        raise faults.error(service)
    if kind == "crash_before":
        raise CrashError
    if kind == "slow":
        faults.delay()
    if kind == "meanwhile":
        faults.meanwhile()
    try:
        made = do.some() if isinstance(do, Call) and kind.endswith("partly") else do()
    finally:  # whatever the answer is, nobody gets it
        if kind in ("crash_after", "crash_partly"):
            raise CrashError
        if kind in ("lost", "lost_partly"):
            raise lost_answer()
    return do() if kind == "repeated" and service in ("s3", "dynamodb") else made
