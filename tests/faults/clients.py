"""Clients that send events and keep books about what they were told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any

from tests.faults.pipeline import request

BATCH = "application/cloudevents-batch+json"
Post = Callable[[dict[str, Any]], dict[str, Any] | None]


@dataclass
class Books:
    """Events by identity. What was sent and never answered with 202 may be stored, or not: it is `uncertain`.

    `data` is the content of every event that was ever sent; `order` holds, for each partition key, the requests that
    were answered with 202 one after the other, each with its events of that key.
    """

    accepted: set[str] = field(default_factory=set)
    uncertain: set[str] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)
    data: dict[str, int] = field(default_factory=dict)
    order: dict[str, list[list[str]]] = field(default_factory=dict)
    statuses: dict[int | None, int] = field(default_factory=dict)


@dataclass
class Client:
    """Sends one request after the other, each again until it is answered with 202, as senders are told to do.

    Its partition keys are its own, so that what it sends after a 202 follows in order. Now and then it gives up,
    sends what cannot be accepted, sends again what was accepted long ago, or loses an answer on the way.
    """

    name: str
    events: int
    rng: Random
    books: Books
    largest: int = 100
    lost: float = 0.03
    gives_up: float = 0.01
    spoils: float = 0.01
    _sent: int = 0
    _tries: int = 0
    _pending: list[tuple[str, str]] = field(default_factory=list)
    _before: list[tuple[str, str]] = field(default_factory=list)

    @property
    def is_done(self) -> bool:
        return not self._pending and self._sent >= self.events

    def step(self, post: Post) -> None:
        """Send one request."""
        self._pending = self._pending or list(self._new())
        self._tries += 1
        spoil = self._tries == 1 and self.rng.random() < self.spoils
        status = self._answered(post, self._pending, spoil=spoil)
        identities = [f"/{self.name} {id}" for id, _ in self._pending]
        if status == 202:
            self._note(identities)
        elif status in (413, 422):
            assert spoil
            self._refuse(identities)
        else:
            self.books.uncertain.update(identities)
            if self.rng.random() < self.gives_up:
                self._next()
        if self._before and self.rng.random() < 0.02:
            self._answered(post, self._before, spoil=False)

    def _answered(self, post: Post, events: list[tuple[str, str]], *, spoil: bool) -> int | None:
        """The status that the client sees; the answer may be lost on its way."""
        body = ",".join([*(text for _, text in events), *(['{"specversion":"1.0"}'] if spoil else [])])
        made = post(request(f"[{body}]", BATCH, self._sent))
        status = None if made is None or self.rng.random() < self.lost else int(made["statusCode"])
        self.books.statuses[status] = self.books.statuses.get(status, 0) + 1
        return status

    def _new(self) -> Iterator[tuple[str, str]]:
        size = self.rng.choice((1, 5, 20, self.largest))
        for number in range(self._sent, min(self._sent + size, self.events)):
            key = f"{self.name}-{self.rng.randrange(50)}"
            id = f"e{number}"
            self.books.data[f"/{self.name} {id}"] = number
            self._sent += 1
            yield (
                id,
                f'{{"specversion":"1.0","id":"{id}","source":"/{self.name}","type":"t","partitionkey":"{key}",'
                + (f'"data":{number}}}'),
            )

    def _note(self, identities: list[str]) -> None:
        self.books.accepted.update(identities)
        self.books.uncertain.difference_update(identities)
        by_key: dict[str, list[str]] = {}
        for identity, (_, text) in zip(identities, self._pending, strict=True):
            by_key.setdefault(text.partition('"partitionkey":"')[2].partition('"')[0], []).append(identity)
        for key, some in by_key.items():
            self.books.order.setdefault(key, []).append(some)
        self._before = self._pending
        self._next()

    def _refuse(self, identities: list[str]) -> None:
        self.books.refused.update(identities)
        self._next()

    def _next(self) -> None:
        self._pending = []
        self._tries = 0
