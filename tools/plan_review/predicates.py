"""When a change needs a label: tests of one attribute, in the words that the documentation says it with."""

from __future__ import annotations

import json
import math
from collections.abc import Callable

from tools.plan_review.differences import Difference, When, is_absent
from tools.plan_review.markdown import code
from tools.plan_review.model import Action, Json

_Compare = Callable[[Json, Json], bool]
_ENDLESS = float("inf")


def _compared(words: str, wanted: _Compare, *, unknown: Callable[[Json], bool] = bool, follows: bool = True) -> When:
    """Compares what was and will be; `unknown`: from which old value something unknown may be what is meant.

    `follows`: something unknown is fine if it only follows a resource that is replaced.
    """

    def test(one: Difference) -> str | None:
        if not one.stays or (one.unknown and follows and one.follows):
            return None
        holds = unknown(one.old) if one.unknown else wanted(one.old, one.new)
        return one.said if holds else None

    return When(words, test)


def number(value: Json) -> float | None:
    """Numbers, those in texts, too: the provider writes amounts of money so."""
    try:
        found = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def _numbers(
    words: str,
    wanted: Callable[[float, float], bool],
    *,
    none: float | None = None,
    unknown: Callable[[Json], bool] = lambda old: old is not None,
) -> When:
    """Compares numbers; `none` is what AWS takes where none is given. What is no number could be any."""

    def test(old: Json, new: Json) -> bool:
        if none is None and (is_absent(old) or is_absent(new)):
            return False
        first, last = (none if is_absent(value) else number(value) for value in (old, new))
        return first is None or last is None or wanted(first, last)

    return _compared(words, test, unknown=unknown)


def _cap(limit: float) -> float:
    """A limit: -1 is none."""
    return _ENDLESS if limit == -1 else limit


def _age(time: float) -> float:
    """A time after which something is deleted or given up: -1 or 0 is never."""
    return _cap(time) or _ENDLESS


def _always(_old: Json) -> bool:
    return True


def _never(_old: Json) -> bool:
    return False


def _differs(one: Difference) -> str | None:
    """In a new one AWS fills in what is unknown and had no value before."""
    filled_in = one.unknown and one.change.action is Action.REPLACE and not one.old
    return one.said if one.stays and not filled_in and not one.follows else None


differs = When("another value", _differs)
# For what AWS never fills in.
set_removed_or_differs = When("set, removed, or another value", lambda one: one.said if one.stays else None)
raised = _numbers("raised", lambda old, new: new > old)
less = _numbers("lowered", lambda old, new: new < old)
shortened = _numbers(
    "shortened, or no longer endless", lambda old, new: _age(new) < _age(old), none=_ENDLESS, unknown=_always
)
fewer_times = _numbers("lowered, or no longer unlimited", lambda old, new: _cap(new) < _cap(old), none=_ENDLESS)
cap_raised = _numbers(
    "raised, or unlimited", lambda old, new: _cap(new) > _cap(old) > 0, none=_ENDLESS, unknown=lambda old: old != -1
)
cap_lowered = _numbers(
    "lowered, or limited", lambda old, new: 0 < _cap(new) < _cap(old), none=_ENDLESS, unknown=_always
)
zero = _compared("0", lambda _old, new: number(new) == 0, unknown=lambda old: number(old) != 0)
# In AWS what is off unless somebody says so, and what is on unless somebody says so.
switched_on = _compared("switched on", lambda _old, new: new not in (None, False), unknown=lambda old: old is not True)
switched_off = _compared("switched off", lambda old, new: bool(old) and new is not True)
disabled = _compared("disabled", lambda _old, new: new not in (None, True), unknown=lambda old: old is not False)
removed = _compared("removed", lambda old, new: not is_absent(old) and is_absent(new))
# What is set where nothing was is only more.
taken = _compared("removed, or another value", lambda old, _new: not is_absent(old))
no_longer_kms = _compared("no longer by a key of KMS", lambda old, new: _is_kms(old) and not _is_kms(new))
set_or_changed = _compared("set, or another value", lambda _old, new: bool(new), unknown=_always)


def _is_kms(algorithm: Json) -> bool:
    return isinstance(algorithm, str) and algorithm.startswith("aws:kms")


def in_kept_block(when: When) -> When:
    """The same, but not where the whole block is added or removed."""
    return When(f"{when.words}, in a block that stays", lambda one: when.test(one) if all(one.around) else None)


def lowered(*, none: int) -> When:
    """A number is lowered; `none` is what AWS takes where none is given."""
    return _numbers(f"lowered; none is {none:,}", lambda old, new: new < old, none=none, unknown=_always)


def above(*, none: int) -> When:
    """A number is raised; `none` is what AWS takes where none is given."""
    return _numbers(f"raised; none is {none:,}", lambda old, new: new > old, none=none, unknown=_always)


def leaves(value: Json) -> When:
    """It had this value, and gets another."""
    return _compared(f"no longer `{value}`", lambda old, _new: old == value, unknown=lambda old: old == value)


def becomes(*values: Json) -> When:
    """It gets one of these values and had none of them; also when it is created."""

    def test(one: Difference) -> str | None:
        if one.unknown:
            return one.said if one.stays and one.old not in values else None
        return one.said_with_values() if one.new in values and one.old not in values else None

    return When(" or ".join(f"`{value}`" for value in values), test)


def later_in(order: str, default: str) -> When:
    """It moves to a later word of these; none is the default, and another word is before all of these."""
    places = {word: place for place, word in enumerate(order.split())}

    def place(word: Json) -> int:
        word = word or default
        return places.get(word, -1) if isinstance(word, str) else len(places)

    words = f"later in `{order.replace(' ', '`, `')}`"
    return _compared(words, lambda old, new: place(new) > max(place(old), 0), unknown=_always)


def is_own_key(value: Json) -> bool:
    """A key of the account: AWS names those that it manages `alias/aws/<service>` (KMS Developer Guide, "AWS keys")."""
    return isinstance(value, str) and value != "" and "alias/aws/" not in value


def _is_other_key(old: Json, new: Json) -> bool:
    """A key may be given by its id or by its ARN."""
    return is_own_key(old) and is_own_key(new) and old.rpartition(":key/")[2] != new.rpartition(":key/")[2]


own_key_left = _compared(
    "from an own key to AWS's key, or to none",
    lambda old, new: is_own_key(old) and not is_own_key(new),
    unknown=_never,
)
other_key = _compared("from an own key to another", _is_other_key, unknown=is_own_key, follows=False)


def _resized(old: float, new: float) -> bool:
    return new > 2 * old or new < old / 2


def in_place(when: When) -> When:
    """The same, but not where the resource is replaced."""
    return When(f"{when.words}, in place", lambda one: when.test(one) if one.change.action is Action.UPDATE else None)


resized = in_place(_numbers("more than double, or less than half", _resized))


def _lost(whole: Json, part: Json) -> list[Json]:
    left = _elements(part)
    return [one for one in _elements(whole) if one not in left]


def _elements(value: Json) -> list[Json]:
    return value if isinstance(value, list) else [] if value in (None, "") else [value]


def _fewer(one: Difference) -> str | None:
    if not one.stays or one.follows or (one.unknown and not one.old):
        return None
    if one.unknown:
        return one.said
    lost = _lost(one.old, one.new)
    return f"{code(one.path)}: {len(lost)} fewer" if lost else None


def _more(one: Difference) -> str | None:
    if not one.stays or one.follows:
        return None
    if one.unknown:
        return one.said
    gained = _lost(one.new, one.old)
    if not gained:
        return None
    everybody = " **(any: `*`)**" if "*" in gained and not one.is_sensitive else ""
    return f"{code(one.path)}: {len(gained)} more{everybody}"


fewer = When("elements removed", _fewer)
more = When("elements added", _more)


def _fields(value: Json) -> set[str] | None:
    try:
        found = json.loads(value)
    except (TypeError, ValueError, RecursionError):
        return None
    return set(found) if isinstance(found, dict) else None


def _loses_fields(old: Json, new: Json) -> bool:
    before, after = _fields(old), _fields(new)
    return bool(old) if before is None or after is None else not before <= after


fewer_fields = _compared("a field less, or no longer JSON", _loses_fields)


def acts(words: str, *actions: Action) -> When:
    """The plan does one of these with the resource."""
    return When(words, lambda one: "" if one.change.action in actions else None)


replaced = acts("replaced", Action.REPLACE)
updated = acts("changed", Action.UPDATE)
destroyed = acts("destroyed", Action.DELETE)  # without a successor
ended = acts("destroyed or replaced", Action.DELETE, Action.REPLACE)
forgotten = acts("forgotten", Action.FORGET)


def gone_without(owner: str, attribute: str) -> When:
    """It is destroyed, or the attribute says that it belongs to another one, while its owner stays."""

    def test(one: Difference) -> str | None:
        change, before = one.change, one.change.old(attribute)
        if change.action is Action.DELETE:
            return None if one.plan.destroys(owner, before) else ""
        taken = one.path == attribute and one.stays and bool(before)
        return code(attribute) if taken and not one.plan.ends(owner, before) else None

    return When(f"removed from a `{owner.removeprefix('aws_')}` that stays", test)


def _moved(one: Difference) -> str | None:
    return f"was {code(one.change.previous_address)}" if one.change.previous_address else None


moved = When("moved", _moved)
imported = When("imported", lambda one: "" if one.change.is_imported else None)
