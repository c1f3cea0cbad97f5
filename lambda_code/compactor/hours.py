"""Hours of the archive, as its keys name them."""

import re
from datetime import UTC, datetime, timedelta
from typing import Self

import msgspec

SECONDS = 3600
_NAME = re.compile(r"\d{4}-\d{2}-\d{2}-\d{2}", re.ASCII)
_FORMAT = "%Y-%m-%d-%H"


class NotAnHourError(ValueError):
    """A text is not an hour such as `2026-11-28-13`."""


class Hour(msgspec.Struct, frozen=True, order=True):
    """An hour in UTC; `ordinal` counts hours since 1970, so that hours have an order and a distance."""

    ordinal: int

    @classmethod
    def at(cls, seconds: float) -> Self:
        """The hour of a time in seconds since 1970."""
        return cls(int(seconds // SECONDS))

    @classmethod
    def parse(cls, name: str) -> Self:
        """The hour of a name such as `2026-11-28-13`; raises NotAnHourError. So names never carry anything into SQL."""
        try:
            if not _NAME.fullmatch(name):
                raise ValueError
            return cls.at(datetime.strptime(name, _FORMAT).replace(tzinfo=UTC).timestamp())
        except ValueError:
            raise NotAnHourError(f"an hour is written like 2026-11-28-13, got {name[:40]!r}") from None

    @property
    def end(self) -> float:
        """When it ends, in seconds since 1970."""
        return float((self.ordinal + 1) * SECONDS)

    @property
    def name(self) -> str:
        """Its name, such as `2026-11-28-13`."""
        return f"{self.date}-{self.hour}"

    @property
    def date(self) -> str:
        """Its day, such as `2026-11-28`."""
        return f"{self._moment:%Y-%m-%d}"

    @property
    def hour(self) -> str:
        """Its hour of the day, such as `13`."""
        return f"{self._moment:%H}"

    @property
    def folder(self) -> str:
        """What keys of the hour have in common, behind the prefix of their kind: `date=2026-11-28/hour=13/`."""
        return f"date={self.date}/hour={self.hour}/"

    @property
    def _moment(self) -> datetime:
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(hours=self.ordinal)


def last_closed(now: float, *, patience_seconds: float) -> Hour:
    """The last hour that ended at least so long ago: the stream's last batches of it have been stored since."""
    return Hour(Hour.at(now - patience_seconds).ordinal - 1)
