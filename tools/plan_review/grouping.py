"""What is the same in several stacks is shown once."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Group(Generic[T]):
    """Things that read the same, one in each of the stacks."""

    one: T
    stacks: tuple[str, ...]

    @property
    def times(self) -> str:
        """In how many stacks: ` (x2)`, nothing for one."""
        return f" (x{len(self.stacks)})" if len(self.stacks) > 1 else ""


def grouped(things: Iterable[T], key: Callable[[T], Hashable], stack: Callable[[T], str]) -> list[Group[T]]:
    """The things by their key, in the order in which each came first."""
    found: dict[Hashable, tuple[T, list[str]]] = {}
    for thing in things:
        found.setdefault(key(thing), (thing, []))[1].append(stack(thing))
    return [Group(one, tuple(stacks)) for one, stacks in found.values()]
