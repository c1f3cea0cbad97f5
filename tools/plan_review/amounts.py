"""When a change of a number needs a label: limits, ages, and sizes."""

from __future__ import annotations

import math
from collections.abc import Callable

from tools.plan_review.differences import When, is_absent
from tools.plan_review.model import Json
from tools.plan_review.predicates import always, compared, in_place

_ENDLESS = float("inf")


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

    return compared(words, test, unknown=unknown)


def _cap(limit: float) -> float:
    """A limit: -1 is none."""
    return _ENDLESS if limit == -1 else limit


def _age(time: float) -> float:
    """A time after which something is deleted or given up: -1 or 0 is never."""
    return _cap(time) or _ENDLESS


raised = _numbers("raised", lambda old, new: new > old)
less = _numbers("lowered", lambda old, new: new < old)
shortened = _numbers(
    "shortened, or no longer endless", lambda old, new: _age(new) < _age(old), none=_ENDLESS, unknown=always
)
fewer_times = _numbers("lowered, or no longer unlimited", lambda old, new: _cap(new) < _cap(old), none=_ENDLESS)
cap_raised = _numbers(
    "raised, or unlimited", lambda old, new: _cap(new) > _cap(old) > 0, none=_ENDLESS, unknown=lambda old: old != -1
)
cap_lowered = _numbers("lowered, or limited", lambda old, new: 0 < _cap(new) < _cap(old), none=_ENDLESS, unknown=always)
zero = compared("0", lambda _old, new: number(new) == 0, unknown=lambda old: number(old) != 0)


def lowered(*, none: int) -> When:
    """A number is lowered; `none` is what AWS takes where none is given."""
    return _numbers(f"lowered; none is {none:,}", lambda old, new: new < old, none=none, unknown=always)


def above(*, none: int) -> When:
    """A number is raised; `none` is what AWS takes where none is given."""
    return _numbers(f"raised; none is {none:,}", lambda old, new: new > old, none=none, unknown=always)


def _resized(old: float, new: float) -> bool:
    return new > 2 * old or new < old / 2


resized = in_place(_numbers("more than double, or less than half", _resized))
