"""When a change needs a label: tests of one attribute, in the words that the documentation says it with."""

from __future__ import annotations

import json
from collections.abc import Callable

from tools.plan_review.differences import Difference, When, is_absent
from tools.plan_review.markdown import code
from tools.plan_review.model import Action, Json

_Compare = Callable[[Json, Json], bool]


def compared(words: str, wanted: _Compare, *, unknown: Callable[[Json], bool] = bool, follows: bool = True) -> When:
    """Compares what was and will be; `unknown`: from which old value something unknown may be what is meant.

    `follows`: something unknown is fine if it only follows a resource that is replaced.
    """

    def test(one: Difference) -> str | None:
        if not one.stays or (one.unknown and follows and one.follows):
            return None
        holds = unknown(one.old) if one.unknown else wanted(one.old, one.new)
        return one.said if holds else None

    return When(words, test)


def always(_old: Json) -> bool:
    """Whatever it was, something unknown may be what is meant."""
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
# In AWS what is off unless somebody says so, and what is on unless somebody says so.
switched_on = compared("switched on", lambda _old, new: new not in (None, False), unknown=lambda old: old is not True)
switched_off = compared("switched off", lambda old, new: bool(old) and new is not True)
disabled = compared("disabled", lambda _old, new: new not in (None, True), unknown=lambda old: old is not False)
removed = compared("removed", lambda old, new: not is_absent(old) and is_absent(new))
# What is set where nothing was is only more.
taken = compared("removed, or another value", lambda old, _new: not is_absent(old))
no_longer_kms = compared("no longer by a key of KMS", lambda old, new: _is_kms(old) and not _is_kms(new))
set_or_changed = compared("set, or another value", lambda _old, new: bool(new), unknown=always)


def _is_kms(algorithm: Json) -> bool:
    return isinstance(algorithm, str) and algorithm.startswith("aws:kms")


def in_kept_block(when: When) -> When:
    """The same, but not where the whole block is added or removed."""
    return When(f"{when.words}, in a block that stays", lambda one: when.test(one) if all(one.around) else None)


def leaves(value: Json) -> When:
    """It had this value, and gets another."""
    return compared(f"no longer `{value}`", lambda old, _new: old == value, unknown=lambda old: old == value)


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
    return compared(words, lambda old, new: place(new) > max(place(old), 0), unknown=always)


def is_own_key(value: Json) -> bool:
    """A key of the account: AWS names those that it manages `alias/aws/<service>` (KMS Developer Guide, "AWS keys")."""
    return isinstance(value, str) and value != "" and "alias/aws/" not in value


def _is_other_key(old: Json, new: Json) -> bool:
    """A key may be given by its id or by its ARN."""
    return is_own_key(old) and is_own_key(new) and old.rpartition(":key/")[2] != new.rpartition(":key/")[2]


own_key_left = compared(
    "from an own key to AWS's key, or to none",
    lambda old, new: is_own_key(old) and not is_own_key(new),
    unknown=_never,
)
other_key = compared("from an own key to another", _is_other_key, unknown=is_own_key, follows=False)


def in_place(when: When) -> When:
    """The same, but not where the resource is replaced."""
    return When(f"{when.words}, in place", lambda one: when.test(one) if one.change.action is Action.UPDATE else None)


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


fewer_fields = compared("a field less, or no longer JSON", _loses_fields)
