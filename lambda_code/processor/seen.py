"""What a process has seen in the archive, so that a copy of it costs no read."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from threading import Lock
from typing import TypeVar

MAX_SEEN = 20_000
"""Lines that are remembered: about 4 MB, and a minute or two of one shard at its limit."""

_Line = TypeVar("_Line")


class Seen:
    """Sequence numbers by object, which never loses one; of the latest objects, up to `most` numbers in all."""

    def __init__(self, most: int = MAX_SEEN) -> None:
        self._most = most
        self._count = 0
        self._homes: OrderedDict[str, set[str]] = OrderedDict()
        self._lock = Lock()

    def without(self, home: str, lines: Mapping[str, _Line]) -> dict[str, _Line]:
        """The lines, keyed by sequence number, that have not been seen there."""
        with self._lock:
            known = self._homes.get(home, ())
            return {sequence: line for sequence, line in lines.items() if sequence not in known}

    def add(self, home: str, sequences: Iterable[str]) -> None:
        """Remember these, and forget the object that was added to longest ago, as often as there is no room."""
        with self._lock:
            known = self._homes.pop(home, set())
            self._count -= len(known)
            known.update(sequences)
            self._homes[home] = known
            self._count += len(known)
            while self._count > self._most:
                self._count -= len(self._homes.popitem(last=False)[1])
