"""Removes what runs left that ended early, and files that no partition names any more."""

from collections.abc import Callable
from datetime import timedelta

from lambda_code.compactor.hours import Hour
from lambda_code.compactor.ports import Archive, Catalog

_DAY_SECONDS = timedelta(days=1).total_seconds()
"""Queries end within hours: what nothing has named for so long is read by none."""


class Cleaning:
    """Cleans up; raises UnavailableError."""

    def __init__(self, archive: Archive, catalog: Catalog, *, clock: Callable[[], float]) -> None:
        self._archive = archive
        self._catalog = catalog
        self._clock = clock

    def drop_tables(self) -> None:
        """Forget temporary tables of runs that began long ago."""
        for table in self._catalog.temporary():
            if table.began < self._clock() - _DAY_SECONDS:
                self._catalog.drop(table.hour, table.run)

    def remove_runs(self) -> None:
        """Remove files of other runs than the published one. It lists all compacted files, so once a day is enough."""
        for hour, runs in self._archive.runs().items():
            if len(runs) > 1:  # the one of most hours is the published one
                self._clean(hour, {run for run, newest in runs.items() if newest < self._clock() - _DAY_SECONDS})

    def _clean(self, hour: Hour, old: set[str]) -> None:
        published = self._catalog.published(hour)
        if published is None:  # where the catalog was lost, these files may be all there is
            return
        if published.proven > self._clock() - _DAY_SECONDS:  # until then queries read the files before
            return
        for run in sorted(old - {published.run}):
            self._archive.remove_run(hour, run)
