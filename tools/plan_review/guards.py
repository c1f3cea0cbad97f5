"""Tests that look at several attributes at once."""

from __future__ import annotations

from tools.plan_review.amounts import less, number, raised
from tools.plan_review.differences import Difference, When, is_absent
from tools.plan_review.model import Action, Json
from tools.plan_review.predicates import differs, is_own_key, switched_off

_STAYS = (Action.UPDATE, Action.REPLACE)


def _later(one: Difference) -> str | None:
    """The threshold moves to where it is reached later, on whichever side the alarm rings on."""
    operators = {str(one.change.old("comparison_operator")), str(one.change.new("comparison_operator"))}
    if all(operator.startswith("Less") for operator in operators):
        return less.test(one)
    return (raised if all(operator.startswith("Greater") for operator in operators) else differs).test(one)


later = When("reached later", _later)


def _slower(one: Difference) -> str | None:
    """M of the last N periods must breach: it takes longer, or breaches that rang don't ring any more.

    Without `datapoints_to_alarm` all of the N must breach (CloudWatch User Guide, "Evaluating an alarm").
    """
    if not one.stays or one.unknown:
        return one.said if one.stays else None
    if number(one.new) is None and not is_absent(one.new):
        return one.said
    names = ("datapoints_to_alarm", "evaluation_periods")
    m, n = _evaluated(*map(one.change.old, names))
    new_m, new_n = _evaluated(*map(one.change.new, names))
    # In a shorter time fewer breaches come together, unless all or one of them is enough.
    rings_too = new_n == n or new_m == 1 or m == n
    return None if new_m <= m and new_n <= n and rings_too else one.said


def _evaluated(datapoints: Json, periods: Json) -> tuple[float, float]:
    n = number(periods) or number(datapoints) or 1
    return number(datapoints) or n, n


slower = When("needs more time, or more breaches", _slower)


def opened(public: tuple[str, ...]) -> When:
    """A route loses its authorization, or is added without any to an API that is there already."""

    def test(one: Difference) -> str | None:
        name, change = "authorization_type", one.change
        if change.new(name) not in (None, "NONE") or (change.is_unknown(name) and change.action is Action.CREATE):
            return None
        if one.path == name:
            return one.said if one.stays and one.old not in (None, "NONE") else None
        new_route = change.action is Action.CREATE and not one.plan.creates("aws_apigatewayv2_api")
        return "" if new_route and change.new("route_key") not in public else None

    return When("without authorization", test)


def _other_callers(one: Difference) -> str | None:
    """It asks for authorization before and after, but for another kind."""
    open_ = (None, "", "NONE")
    return one.said if one.stays and not one.unknown and one.old not in open_ and one.new not in open_ else None


other_callers = When("another kind of authorization", _other_callers)


def _rule_off(one: Difference) -> str | None:
    """A rule is on unless somebody says otherwise; there are several kinds of `ENABLED`."""
    was, is_ = (str(value or "ENABLED").startswith("ENABLED") for value in (one.old, one.new))
    return one.said if one.stays and was and (one.unknown or not is_) else None


rule_off = When("no longer enabled", _rule_off)


def _queue_without_key(one: Difference) -> str | None:
    """A queue has SQS's own encryption, or a key: one in the place of the other is no loss."""
    name = "kms_master_key_id"
    return None if is_own_key(one.change.new(name)) or one.change.is_unknown(name) else switched_off.test(one)


queue_without_key = When("switched off, without a key", _queue_without_key)


def _loop_allowed(one: Difference) -> str | None:
    """Lambda ends loops unless told otherwise (Lambda Developer Guide, "recursive loop detection").

    A new function may be given leave to invoke itself; one that is there already may not be given it unseen.
    """
    change = one.change
    if change.action in _STAYS:
        now = change.new("recursive_loop") not in (None, "Terminate") or change.is_unknown("recursive_loop")
        return "`recursive_loop`" if now and change.old("recursive_loop") != "Allow" else None
    made = change.action is Action.CREATE and change.new("recursive_loop") == "Allow"
    return "" if made and not one.plan.creates_function(change.new("function_name")) else None


loop_allowed = When("allowed", _loop_allowed)
