"""Every order in which the calls of several invocations can happen, with at most so many faults among them.

Each invocation runs in a thread of its own, which stops before each of its calls until it is told to make it: so only
one runs at a time, and a list of choices repeats a run. All lists are tried, depth first. Where two lead to the same
state (what the stores hold, and what each invocation has been answered so far), what follows is tried once.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Semaphore, Thread, current_thread
from typing import Any, NamedTuple

from botocore.exceptions import BotoCoreError, ClientError

from lambda_code.processor.batch import Processor
from lambda_code.processor.handler import answer
from tests.faults.injection import LATENCY_SECONDS, ChosenFaults, CrashError, Invocation, Made, NoFaults, carry_out
from tests.faults.kinesis import Record
from tests.faults.mapping import as_event
from tests.faults.pipeline import World

KINDS = ("crash_before", "crash_after", "refused", "lost")
PARTLY = ("crash_partly", "lost_partly", "partly")


class Delivery(NamedTuple):
    """Records that an invocation gets; `returns` where they come again until they are answered as done."""

    records: list[Record]
    returns: bool = True


class Choice(NamedTuple):
    """Whose call is next, and how it goes wrong."""

    number: int
    fault: str | None = None


@dataclass
class Running:
    """An invocation: what it has been answered, and whether it has ended."""

    process: Processor
    may_go_on: Semaphore = field(default_factory=lambda: Semaphore(0))
    fault: str | None = None
    heard: list[str] = field(default_factory=list)
    is_over: bool = False
    made: object = None


class Turns:
    """Stands between the clients and the stores: each call waits for its turn."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._stopped = Semaphore(0)
        self.running: dict[str, Running] = {}

    def start(self, delivery: Delivery) -> None:
        """Run an invocation up to its first call."""
        name = str(len(self.running))
        self.running[name] = running = Running(self._world.new_process())
        Thread(target=self._run, args=(running, delivery.records), name=name, daemon=True).start()
        self._stopped.acquire()

    def _run(self, running: Running, records: Sequence[Record]) -> None:
        with suppress(Exception, CrashError):
            running.made = deliver(self._world, running.process, records)
        running.is_over = True
        self._stopped.release()

    def go_on(self, choice: Choice) -> None:
        """Let one make its call, and go on to its next."""
        running = self.running[str(choice.number)]
        running.fault = choice.fault
        running.may_go_on.release()
        self._stopped.acquire()

    def abandon(self) -> None:
        """End what still runs."""
        for number, running in enumerate(self.running.values()):
            while not running.is_over:
                self.go_on(Choice(number, "crash_before"))

    def call(self, service: str, do: Callable[[], Made]) -> Made:
        running = self.running[current_thread().name]
        self._stopped.release()
        running.may_go_on.acquire()
        self._world.clock.now += LATENCY_SECONDS[service]
        try:
            made = carry_out(running.fault, service, do, ChosenFaults(self._world.clock, {})) if running.fault else do()
        except (ClientError, BotoCoreError) as error:
            running.heard.append(repr(getattr(error, "response", error)))
            raise
        running.heard.append(_text(made))
        return made

    def state(self) -> tuple[object, ...]:
        """Everything on which it depends what happens next."""
        objects = {name: (hash(found[-1].body), found[-1].tag) for name, found in self._world.buckets.versions.items()}
        heard = tuple((tuple(each.heard), each.is_over) for each in self.running.values())
        return repr(sorted(self._world.table.rows.items())), repr(sorted(objects.items())), heard


def _text(made: Any) -> str:
    if isinstance(made, dict) and "Body" in made:
        return f"{made['ETag']} {hash(made['Body'].getvalue())}"
    return repr(made)


def deliver(world: World, process: Processor, records: Sequence[Record]) -> list[Record]:
    """Invoke the function; the records that must come again."""
    event = {"Records": [as_event(record) for record in records]}
    failed = answer(event, Invocation(world.clock, world.processor_seconds), process, "tap-test")["batchItemFailures"]
    sequences = [record.sequence for record in records]
    return list(records[sequences.index(failed[0]["itemIdentifier"]) :]) if failed else []


@dataclass
class Explorer:
    """Tries every order: `prepare` makes a world and its deliveries, `check` says what must hold in the end."""

    prepare: Callable[[], tuple[World, list[Delivery]]]
    check: Callable[[World, list[Delivery]], None]
    faults: int = 0
    kinds: Sequence[str] = KINDS
    runs: int = 0
    _seen: set[tuple[object, ...]] = field(default_factory=set)

    def run(self) -> None:
        """Try all."""
        path: list[tuple[int, int]] | None = []
        while path is not None:
            path = _next(self._one(path))

    def _one(self, path: list[tuple[int, int]]) -> list[tuple[int, int]]:
        """One run: take the choices of the path, then the first of each; give each choice with how many there were."""
        random.seed(0)  # the pauses of the ledger
        world, deliveries = self.prepare()
        turns, taken, left = Turns(world), list[tuple[int, int]](), self.faults
        world.consume_with(turns)
        for delivery in deliveries:
            turns.start(delivery)
        while choices := list(self._choices(turns, left)):
            if len(taken) >= len(path):
                state = (*turns.state(), left)
                if state in self._seen:
                    turns.abandon()
                    return taken
                self._seen.add(state)
            number = path[len(taken)][0] if len(taken) < len(path) else 0
            taken.append((number, len(choices)))
            left -= choices[number].fault is not None
            turns.go_on(choices[number])
        self.runs += 1
        self._finish(world, deliveries, turns)
        self.check(world, deliveries)
        return taken

    def _choices(self, turns: Turns, left: int) -> Iterator[Choice]:
        for number, running in enumerate(turns.running.values()):
            if not running.is_over:
                yield Choice(number)
                yield from (Choice(number, kind) for kind in self.kinds if left)

    def _finish(self, world: World, deliveries: Sequence[Delivery], turns: Turns) -> None:
        """Deliver again what must come again; a process that has crashed is replaced."""
        world.consume_with(NoFaults(world.clock))
        for delivery, running in zip(deliveries, turns.running.values(), strict=True):
            has_answered = isinstance(running.made, list)
            rest: Any = running.made if has_answered else delivery.records
            process = running.process if has_answered else world.new_process()
            while rest and delivery.returns:
                rest = deliver(world, process, rest)


def _next(taken: list[tuple[int, int]]) -> list[tuple[int, int]] | None:
    """The next path: the last choice that has another one after it."""
    while taken:
        number, count = taken.pop()
        if number + 1 < count:
            return [*taken, (number + 1, count)]
    return None
