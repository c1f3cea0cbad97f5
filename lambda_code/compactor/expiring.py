"""Removes raw objects of hours that are proven, and old enough that nothing brings their events again."""

import logging
from collections.abc import Callable, Iterator
from datetime import timedelta

import msgspec

from lambda_code.compactor.budget import Budget
from lambda_code.compactor.compacting import Compacting, Outcome
from lambda_code.compactor.hours import Hour
from lambda_code.compactor.ports import Archive, Catalog, Listing, Published
from lambda_code.shared.errors import UnavailableError

_DAY_SECONDS = timedelta(days=1).total_seconds()
_log = logging.getLogger(__name__)


class Expiring:
    """First the partition is marked, then exactly those objects are removed of which it was proven.

    The mark is for ever: an hour that lacks some of its raw objects can't be compacted any more. A run that finds it
    goes on with what is left of those; what was stored since has a later time, and stays.
    """

    def __init__(
        self, archive: Archive, catalog: Catalog, compacting: Compacting, *, days: int, clock: Callable[[], float]
    ) -> None:
        self._archive = archive
        self._catalog = catalog
        self._compacting = compacting
        self._seconds = timedelta(days=days).total_seconds()
        self._clock = clock

    def due(self, through: Hour) -> Iterator[Hour]:
        """Hours up to this one that have raw objects of that age."""
        last = Hour(min(Hour.at(self._clock() - self._seconds).ordinal - 1, through.ordinal))
        for date in self._archive.dates():
            if date <= last.date:
                yield from (hour for hour in self._archive.hours(date) if hour <= last)

    def expire(self, hour: Hour, budget: Budget) -> tuple[Outcome, bool]:
        """What became of the hour, and whether raw objects of it were removed; one that isn't proven is compacted."""
        result = self._compacting.compact(hour, budget)
        if result.outcome is not Outcome.CURRENT or result.published is None:
            return result.outcome, False
        try:
            return result.outcome, self._remove(hour, result.published, result.listing)
        except UnavailableError as error:
            _log.warning("raw objects are left", extra={"hour": hour.name, "reason": str(error)})
            return Outcome.WAITING, False

    def _remove(self, hour: Hour, published: Published, listing: Listing) -> bool:
        now = self._clock()
        if published.expiring is None:
            if published.proven > now - _DAY_SECONDS:  # queries that began before it was published read raw objects
                return False
            self._catalog.publish(hour, msgspec.structs.replace(published, expiring=now), instead_of=published)
        if left := self._archive.remove(listing.objects):
            _log.warning("raw objects are left", extra={"hour": hour.name, "changed": left})
        return True
