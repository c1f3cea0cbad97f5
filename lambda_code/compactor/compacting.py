"""One hour: write, prove, publish.

The raw objects of an hour are listed before and after it was written and proven. Both listings are the same, so the
same objects in the same states were there all the time: objects only grow, and a state that is gone never comes back.
Athena read as many of them as were listed, and what it wrote has as many events, the same identities and the same
lines. So the files hold the hour as it was listed; only then does the partition switch to them, in one step.

Nobody can see anything of it before that step, and whatever is left of a run that ended early is named by nothing: the
next run begins anew, under a name of its own.
"""

import logging
from collections.abc import Callable
from enum import Enum

import msgspec

from lambda_code.compactor.budget import Budget
from lambda_code.compactor.hours import Hour
from lambda_code.compactor.ports import Archive, Catalog, Engine, Listing, Proof, Published, UnprovableError
from lambda_code.compactor.runs import new_run
from lambda_code.shared.errors import UnavailableError

SETTLED_SECONDS = 2.0
"""How long before it is listed an hour was last stored into. S3 tells this time in whole seconds, and its clock may be
a little ahead: so whatever is stored after the listing has a later time than all that is in it."""

_log = logging.getLogger(__name__)


class Outcome(Enum):
    """What became of an hour in a run."""

    EMPTY = "there is nothing"
    CURRENT = "what is published is what is stored"
    COMPACTED = "published"
    KEPT = "what is published holds more than is stored by now"
    DIFFERENT = "not proven"
    UNSTABLE = "its objects are changing"
    WAITING = "there was no time, or a service was unavailable"


class Result(msgspec.Struct, frozen=True):
    """What became of an hour; with what is published, and its objects where all of these are in there."""

    outcome: Outcome
    listing: Listing = Listing(())
    published: Published | None = None


class Compacting:
    """Compacts hours; may be used by several threads."""

    def __init__(self, archive: Archive, engine: Engine, catalog: Catalog, *, clock: Callable[[], float]) -> None:
        self._archive = archive
        self._engine = engine
        self._catalog = catalog
        self._clock = clock

    def compact(self, hour: Hour, budget: Budget) -> Result:
        """Bring the hour up to date; what is unavailable makes it wait for the next run."""
        if not budget.may_begin():
            return Result(Outcome.WAITING)
        try:
            return self._compact(hour, budget)
        except UnavailableError as error:
            _log.warning("an hour has to wait", extra={"hour": hour.name, "reason": str(error)})
            return Result(Outcome.WAITING)

    def _compact(self, hour: Hour, budget: Budget) -> Result:
        began = self._clock()
        listing = self._archive.listing(hour)
        published = self._catalog.published(hour)
        if not listing.objects:
            return Result(Outcome.EMPTY)
        if published and published.expiring:
            if listing.newest > published.newest:
                return self._late(hour)
            return Result(Outcome.CURRENT, listing, published)
        if published and published.fingerprint == listing.fingerprint:
            return Result(Outcome.CURRENT, listing, published)
        if published and len(listing.objects) < published.objects:
            return Result(Outcome.KEPT)
        if listing.newest > began - SETTLED_SECONDS:
            return Result(Outcome.UNSTABLE)
        run = new_run(began)
        try:
            return self._written(hour, run, listing, published, budget)
        except UnprovableError as error:
            _log.error("an hour was not proven", extra={"hour": hour.name, "reason": str(error)})
            return Result(Outcome.DIFFERENT)
        finally:
            self._drop(hour, run)

    def _written(self, hour: Hour, run: str, listing: Listing, published: Published | None, budget: Budget) -> Result:
        self._engine.write(hour, run, listing.size_bytes, budget.may_go_on)
        proof = self._engine.prove(hour, run, budget.may_go_on)
        if self._archive.listing(hour).fingerprint != listing.fingerprint:
            return Result(Outcome.UNSTABLE)
        if proof.raw != proof.compacted or proof.objects != len(listing.objects):
            _report(hour, listing, proof)
            return Result(Outcome.DIFFERENT)
        if published and proof.raw.events < published.events:
            return Result(Outcome.KEPT)
        new = Published(
            run=run,
            fingerprint=listing.fingerprint,
            events=proof.raw.events,
            objects=proof.objects,
            identities=proof.raw.identities,
            proven=self._clock(),
            newest=listing.newest,
        )
        self._catalog.publish(hour, new, instead_of=published)
        return Result(Outcome.COMPACTED, listing, new)

    def _late(self, hour: Hour) -> Result:
        """Its raw objects are no longer all there: another copy would hold less than the one that is published."""
        _log.error("events came after the hour's raw objects had been removed", extra={"hour": hour.name})
        return Result(Outcome.DIFFERENT)

    def _drop(self, hour: Hour, run: str) -> None:
        try:
            self._catalog.drop(hour, run)
        except UnavailableError as error:
            _log.warning("a temporary table is left", extra={"hour": hour.name, "reason": str(error)})


def _report(hour: Hour, listing: Listing, proof: Proof) -> None:
    found = {
        "hour": hour.name,
        "objects_listed": len(listing.objects),
        "objects_read": proof.objects,
        "raw_events": proof.raw.events,
        "compacted_events": proof.compacted.events,
        "same_identities": proof.raw.identities == proof.compacted.identities,
        "same_lines": proof.raw.lines == proof.compacted.lines,
    }
    _log.error("an hour was not proven", extra=found)
