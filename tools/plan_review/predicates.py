"""What rules are made of: each looks at one attribute of one change."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from tools.plan_review.markdown import code
from tools.plan_review.model import ENDS, Action, Change, Json, Plan
from tools.plan_review.rule import Predicate
from tools.plan_review.values import shown

_CHANGES = (Action.UPDATE, Action.REPLACE)


def replaced(change: Change, attribute: str, plan: Plan) -> str | None:
    """It is made anew."""
    del attribute, plan
    return "" if change.action is Action.REPLACE else None


def destroyed(change: Change, attribute: str, plan: Plan) -> str | None:
    """It ends without a successor."""
    del attribute, plan
    return "" if change.action is Action.DELETE else None


def ended(change: Change, attribute: str, plan: Plan) -> str | None:
    """It is destroyed or made anew."""
    del attribute, plan
    return "" if change.action in ENDS else None


def forgotten(change: Change, attribute: str, plan: Plan) -> str | None:
    """Terraform lets go of it, and it stays in the account."""
    del attribute, plan
    return "" if change.action is Action.FORGET else None


def moved(change: Change, attribute: str, plan: Plan) -> str | None:
    """It has another address than before."""
    del attribute, plan
    return f"was {code(change.previous_address)}" if change.previous_address else None


def said(change: Change, attribute: str) -> str:
    """The attribute, and its values where they may be shown."""
    values = shown(change, attribute)
    return f"{code(attribute)}: {values}" if values else code(attribute)


def lowered(change: Change, attribute: str, plan: Plan) -> str | None:
    """A number goes down, or appears where there was none. In AWS, -1 and 0 stand for "without end" or "never"."""
    del plan
    old, new = _number(change.old(attribute)), _number(change.new(attribute))
    if change.action not in _CHANGES or new is None or change.is_unknown(attribute):
        return None
    before, after = _endless(old), _endless(new)
    return said(change, attribute) if after < before else None


def raised(change: Change, attribute: str, plan: Plan) -> str | None:
    """A number goes up."""
    del plan
    old, new = _number(change.old(attribute)), _number(change.new(attribute))
    wanted = change.action in _CHANGES and old is not None and new is not None and new > old
    return said(change, attribute) if wanted else None


def less(change: Change, attribute: str, plan: Plan) -> str | None:
    """A number goes down, whatever 0 means."""
    del plan
    old, new = _number(change.old(attribute)), _number(change.new(attribute))
    wanted = change.action in _CHANGES and old is not None and new is not None and new < old
    return said(change, attribute) if wanted else None


def switched_on(change: Change, attribute: str, plan: Plan) -> str | None:
    """Off before, on after."""
    del plan
    wanted = change.action in _CHANGES and change.new(attribute) is True and change.old(attribute) is not True
    return said(change, attribute) if wanted else None


def switched_off(change: Change, attribute: str, plan: Plan) -> str | None:
    """On before, off after."""
    del plan
    wanted = change.action in _CHANGES and change.old(attribute) is True and not _stays(change, attribute)
    return said(change, attribute) if wanted else None


def _stays(change: Change, attribute: str) -> bool:
    return change.new(attribute) is True or change.is_unknown(attribute)


def removed(change: Change, attribute: str, plan: Plan) -> str | None:
    """Something was there, and nothing after: a block, a list, a name."""
    del plan
    gone = bool(change.old(attribute)) and not change.new(attribute) and not change.is_unknown(attribute)
    return said(change, attribute) if change.action in _CHANGES and gone else None


def differs(change: Change, attribute: str, plan: Plan) -> str | None:
    """Another value, whatever it is; what is unknown after and was nothing before is what AWS fills in."""
    del plan
    old = change.old(attribute)
    other = old is not None if change.is_unknown(attribute) else old != change.new(attribute)
    return said(change, attribute) if change.action in _CHANGES and other else None


def leaves(value: Json) -> Predicate:
    """It had this value, and has another."""

    def test(change: Change, attribute: str, plan: Plan) -> str | None:
        del plan
        wanted = change.action in _CHANGES and change.old(attribute) == value != change.new(attribute)
        return said(change, attribute) if wanted and not change.is_unknown(attribute) else None

    return test


def becomes(*values: Json) -> Predicate:
    """It gets one of these values and had none of them; also when it is made."""

    def test(change: Change, attribute: str, plan: Plan) -> str | None:
        del plan
        wanted = change.new(attribute) in values and change.old(attribute) not in values
        return said(change, attribute) if wanted else None

    return test


def fewer(change: Change, attribute: str, plan: Plan) -> str | None:
    """A list loses elements."""
    del plan
    if change.action not in _CHANGES or change.is_unknown(attribute):
        return None
    lost = _missing(change.old(attribute), change.new(attribute))
    return f"{code(attribute)}: {len(lost)} fewer" if lost else None


def more(change: Change, attribute: str, plan: Plan) -> str | None:
    """A list gains elements."""
    del plan
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


def _missing(whole: Json, part: Json) -> list[Json]:
    return [one for one in _as_list(whole) if one not in _as_list(part)]


def _as_list(value: Json) -> Collection[Json]:
    return value if isinstance(value, list) else []


def _number(value: Json) -> int | float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _endless(number: int | float | None) -> float | int:
    return float("inf") if number is None or number <= 0 else number


def by_id(value: Json) -> Mapping[str, Mapping[str, Json]]:
    """The elements of a list of blocks, by their `id`."""
    blocks = [one for one in _as_list(value) if isinstance(one, Mapping)]
    return {str(one.get("id")): one for one in blocks}
