"""The permissions that each role gains and loses, over all its policies in a plan, compared by meaning."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tools.plan_review.differences import Difference, When
from tools.plan_review.markdown import code
from tools.plan_review.model import LEAVES, Action, Change, Plan
from tools.plan_review.policies import NO_GRANTS, Grant, Grants, not_covered, parse
from tools.plan_review.rule import Finding, Rule
from tools.plan_review.rules.exposed import GAINED, UNKNOWN, WILDCARD
from tools.plan_review.rules.flow import PERMISSIONS_LOST

_POLICIES = ("aws_iam_role_policy", "aws_iam_policy")


@dataclass(frozen=True, kw_only=True, slots=True)
class RoleDifference:
    """What one role gains and loses; `address` is that of the policy, or of the first of several."""

    stack: str
    region: str | None
    address: str
    is_new: bool
    is_unknown: bool
    is_stripped: bool
    gained: tuple[Grant, ...]
    lost: tuple[Grant, ...]

    @property
    def rule(self) -> Rule | None:
        """The rule that reports it; none if no label is needed."""
        if self.is_unknown:
            return UNKNOWN
        if not self.is_new:
            return GAINED if self.gained else PERMISSIONS_LOST if self.is_stripped else None
        return WILDCARD if any(one.is_wide and one.allows for one in self.gained) else None


def differences(plan: Plan) -> Iterator[RoleDifference]:
    """Every role of the plan whose permissions differ, or may differ."""
    of_roles = [change for change in plan.changes if change.type == "aws_iam_role"]
    new_roles = {change.new("name") for change in of_roles if _is_new(change)}
    ended = {str(change.old("name")) for change in of_roles if change.action is Action.DELETE}
    policies: dict[str, list[Change]] = {}
    for change in plan.changes:
        if change.type in _POLICIES and _matters(change):
            policies.setdefault(_role(change), []).append(change)
    for role, changes in policies.items():
        is_new = role in new_roles or _all_new(plan, changes)
        difference = _difference(plan, changes, is_new=is_new, is_ended=role in ended)
        if difference.is_unknown or difference.gained or difference.lost:
            yield difference


def findings(found: list[RoleDifference]) -> Iterator[Finding]:
    """A finding for each role that gains permissions."""
    for one in found:
        if one.rule:
            yield Finding(rule=one.rule, stack=one.stack, address=one.address, action=None, detail="")


def _matters(change: Change) -> bool:
    return change.action is not Action.NOTHING and not {"policy", "role"}.isdisjoint(change.changed)


def _is_new(change: Change) -> bool:
    return change.action is Action.CREATE and isinstance(change.new("name"), str)


def _all_new(plan: Plan, changes: list[Change]) -> bool:
    """A role whose name isn't known yet is new, if the plan creates roles."""
    created = all(change.action is Action.CREATE for change in changes)
    return created and plan.creates("aws_iam_role") and any(change.is_unknown("role") for change in changes)


def _role(change: Change) -> str:
    for role in (change.new("role"), change.old("role")):
        if isinstance(role, str):
            return role
    return change.address


def _difference(plan: Plan, changes: list[Change], *, is_new: bool, is_ended: bool) -> RoleDifference:
    old: Grants = NO_GRANTS
    new: Grants = NO_GRANTS
    unknown = False
    for change in changes:
        before, after = _before(plan, change), _after(plan, change)
        unknown |= before is None or after is None or change.is_sensitive("policy")
        old |= before or NO_GRANTS
        new |= after or NO_GRANTS
    gained, lost = not_covered(new, old), not_covered(old, new)
    # A deny that is removed is a gain.
    more = [*(g for g in gained if g.allows), *(g for g in lost if not g.allows)]
    less = [*(g for g in lost if g.allows), *(g for g in gained if not g.allows)]
    return RoleDifference(
        stack=plan.stack,
        region=plan.region,
        address=changes[0].address,
        is_new=is_new,
        is_unknown=unknown,
        is_stripped=not is_ended and _is_stripped(old, new),
        gained=() if unknown else tuple(more),
        lost=() if unknown else tuple(less),
    )


def _is_stripped(old: Grants, new: Grants) -> bool:
    """Nothing is allowed any more, or everything is denied."""
    denied = [grant._replace(effect="Allow") for grant in new if not (grant.allows or grant.condition)]
    lost_all = any(grant.allows for grant in old) or any((one.action, one.resource) == ("*", "*") for one in denied)
    return lost_all and not not_covered([grant for grant in new if grant.allows], denied)


def _before(plan: Plan, change: Change) -> Grants | None:
    """What was granted before; nothing to a role that gets another one's policy."""
    old, new = change.old("role"), change.new("role")
    given = isinstance(old, str) and isinstance(new, str) and old != new
    return NO_GRANTS if given else _side(plan, change.old("policy"))


def _after(plan: Plan, change: Change) -> Grants | None:
    """What is granted after; where a part isn't known yet, as the configuration has it."""
    if change.action in LEAVES:
        return NO_GRANTS
    if change.is_unknown("policy"):
        return _side(plan, plan.policies.get(change.address, "?"))
    return _side(plan, change.new("policy"))


def _side(plan: Plan, text: object) -> Grants | None:
    return parse(text, plan.references) if text else NO_GRANTS


# Found over all policies of a role, not in one of them.
by_role = When("compared over all policies of a role", lambda _one: None)


def _attached(one: Difference) -> str | None:
    filled_in = one.change.type == "aws_iam_role" and not one.old and not one.new
    if filled_in:
        return None
    return code(one.new) if isinstance(one.new, str) and not one.is_sensitive else ""


def _bounded_otherwise(one: Difference) -> str | None:
    if not one.old:
        return None
    return code(one.new if isinstance(one.new, str) and not one.is_sensitive else one.path)


attached = When("attached, or another one", _attached)
bounded_otherwise = When("another one, or none", _bounded_otherwise)
