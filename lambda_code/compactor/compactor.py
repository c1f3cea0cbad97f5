"""One run: compact what is due, move the watermark, clean up.

The view `events` reads hours up to its watermark compacted, and raw objects after it. So each event shows once: an hour
is either on the one side or on the other, by one text that changes in one step. The watermark only passes hours whose
partition holds all that is stored of them at that moment, and never goes back.

1. *Nothing that showed is missing.* Before an hour is passed its raw objects show, afterwards its files; these hold the
   same. A partition that is switched later holds the old events and more.
2. *What is stored late shows*, too: at once in hours after the watermark, and from the next check on in those before
   it. That is within the hour for the last day, and within a day for as long as an hour can grow at all. Objects that
   appear while the watermark passes their hour are such, too: S3 and the catalog have no common step.
3. *One writer.* A partition can't be replaced on a condition, as the view can. So a run notes itself in the view, until
   its time is over; another one that finds this does nothing. A run that is killed leaves no more than the note.

A crash between any two calls leaves partitions that the watermark doesn't pass yet, which is invisible, or marks and
leftovers that later runs go on with.
"""

import logging
import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TypeVar

import msgspec

from lambda_code.compactor.budget import Budget
from lambda_code.compactor.cleaning import Cleaning
from lambda_code.compactor.compacting import Compacting, Outcome, Result
from lambda_code.compactor.expiring import Expiring
from lambda_code.compactor.hours import Hour, last_closed
from lambda_code.compactor.ports import Archive, Catalog, ConflictError, Engine, View
from lambda_code.compactor.request import Answer, NotARequestError, Request
from lambda_code.shared.errors import UnavailableError

WORKERS = 5
"""Hours at a time; each has one query at a time (Athena's quotas allow 20 and more per account and region)."""
_PATIENCE_SECONDS = timedelta(minutes=15).total_seconds()
_RECENT_HOURS = 24
_DAY_HOURS = 24
_SLACK_DAYS = 3  # an hour that has grown at the last moment, and whose turn was missed, is checked all the same
_MARGIN_SECONDS = 60.0  # what a call that has begun before the end of an invocation may take after it
_PASSED = (Outcome.CURRENT, Outcome.COMPACTED)

_log = logging.getLogger(__name__)
_Made = TypeVar("_Made")


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What a run did; `lag_hours` is the age of the oldest closed hour after the watermark, or 0.

    It is None where another run is at work, and this one did nothing.
    """

    answer: Answer
    lag_hours: int | None


class Compactor:
    """Makes runs."""

    def __init__(
        self,
        archive: Archive,
        engine: Engine,
        catalog: Catalog,
        *,
        check_days: int,
        raw_expiration_days: int | None = None,
        clock: Callable[[], float] = time.time,
        workers: int = WORKERS,
    ) -> None:
        self._archive = archive
        self._catalog = catalog
        self._check_days = check_days
        self._clock = clock
        self._workers = workers
        self._compacting = Compacting(archive, engine, catalog, clock=clock)
        self._cleaning = Cleaning(archive, catalog, clock=clock)
        self._expiring = None
        if raw_expiration_days is not None:
            self._expiring = Expiring(archive, catalog, self._compacting, days=raw_expiration_days, clock=clock)

    def run(self, request: Request, seconds_left: Callable[[], float]) -> Report:
        """Do what is due; raises UnavailableError, or NotARequestError for hours that are not closed."""
        now, budget = self._clock(), Budget(seconds_left)
        last = last_closed(now, patience_seconds=_PATIENCE_SECONDS)
        if request.named and request.named[-1] > last:
            raise NotARequestError(f"{request.named[-1].name} may still grow: the last closed hour is {last.name}")
        held = self._hold(now + budget.seconds_left + _MARGIN_SECONDS)
        if held is None:
            return Report(answer=Answer(busy=True), lag_hours=None)
        try:
            return self._run(request, last, held, budget)
        finally:
            self._release(held)

    def _run(self, request: Request, last: Hour, held: View, budget: Budget) -> Report:
        fresh = list(self._fresh(held.through, last))
        checked = self._checked(held.through, last, is_all=request.check == "all")
        # Hours before the watermark come first: what they lack is nowhere to be seen.
        wanted = list(dict.fromkeys([*request.named, *checked, *fresh]))
        made = self._each(lambda hour: self._compacting.compact(hour, budget), wanted)
        results = dict(zip(wanted, made, strict=True))
        through = self._move(held, last, results)
        self._clean(last, is_all=request.check == "all")
        outcomes = {hour: result.outcome for hour, result in results.items()}
        expired = list(self._expire(through, outcomes, budget))
        missing = [hour for hour in fresh if not _is_passed(hour, through) and outcomes[hour] is not Outcome.EMPTY]

        def names(outcome: Outcome) -> tuple[str, ...]:
            return tuple(hour.name for hour in sorted(outcomes) if outcomes[hour] is outcome)

        answer = Answer(
            compacted=names(Outcome.COMPACTED),
            different=names(Outcome.DIFFERENT),
            unstable=names(Outcome.UNSTABLE),
            waiting=len(names(Outcome.WAITING)),
            expired=tuple(hour.name for hour in expired),
            through=through.name if through else None,
        )
        return Report(answer=answer, lag_hours=last.ordinal - missing[0].ordinal + 1 if missing else 0)

    def _hold(self, until: float) -> View | None:
        """Note this run in the view, and give that the text that it should have; None where another run is at work."""
        view = self._catalog.view()
        if view and view.holder and view.held_until > self._clock():
            return None
        through = view.through if view else None
        if through is None:
            # A view that was made anew knows no watermark; the hours without raw objects lie before it all the same.
            through = self._catalog.last_expired()
        try:
            return self._catalog.change_view(view, through, secrets.token_hex(8), until)
        except ConflictError:
            return None

    def _release(self, held: View) -> None:
        try:
            view = self._catalog.view()
            if view and view.holder == held.holder:
                self._catalog.change_view(view, view.through, "", 0.0)
        except UnavailableError as error:
            _log.warning("the next runs have to wait until this one's time is over", extra={"reason": str(error)})

    def _fresh(self, through: Hour | None, last: Hour) -> Iterator[Hour]:
        """Closed hours after the watermark that have raw objects."""
        for date in self._archive.dates():
            if (through is None or date >= through.date) and date <= last.date:
                yield from (h for h in self._archive.hours(date) if h <= last and not _is_passed(h, through))

    def _checked(self, through: Hour | None, last: Hour, *, is_all: bool) -> list[Hour]:
        """Hours up to the watermark that may have grown: the recent ones, and of the older ones one of each day."""
        if through is None:
            return []
        recent, turn = last.ordinal - _RECENT_HOURS, Hour.at(self._clock()).ordinal % _DAY_HOURS
        first = last.ordinal - _DAY_HOURS * (self._check_days + _SLACK_DAYS) + 1
        window = range(first, min(through, last).ordinal + 1)
        return [Hour(each) for each in window if is_all or each > recent or each % _DAY_HOURS == turn]

    def _move(self, held: View, last: Hour, results: Mapping[Hour, Result]) -> Hour | None:
        """Move the watermark to the last hour before the first one that is not published; return where it is."""
        try:
            target = held.through
            for hour in self._fresh(held.through, last):
                if hour not in results or not self._may_pass(hour, results[hour]):
                    break
                target = hour
            if target != held.through:
                self._catalog.change_view(held, target, held.holder, held.held_until)
            return target
        except UnavailableError as error:
            _log.warning("the watermark moves with the next run", extra={"reason": str(error)})
            return held.through

    def _may_pass(self, hour: Hour, result: Result) -> bool:
        """Whether it is published as it is; where that is more than is stored, there is nothing to compare."""
        if result.outcome is Outcome.KEPT:
            return True
        return result.outcome in _PASSED and self._archive.listing(hour).fingerprint == result.listing.fingerprint

    def _clean(self, last: Hour, *, is_all: bool) -> None:
        try:
            self._cleaning.drop_tables()
            if is_all or last.ordinal % _DAY_HOURS == 0:
                self._cleaning.remove_runs()
        except UnavailableError as error:
            _log.warning("leftovers stay until they are cleaned up again", extra={"reason": str(error)})

    def _expire(self, through: Hour | None, outcomes: dict[Hour, Outcome], budget: Budget) -> Iterator[Hour]:
        if self._expiring is None or through is None:
            return
        expiring = self._expiring
        due = [hour for hour in expiring.due(through) if outcomes.get(hour, Outcome.CURRENT) is Outcome.CURRENT]
        made = self._each(lambda hour: expiring.expire(hour, budget), due)
        for hour, (outcome, is_expired) in zip(due, made, strict=True):
            outcomes[hour] = outcome
            if is_expired:
                yield hour

    def _each(self, do: Callable[[Hour], _Made], hours: Sequence[Hour]) -> list[_Made]:
        """Do it for each, several at a time, in their order."""
        workers = min(self._workers, len(hours))
        if workers <= 1:
            return [do(hour) for hour in hours]
        with ThreadPoolExecutor(workers) as pool:
            return list(pool.map(do, hours))


def _is_passed(hour: Hour, through: Hour | None) -> bool:
    return through is not None and hour <= through
