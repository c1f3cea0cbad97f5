"""The permissions that each role gains and loses, over all its policies in a plan, compared by meaning."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from tools.plan_review.differences import Difference, When
from tools.plan_review.holders import Holder, Policy, holders
from tools.plan_review.markdown import code
from tools.plan_review.model import ROLE, Action, Change, Plan
from tools.plan_review.policies import NO_GRANTS, Grant, Grants, in_any, lines_of, not_covered, parse
from tools.plan_review.rule import Finding, Rule
from tools.plan_review.rules.exposed import GAINED, UNKNOWN, WILDCARD
from tools.plan_review.rules.flow import PERMISSIONS_LOST

_SHOWN_AS_LOST = 4  # resources in a finding; the comment has more of them below


@dataclass(frozen=True, kw_only=True, slots=True)
class RoleDifference:
    """What one role gains and loses.

    `address` is that of the policy, or of the first of several; `role` is the role's name, with `<region>` for the
    stack's own, and empty where it isn't known, or sensitive.
    """

    stack: str
    region: str | None
    address: str
    role: str
    is_new: bool
    is_ended: bool
    is_unknown: bool
    gained: tuple[Grant, ...]
    lost: tuple[Grant, ...]

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules that report it; none if no label is needed."""
        if self.is_unknown:
            return (UNKNOWN,)
        if self.is_new:
            return (WILDCARD,) if any(one.is_wide and one.allows for one in self.gained) else ()
        loses = self.lost and not self.is_ended
        return (*((GAINED,) if self.gained else ()), *((PERMISSIONS_LOST,) if loses else ()))

    def gains_in_words(self) -> list[str]:
        """What it gains, a line for each resource."""
        return self._lines(self.gained, "gains", "loses the", most=12)

    def losses_in_words(self, *, most: int = 12) -> list[str]:
        """What it loses, a line for each resource."""
        return self._lines(self.lost, "loses", "gets a", most=most)

    def _lines(self, grants: Collection[Grant], allowed: str, denied: str, *, most: int) -> list[str]:
        sides = ((allowed, [one for one in grants if one.allows]), (denied, [one for one in grants if not one.allows]))
        return [f"{verb} {line}" for verb, some in sides for line in lines_of(some, region=self.region, most=most)]


def differences(plan: Plan) -> Iterator[RoleDifference]:
    """Every role of the plan whose permissions differ, or may differ."""
    of_roles = [change for change in plan.changes if change.type == ROLE]
    created = {str(change.new("name")) for change in of_roles if change.action is Action.CREATE}
    deleted = {str(change.old("name")) for change in of_roles if change.action is Action.DELETE}
    for holder in holders(plan):
        is_new = holder.name in created - deleted or _all_new(plan, holder.changes)
        one = _difference(plan, holder, is_new=is_new, is_ended=holder.name in deleted - created)
        if one.is_unknown or one.gained or one.lost:
            yield one


def findings(found: Iterable[RoleDifference]) -> Iterator[Finding]:
    """A finding for each role that gains permissions, and one for each that loses some."""
    for one in found:
        for rule in one.rules:
            detail = _lost_by(one) if rule is PERMISSIONS_LOST else ""
            yield Finding(rule=rule, stack=one.stack, address=one.address, action=None, detail=detail)


def _lost_by(one: RoleDifference) -> str:
    losses = "; ".join(one.losses_in_words(most=_SHOWN_AS_LOST))
    return f"{code(one.role)} {losses}" if one.role else losses


def _all_new(plan: Plan, changes: list[Change]) -> bool:
    """A role whose name isn't known yet is new, if the plan creates roles."""
    created = all(change.action is Action.CREATE for change in changes)
    return created and plan.creates(ROLE) and any(change.is_unknown("role") for change in changes)


def _difference(plan: Plan, holder: Holder, *, is_new: bool, is_ended: bool) -> RoleDifference:
    olds = [_before(plan, policy) for policy in holder.before]
    news = [_after(plan, policy) for policy in holder.after]
    old, new = (NO_GRANTS.union(*(one or () for one in side)) for side in (olds, news))
    gained, lost = not_covered(new, old), [*not_covered(old, new), *_beyond(plan, new, holder)]
    # Attaching a policy that isn't in the plan is reported as that.
    unseen = {policy for policy in holder.after if isinstance(policy, str)}
    # A deny that is removed is a gain.
    more = [*(g for g in gained if g.allows and g.action not in unseen), *(g for g in lost if not g.allows)]
    less = [*(g for g in lost if g.allows), *(g for g in gained if not g.allows)]
    unknown = None in (*olds, *news) or _is_hidden(holder)
    named = holder.is_role and not any(one.is_sensitive(name) for one in holder.changes for name in _NAMES)
    return RoleDifference(
        stack=plan.stack,
        region=plan.region,
        address=holder.changes[0].address,
        role=in_any(plan.region, holder.name) if named else "",
        is_new=is_new,
        is_ended=is_ended,
        is_unknown=unknown,
        gained=() if unknown else tuple(more),
        lost=() if unknown else tuple(less),
    )


_NAMES = ("role", "roles", "name")
_SOURCES = ("policy", "policy_arn", "managed_policy_arns", "permissions_boundary")


def _is_hidden(holder: Holder) -> bool:
    """Whether something of what it is granted is sensitive."""
    changes = [*holder.changes, *(one for one in (*holder.before, *holder.after) if isinstance(one, Change))]
    return any(change.is_sensitive(name) for change in changes for name in _SOURCES)


def _beyond(plan: Plan, grants: Grants, holder: Holder) -> Iterator[Grant]:
    """What the policies allow, and a boundary that the role gets doesn't, unless the one before didn't either."""
    before, after = holder.limits
    limit = _after(plan, after) if after else None
    if limit is None:
        return
    known = [one for one in grants if one.allows and one.action not in holder.after]
    lost = _outside(known, limit)
    already = _outside(known, _before(plan, before) or NO_GRANTS) if before else []
    yield from (one for one in lost if one not in already)


def _outside(grants: Collection[Grant], limit: Grants) -> list[Grant]:
    allowed = [one for one in limit if one.allows]
    denied = [one._replace(effect="Allow") for one in limit if not one.allows]
    left = not_covered(not_covered(grants, not_covered(grants, allowed)), denied)
    return [one for one in grants if one not in left]


def _before(plan: Plan, policy: Policy) -> Grants | None:
    return _side(plan, policy.old("policy")) if isinstance(policy, Change) else _whole(policy)


def _after(plan: Plan, policy: Policy) -> Grants | None:
    """What is granted after; where a part isn't known yet, as the configuration has it."""
    if not isinstance(policy, Change):
        return _whole(policy)
    if policy.action is Action.DELETE:
        return NO_GRANTS
    known = plan.policies.get(policy.address, "?") if policy.is_unknown("policy") else policy.new("policy")
    new = _side(plan, known)
    if policy.action is Action.FORGET:  # it stays in AWS
        old = _before(plan, policy)
        return None if old is None or new is None else old | new
    return new


def _whole(arn: str) -> Grants:
    """What a policy grants that isn't in the plan: only itself is known."""
    return frozenset([Grant("Allow", "", arn, "", "")])


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


def _bounded(one: Difference) -> str | None:
    if one.old or not one.stays:
        return None
    return code(one.new if isinstance(one.new, str) and not one.is_sensitive else one.path)


attached = When("attached, or another one", _attached)
bounded = When("given for the first time", _bounded)
bounded_otherwise = When("another one, or none", _bounded_otherwise)
