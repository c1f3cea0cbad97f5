"""What differs between a resource before and after, as deep as somebody has judged it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from tools.plan_review.markdown import code
from tools.plan_review.model import Action, Change, Json, Plan, holds
from tools.plan_review.rule import Rule
from tools.plan_review.values import described, may_be_shown

_STAYS = (Action.UPDATE, Action.REPLACE)
_BECOMES = (*_STAYS, Action.CREATE)
# Attributes by which the blocks of a list are told apart; others by their place.
_IDENTITIES = ("id", "name", "region")


@dataclass(frozen=True, slots=True)
class Difference:
    """An attribute with its values before and after; the path `""` is the whole resource.

    `unknown`: the value after, or a part of it, is known only after apply. `around`: the block that it is in, before
    and after; empty where there is none.
    """

    change: Change
    plan: Plan
    path: str
    old: Json
    new: Json
    unknown: bool
    around: tuple[Mapping[str, Json], Mapping[str, Json]] = ({}, {})

    @property
    def stays(self) -> bool:
        """There is a resource before and after, so that they can be compared."""
        return self.change.action in _STAYS

    @property
    def follows(self) -> bool:
        """What isn't known yet is that of a replaced resource's successor: the replacement itself is judged."""
        kept = set(_texts(self.new))
        left = [text for text in _texts(self.old) if text not in kept]
        return self.unknown and bool(left) and all(map(self.plan.is_of_replaced, left))

    @property
    def is_sensitive(self) -> bool:
        """Whether the value, or a part of it, is sensitive before or after."""
        return self.change.is_sensitive(self.path)

    @property
    def said(self) -> str:
        """The attribute, and its values where they may be shown."""
        return self.said_with_values() if may_be_shown(self.path) else code(self.path)

    def said_with_values(self) -> str:
        """The same for an attribute whose values are known to be harmless."""
        values = None if self.is_sensitive else described(self.old, self.new, unknown=self.unknown)
        return f"{code(self.path)}: {values}" if values else code(self.path)


class When(NamedTuple):
    """A test of a difference, in words; it returns details in Markdown, "" for none, `None` if it doesn't hold."""

    words: str
    test: Callable[[Difference], str | None]

    def __call__(self, rule: Rule) -> Verdict:
        """The verdict: when this holds, the rule has something to say."""
        return Verdict(self, rule)


class Verdict(NamedTuple):
    """When a change of an attribute needs the rule's label, or is to be shown."""

    when: When
    rule: Rule


Verdicts = tuple[Verdict, ...]


@dataclass(slots=True)
class Node:
    """The verdicts on an attribute, `None` where nobody judged it as a whole, and on what is below it."""

    verdicts: Verdicts | None = None
    below: dict[str, Node] = field(default_factory=dict)


def differences(change: Change, plan: Plan, root: Node) -> Iterator[tuple[Node | None, Difference]]:
    """The resource as a whole, then each attribute that differs; without a node where nobody judged it."""
    yield root, Difference(change, plan, "", change.before, change.after, False)
    if change.action in _BECOMES:
        whole = Difference(change, plan, "", change.before, change.after, change.unknown is True)
        yield from _inside(root, whole, change.unknown)


def _inside(node: Node, outer: Difference, unknown: Json) -> Iterator[tuple[Node | None, Difference]]:
    old, new, marks = (one if isinstance(one, dict) else {} for one in (outer.old, outer.new, unknown))
    wholly = unknown is True
    for name in {**old, **new, **(dict.fromkeys(node.below) if wholly else marks)}:
        mark = wholly or marks.get(name)
        before, after = old.get(name), new.get(name)
        if not mark and before == after:  # most of them
            continue
        is_unknown = holds(mark)
        if not is_unknown and is_same(before, after):
            continue
        path = f"{outer.path}.{name}" if outer.path else str(name)
        found = node.below.get(name)
        one = Difference(outer.change, outer.plan, path, before, after, is_unknown, (old, new))
        yield from _below(found, one, mark) if found else _unjudged(one)


def _below(node: Node, one: Difference, mark: Json) -> Iterator[tuple[Node | None, Difference]]:
    if node.verdicts is not None:
        yield node, one
    elif not (node.below and _are_blocks(one.old) and _are_blocks(one.new)):
        yield from _unjudged(one)
    for before, after, inner in _pairs(one.old, one.new, mark) if node.below else ():
        pair = Difference(one.change, one.plan, one.path, before, after, one.unknown)
        yield from _inside(node, pair, inner)


def _texts(value: Json) -> Iterator[str]:
    """All values at the ends of the tree, as texts."""
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _texts(inner)
    elif value is not None:
        yield str(value)


def _unjudged(one: Difference) -> Iterator[tuple[None, Difference]]:
    """An attribute without a verdict, unless it is only what AWS fills in where nothing is given."""
    filled_in = one.unknown or not one.new
    left_out = one.change.action is Action.CREATE or (one.change.action is Action.REPLACE and not one.new)
    if not (filled_in and left_out and is_same(one.old, None)):
        yield None, one


def is_same(old: Json, new: Json) -> bool:
    """Whether both are equal; nothing, an empty text, and an empty list of blocks are the same to Terraform."""
    return bool(old == new or (is_absent(old) and is_absent(new)))


def is_absent(value: Json) -> bool:
    """Whether there is nothing, as far as Terraform is concerned."""
    return value is None or value in ("", [], {})


def _pairs(old: Json, new: Json, mark: Json) -> Iterator[tuple[Json, Json, Json]]:
    """Blocks before and after that belong together, with the marks of what is unknown in them."""
    wholly = mark is True
    before, after = _blocks(old), _blocks(new)
    marks = [*mark, *[False] * len(after)] if isinstance(mark, list) else [mark] * len(after)
    if len(before) <= 1 and len(after) <= 1:
        if before or after or wholly:
            yield before[0] if before else {}, after[0] if after else {}, marks[0] if after else wholly
        return
    changed = [(one, inner) for one, inner in zip(after, marks, strict=False) if holds(inner) or one not in before]
    old_ones = [one for one in before if one not in after or any(one == other for other, _ in changed)]
    name = _identity(old_ones, [one for one, _ in changed])
    first = {one[name] if name else place: one for place, one in enumerate(old_ones)}
    last = {pair[0][name] if name else place: pair for place, pair in enumerate(changed)}
    for key in {**first, **last}:
        yield first.get(key, {}), *last.get(key, ({}, wholly))


def _are_blocks(value: Json) -> bool:
    return is_absent(value) or len(_blocks(value)) == (len(value) if isinstance(value, list) else 1)


def _blocks(value: Json) -> list[Mapping[str, Json]]:
    found = value if isinstance(value, list) else [value]
    return [one for one in found if isinstance(one, dict)]


def _identity(*sides: list[Mapping[str, Json]]) -> str | None:
    """An attribute that tells all blocks of each side apart."""
    for name in _IDENTITIES:
        names = [[one.get(name) for one in side] for side in sides]
        if all(all(isinstance(one, str) for one in side) and len(set(side)) == len(side) for side in names):
            return name
    return None
