"""What rules are made of: each looks at one attribute of one change."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from tools.plan_review.markdown import code
from tools.plan_review.model import Action, Change, Json, Plan
from tools.plan_review.rule import Predicate
from tools.plan_review.values import described, shown

_CHANGES = (Action.UPDATE, Action.REPLACE)


def acts(*actions: Action) -> Predicate:
    """The plan does one of these with the resource."""
    return lambda change, _attribute, _plan: "" if change.action in actions else None


replaced = acts(Action.REPLACE)
updated = acts(Action.UPDATE)
# Without a successor.
destroyed = acts(Action.DELETE)
ended = acts(Action.DELETE, Action.REPLACE)
# Removed from the state only.
forgotten = acts(Action.FORGET)


def moved(change: Change, _attribute: str, _plan: Plan) -> str | None:
    """It has another address than before."""
    return f"was {code(change.previous_address)}" if change.previous_address else None


def said(change: Change, attribute: str) -> str:
    """The attribute, and its values where they may be shown."""
    return _with_values(attribute, shown(change, attribute))


def _with_values(attribute: str, values: str | None) -> str:
    return f"{code(attribute)}: {values}" if values else code(attribute)


def _compared(wanted: Callable[[Json, Json], bool]) -> Predicate:
    """Compares the values before and after, of what stays and isn't unknown."""

    def test(change: Change, attribute: str, _plan: Plan) -> str | None:
        known = change.action in _CHANGES and not change.is_unknown(attribute)
        return said(change, attribute) if known and wanted(change.old(attribute), change.new(attribute)) else None

    return test


def _numbers(wanted: Callable[[float, float], bool]) -> Predicate:
    return _compared(lambda old, new: _is_number(old) and _is_number(new) and wanted(old, new))


raised = _numbers(lambda old, new: new > old)
# Whatever 0 means.
less = _numbers(lambda old, new: new < old)
# A number goes down, or appears where there was none. In AWS, -1 and 0 stand for "without end" or "never".
lowered = _compared(lambda old, new: _is_number(new) and _endless(new) < _endless(old))
switched_on = _compared(lambda old, new: new is True and old is not True)
switched_off = _compared(lambda old, new: old is True and new is not True)
# Something was there, and nothing is after: a block, a list, a name.
removed = _compared(lambda old, new: bool(old) and not new)


def leaves(value: Json) -> Predicate:
    """It had this value, and gets another."""
    return _compared(lambda old, new: old == value != new)


def differs(change: Change, attribute: str, _plan: Plan) -> str | None:
    """Another value, whatever it is; AWS fills in what is unknown after and had no value before."""
    old = change.old(attribute)
    other = old is not None if change.is_unknown(attribute) else old != change.new(attribute)
    return said(change, attribute) if change.action in _CHANGES and other else None


def becomes(*values: Json) -> Predicate:
    """It gets one of these values and had none of them; also when it is created."""

    def test(change: Change, attribute: str, _plan: Plan) -> str | None:
        wanted = change.new(attribute) in values and change.old(attribute) not in values
        return _with_values(attribute, described(change, attribute)) if wanted else None

    return test


def fewer(change: Change, attribute: str, _plan: Plan) -> str | None:
    """A list loses elements."""
    if change.action not in _CHANGES or change.is_unknown(attribute):
        return None
    lost = _missing(change.old(attribute), change.new(attribute))
    return f"{code(attribute)}: {len(lost)} fewer" if lost else None


def more(change: Change, attribute: str, _plan: Plan) -> str | None:
    """A list gains elements."""
    if change.action not in _CHANGES:
        return None
    gained = _missing(change.new(attribute), change.old(attribute))
    if not gained:
        return None
    everybody = " **(any: `*`)**" if "*" in gained and not change.is_sensitive(attribute) else ""
    return f"{code(attribute)}: {len(gained)} more{everybody}"


def either(*tests: Predicate) -> Predicate:
    """What the first of these finds."""

    def test(change: Change, attribute: str, plan: Plan) -> str | None:
        found = (one(change, attribute, plan) for one in tests)
        return next((detail for detail in found if detail is not None), None)

    return test


def whole(test: Predicate) -> Predicate:
    """Only where the rule names no attribute."""
    return lambda change, attribute, plan: None if attribute else test(change, attribute, plan)


def gone_without(owner: str, attribute: str) -> Predicate:
    """It is destroyed, while the resource that it belongs to stays."""

    def test(change: Change, attribute_: str, plan: Plan) -> str | None:
        return None if plan.destroys(owner, change.old(attribute)) else destroyed(change, attribute_, plan)

    return test


def by_id(value: Json) -> Mapping[str, Mapping[str, Json]]:
    """The elements of a list of blocks, by their `id`."""
    blocks = [one for one in _as_list(value) if isinstance(one, Mapping)]
    return {str(one.get("id")): one for one in blocks}


def _missing(whole: Json, part: Json) -> list[Json]:
    return [one for one in _as_list(whole) if one not in _as_list(part)]


def _as_list(value: Json) -> Collection[Json]:
    return value if isinstance(value, list) else []


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _endless(number: Json) -> float:
    return number if _is_number(number) and number > 0 else float("inf")
