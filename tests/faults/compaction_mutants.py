"""Wrong decisions of the compactor, each small and tempting, as changes of its text."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from types import FunctionType, ModuleType
from typing import Any

import pytest

from lambda_code.compactor import cleaning, compacting, compactor, expiring, ports


@dataclass(frozen=True)
class Mutant:
    """Another text in place of one that stands in the module once."""

    name: str
    module: ModuleType
    old: str
    new: str

    def __call__(self, patch: pytest.MonkeyPatch) -> None:
        """Give the module's classes and functions the changed code; what they name stays what it was."""
        text = inspect.getsource(self.module)
        assert text.count(self.old) == 1, self.name
        changed: dict[str, Any] = {"__name__": self.module.__name__}
        exec(compile(text.replace(self.old, self.new), str(self.module.__file__), "exec"), changed)  # noqa: S102
        made = {
            name: value for name, value in changed.items() if getattr(value, "__module__", "") == self.module.__name__
        }
        for name, value in made.items():
            present = getattr(self.module, name)
            members = vars(value) if isinstance(value, type) else {}
            for member, code in members.items():
                if isinstance(code, FunctionType | property) and not member.startswith("__"):
                    patch.setattr(present, member, code)
            if isinstance(value, FunctionType):
                patch.setattr(self.module, name, value)
            else:
                changed[name] = present


def _of(module: ModuleType) -> Callable[[str, str, str], Mutant]:
    return lambda name, old, new: Mutant(name, module, old, new)


_cleaning, _compacting, _compactor, _expiring, _ports = map(_of, (cleaning, compacting, compactor, expiring, ports))

publishes_what_changed_meanwhile = _compacting(
    "publishes what changed meanwhile", "self._archive.listing(hour).fingerprint != listing.fingerprint", "False"
)
publishes_what_differs = _compacting("publishes what differs", "proof.raw != proof.compacted or ", "")
compares_only_counts = _compacting(
    "compares only counts", "proof.raw != proof.compacted", "proof.raw.events != proof.compacted.events"
)
does_not_count_objects = _compacting("does not count objects", " or proof.objects != len(listing.objects)", "")
publishes_fewer_events = _compacting(
    "publishes fewer events", "if published and proof.raw.events < published.events:", "if False:"
)
writes_again_what_lacks_objects = _compacting(
    "writes again what lacks objects", "if published and len(listing.objects) < published.objects:", "if False:"
)
lists_what_is_being_stored = _compacting(
    "lists what is being stored", "listing.newest > began - SETTLED_SECONDS", "False"
)
compacts_what_it_removes = _compacting("compacts what it removes", "if published and published.expiring:", "if False:")
removes_what_came_late = _compacting("removes what came late", "if listing.newest > published.newest:", "if False:")
names_runs_alike = _compacting("names runs alike", "run = new_run(began)", 'run = "20261128000000_00000000"')
leaves_its_tables = _compacting("leaves its tables", "self._catalog.drop(hour, run)", "pass")
takes_a_difference_for_a_fault = _compacting(
    "takes a difference for a fault",
    "_report(hour, listing, proof)\n            return Result(Outcome.DIFFERENT)",
    "return Result(Outcome.WAITING)",
)
knows_objects_by_their_keys = _ports(
    "knows objects by their keys", "(each.key, each.etag, each.size_bytes)", "each.key"
)
passes_what_is_not_published = _compactor(
    "passes what is not published",
    "result.outcome in _PASSED and self",
    "result.outcome not in _PASSED or self",
)
passes_what_grows = _compactor(
    "passes what grows", " and self._archive.listing(hour).fingerprint == result.listing.fingerprint", ""
)
passes_hours_that_it_has_not_seen = _compactor(
    "passes hours that it has not seen",
    "if hour not in results or not self",
    "if hour in results and not self",
)
passes_over_gaps = _compactor("passes over gaps", "                    break\n", "                    continue\n")
runs_beside_others = _compactor(
    "runs beside others", "if view and view.holder and view.held_until > self._clock():", "if False:"
)
holds_on_for_ever = _compactor("holds on for ever", 'self._catalog.change_view(view, view.through, "", 0.0)', "pass")
forgets_what_expired = _compactor("forgets what expired", "through = self._catalog.last_expired()", "pass")
does_not_check_recent_hours = _compactor("does not check recent hours", "each > recent or ", "")
does_not_check_older_hours = _compactor("does not check older hours", " or each % _DAY_HOURS == turn", "")
compacts_open_hours = _compactor(
    "compacts open hours", "last = last_closed(now, patience_seconds=_PATIENCE_SECONDS)", "last = Hour.at(now)"
)
removes_at_once = _expiring("removes at once", "if published.proven > now - _DAY_SECONDS:", "if False:")
removes_without_a_mark = _expiring(
    "removes without a mark",
    "self._catalog.publish(hour, msgspec.structs.replace(published, expiring=now), instead_of=published)",
    "pass",
)
removes_what_the_view_reads = _expiring(
    "removes what the view reads",
    "Hour(min(Hour.at(self._clock() - self._seconds).ordinal - 1, through.ordinal))",
    "Hour(Hour.at(self._clock() - self._seconds).ordinal - 1)",
)
removes_files_that_queries_read = _cleaning(
    "removes files that queries read", "if published.proven > self._clock() - _DAY_SECONDS:", "if False:"
)
removes_files_that_are_published = _cleaning("removes files that are published", "old - {published.run}", "old")
removes_files_without_a_partition = _cleaning(
    "removes files without a partition",
    "        if published is None:",
    "        for run in old if published is None else ():\n"
    "            self._archive.remove_run(hour, run)\n"
    "        if published is None:",
)
