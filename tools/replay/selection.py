"""Which of the failed batches to replay."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from tools.replay.batch import Found, found


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """Batches discarded at `since` or later and before `until`, of these the `limit` oldest; None: all."""

    since: datetime | None = None
    until: datetime | None = None
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class Selection:
    """The batches that are wanted, oldest first; names of other objects, which stay; how many are left out."""

    batches: list[Found]
    strange: list[str]
    left_out: int


def select(keys: Iterable[str], wanted: Wanted) -> Selection:
    """Choose by name."""
    batches: list[Found] = []
    strange: list[str] = []
    for key in keys:
        batch = found(key)
        if batch is None:
            strange.append(key)
        else:
            batches.append(batch)
    since, until = wanted.since or datetime.min.replace(tzinfo=UTC), wanted.until or datetime.max.replace(tzinfo=UTC)
    chosen = sorted(
        (batch for batch in batches if since <= batch.given_up < until),
        key=lambda batch: (batch.given_up, batch.key),
    )[: wanted.limit]
    return Selection(chosen, strange, len(batches) - len(chosen))
