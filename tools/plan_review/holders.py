"""Who has which policies before and after: roles their own and attached ones, over changes and what stays as it is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tools.plan_review.model import ATTACHMENTS, LEAVES, MANAGED, OWN, ROLE, Action, Change, Json, Plan

# A policy of the plan, or the ARN of another one.
Policy = Change | str
Limits = tuple[Change | None, Change | None]
_MATTERS = {
    OWN: {"policy", "role"},
    MANAGED: {"policy"},
    ROLE: {"managed_policy_arns", "permissions_boundary"},
    **{type_: {"policy_arn", "role", "roles"} for type_ in ATTACHMENTS},
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Holder:
    """A role whose policies change, by its name; or, by its address, a managed policy that no role here has.

    `changes`: those that concern it, at least one. `limits`: its permissions boundary before and after, if it gets
    another one, each as far as the plan shows it.
    """

    name: str
    changes: list[Change]
    before: list[Policy]
    after: list[Policy]
    limits: Limits = (None, None)

    @property
    def is_role(self) -> bool:
        """Whether the name is that of a role: of a new one it may not be known yet."""
        return all(self.name != change.address for change in self.changes)


def holders(plan: Plan) -> list[Holder]:
    """Everybody whose permissions may change, in the order of the plan."""
    return list(_Policies(plan).holders())


class _Policies:
    """The policies of a plan by who has them."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        found = [one for one in (*plan.changes, *plan.access) if one.type in _MATTERS]
        self._managed = {key: one for one in found if one.type == MANAGED for key in _keys(one)}
        # A role that is replaced is the same role, though its name may be another.
        self._first_names = {
            str(one.new("name")): str(one.old("name"))
            for one in found
            if one.type == ROLE and one.action is Action.REPLACE and one.new("name")
        }
        self._before: dict[str, list[Policy]] = defaultdict(list)
        self._after: dict[str, list[Policy]] = defaultdict(list)
        # The roles that have a managed policy before, and after.
        self._of: dict[str, tuple[set[str], set[str]]] = defaultdict(lambda: (set(), set()))
        for change in found:
            for role, policy in self._had(change):
                self._before[role].append(policy)
                self._of[_name(policy)][0].add(role)
            for role, policy in self._gets(change):
                self._after[role].append(policy)
                self._of[_name(policy)][1].add(role)

    def holders(self) -> Iterator[Holder]:
        touched: dict[str, list[Change]] = {}
        limits: dict[str, Limits] = {}
        for change in self._plan.changes:
            if change.type in _MATTERS and change.action is not Action.NOTHING:
                if _MATTERS[change.type].isdisjoint(change.changed):
                    continue
                for name in self._concerned(change):
                    touched.setdefault(name, []).append(change)
                    if change.type == ROLE and "permissions_boundary" in change.changed:
                        limits[name] = self._limits(change)
        for name, changes in touched.items():
            before, after = self._before.get(name, []), self._after.get(name, [])
            yield Holder(name=name, changes=changes, before=before, after=after, limits=limits.get(name, (None, None)))

    def _concerned(self, change: Change) -> list[str]:
        if change.type == MANAGED:
            return self._holders_of(change)
        if change.type == ROLE:
            return [str(change.old("name"))] if change.action in (Action.UPDATE, Action.REPLACE) else []
        return list(dict.fromkeys(role for role, _ in (*self._had(change), *self._gets(change))))

    def _holders_of(self, change: Change) -> list[str]:
        """Roles that have the managed policy; itself where others may have it whom the plan doesn't show."""
        had, has = self._of[change.address]
        seen = (had or change.action is Action.CREATE) and (has or change.action in LEAVES)
        # AWS deletes no policy that somebody has: what a role loses by that, it loses when the policy is detached.
        if not seen and change.action not in LEAVES:
            self._before[change.address] = self._after[change.address] = [change]
            return [*sorted(had | has), change.address]
        return sorted(had | has)

    def _limits(self, change: Change) -> Limits:
        old, new = change.old("permissions_boundary"), change.new("permissions_boundary")
        if change.is_unknown("permissions_boundary"):
            new = self._plan.links.get(change.address)
        first, last = (self._managed.get(one) if isinstance(one, str) else None for one in (old, new))
        return (first, last) if first or not old else (None, None)

    def _had(self, change: Change) -> Iterator[tuple[str, Policy]]:
        if change.action is not Action.CREATE:
            for role, policy in _pairs(change, change.before, self._known(change)):
                yield role, self._policy(policy)

    def _gets(self, change: Change) -> Iterator[tuple[str, Policy]]:
        if change.action is not Action.DELETE:
            for role, policy in _pairs(change, self._known(change), change.before):
                yield self._first_names.get(role, role), self._policy(policy)
        if change.action is Action.FORGET:  # it stays in AWS
            yield from self._had(change)

    def _known(self, change: Change) -> Mapping[str, Json]:
        """What is after; in place of what isn't known yet, what it was, or what the configuration refers to."""
        known = {name: change.before.get(name) for name in ("name", "role", "roles") if change.is_unknown(name)}
        known |= {name: value for name, value in change.after.items() if value is not None}
        if change.is_unknown("policy_arn"):
            old = change.old("policy_arn")
            follows = isinstance(old, str) and self._plan.is_of_replaced(old)
            known["policy_arn"] = self._plan.links.get(change.address) or (old if follows else None)
        if change.is_unknown("managed_policy_arns"):  # AWS fills them in
            known["managed_policy_arns"] = change.old("managed_policy_arns")
        return known

    def _policy(self, policy: Policy) -> Policy:
        return self._managed.get(policy, policy) if isinstance(policy, str) else policy


def _name(policy: Policy) -> str:
    return policy if isinstance(policy, str) else policy.address


def _keys(managed: Change) -> list[str]:
    arns = (managed.old("arn"), managed.new("arn"))
    return [managed.address, *(arn for arn in arns if isinstance(arn, str))]


def _pairs(change: Change, body: Mapping[str, Json], other: Mapping[str, Json]) -> Iterator[tuple[str, Policy]]:
    """Roles and their policies on one side of a change; `other` is its other side."""
    if change.type == OWN:
        role = body.get("role")
        yield role if isinstance(role, str) else change.address, change
    elif change.type in ATTACHMENTS:
        for role in _texts([body.get("role"), *_texts(body.get("roles"))]):
            for policy in _texts([body.get("policy_arn")]):
                yield role, policy
    elif change.type == ROLE:
        # Where nobody sets them, they are what is attached otherwise: so only those that come or go.
        for policy in set(_texts(body.get("managed_policy_arns"))) - set(_texts(other.get("managed_policy_arns"))):
            yield str(body.get("name")), policy


def _texts(value: Json) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []
