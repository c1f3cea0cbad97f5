"""What an invocation is asked for, and what it answers."""

from typing import Literal

import msgspec

from lambda_code.compactor.hours import Hour
from lambda_code.shared.errors import RefusedError


class NotARequestError(RefusedError):
    """The event of the invocation asks for nothing that there is."""

    code = "not_a_request"


class Request(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`{}`: what is due. With `check` as `all`, every hour that can still grow is looked at now, and leftovers are.

    `hours` names hours that are looked at, too.
    """

    check: Literal["due", "all"] = "due"
    hours: tuple[str, ...] = ()

    @property
    def named(self) -> list[Hour]:
        """The hours, in order; raises NotAnHourError."""
        return sorted({Hour.parse(name) for name in self.hours})


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What an invocation did, hour by hour; `through` is the last hour that the view reads compacted.

    `different` were not proven, `unstable` changed meanwhile, `waiting` counts those that the next run comes to.
    `expired` are hours whose raw objects were removed. `busy`: another run is at work, and this one did nothing.
    """

    compacted: tuple[str, ...] = ()
    different: tuple[str, ...] = ()
    unstable: tuple[str, ...] = ()
    waiting: int = 0
    expired: tuple[str, ...] = ()
    through: str | None = None
    busy: bool = False


def read(event: object) -> Request:
    """What an event asks for; raises NotARequestError."""
    try:
        request = msgspec.convert(event, Request)
        _ = request.named
    except ValueError as error:  # those of msgspec are, too
        allowed = '{}, {"check": "all"} or {"hours": ["2026-11-28-13"]}'
        raise NotARequestError(f"{error}; an event is {allowed}") from error
    return request
