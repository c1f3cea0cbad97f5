"""Small batches, put into the stream directly."""

from __future__ import annotations

import json

from tests.faults.clients import Books
from tests.faults.kinesis import Record
from tests.faults.pipeline import World
from tests.faults.properties import check


def event(name: str, data: int = 0, **more: str) -> bytes:
    """An event of the source `/s`."""
    return json.dumps({"specversion": "1.0", "id": name, "source": "/s", "type": "t", **more, "data": data}).encode()


def put(world: World, *documents: bytes) -> list[Record]:
    """The records of these documents, in one shard and lane."""
    return [world.stream.put("one key", document) for document in documents]


def mixed(world: World, *, conflict: bool = True) -> tuple[Books, set[str]]:
    """A batch with everything that a batch can hold; what must be true of it, and its poison."""
    other = event("b", 1 if conflict else 0)
    records = put(world, event("a"), event("b"), event("a"), b"{", event("c"), other, event("d"), event("e"))
    names = {f"/s {name}": 0 for name in "abcde"}
    poison = {records[3].sequence, *([records[5].sequence] if conflict else [])}
    return Books(accepted=set(names), data=names), poison


def holds(world: World, books: Books, poison: set[str]) -> None:
    """Check all properties."""
    check(world, books, poison)
