"""What to do with the records of a batch, decided by the rows that hold for their events."""

from collections.abc import Mapping

import msgspec

from lambda_code.processor.ports import Row
from lambda_code.processor.records import Arrived, Batch, Poison, as_record
from lambda_code.shared.content import is_same_content


class Refused(msgspec.Struct, frozen=True):
    """An entry of the quarantine."""

    item: Arrived | Poison
    reason: str


class Plan(msgspec.Struct):
    """What to do with the items before `until`, each with its place in the batch.

    `kept` are events whose row names their own record, `copies` those whose row names another one; each with its row.
    """

    until: int
    kept: list[tuple[int, Row, Arrived]]
    copies: list[tuple[int, Row, Arrived]]
    refused: list[tuple[int, Refused]]


class Home(msgspec.Struct):
    """An object, and the events of the batch that belong in it, by the sequence number of the row's record.

    `place` is that of the first record that is done only when all of this is in the object. `own` came
    as the row's record, `copied` as a copy of it; `copies` has place and number of every copy.
    """

    place: int
    is_new: bool = False
    own: dict[str, Arrived] = {}
    copied: dict[str, Arrived] = {}
    copies: list[tuple[int, str]] = []

    @property
    def events(self) -> dict[str, Arrived]:
        """The lines that the object must contain."""
        return {**self.copied, **self.own} if self.copied else self.own

    def duplicates(self, until: int, added: frozenset[str]) -> int:
        """How many copies before `until` brought nothing new, after these lines were added."""
        completed = set(added.difference(self.own))
        count = 0
        for place, sequence in self.copies:
            if sequence in completed:
                completed.discard(sequence)  # it is this copy that the object has now
            else:
                count += place < until
        return count


def make_plan(batch: Batch, rows: Mapping[str, Row]) -> Plan:
    """Decide about each item by the row that holds for its event; end before the first one that has no row."""
    plan = Plan(len(batch.items), [], [], [])
    for index, item in enumerate(batch.items):
        if isinstance(item, Poison):
            plan.refused.append((index, Refused(item, item.reason)))
            continue
        row = rows.get(item.identity)
        if row is None:
            plan.until = index
            break
        if row.sequence == item.sequence:
            plan.kept.append((index, row, item))
        elif is_same_content(row.content_hash, item.content_hash, item.data):
            plan.copies.append((index, row, item))
        else:
            plan.refused.append((index, Refused(item, "id_conflict")))
    return plan


def homes_of(plan: Plan, until: int) -> dict[str, Home]:
    """The objects that the events before `until` belong in.

    That is one, unless there are copies, or the batch is divided differently. Then homes may alternate from event to
    event.
    """
    homes: dict[str, Home] = {}
    for place, row, item in plan.kept:
        if place < until:
            home = homes.setdefault(row.home, Home(place))
            home.own[item.sequence] = item
            home.is_new = home.is_new or row.home == item.home
    for place, row, item in plan.copies:
        if place < until:
            home = homes.setdefault(row.home, Home(place))
            home.place = min(place, home.place)
            home.copies.append((place, row.sequence))
            if row.sequence not in home.own and row.sequence not in home.copied:
                home.copied[row.sequence] = as_record(item, row.sequence)
    return homes
