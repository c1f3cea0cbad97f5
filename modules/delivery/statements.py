"""Permissions, and the policy statements that they make."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from modules.delivery.reach import Reach
from modules.delivery.scopes import SCOPES
from modules.iam import Statement


@dataclass(frozen=True, slots=True)
class Permission:
    """Actions in one scope: those that a plan calls, and those that only a deploy calls."""

    scope: str
    plan: tuple[str, ...]
    deploy: tuple[str, ...]


Permissions = tuple[Permission, ...]
# Services whose requests go to no region of their own, and buckets, whose names say which are ours.
_GLOBAL = frozenset({"budgets", "iam", "route53", "s3"})


def on(scope: str, plan: str, deploy: str = "") -> Permissions:
    """A permission, its actions without their service, which is the scope's."""
    service = SCOPES[scope].service
    return (Permission(scope, *(tuple(f"{service}:{name}" for name in names.split()) for names in (plan, deploy))),)


def planning(permissions: Permissions, reach: Reach) -> list[Statement]:
    """The statements that a plan needs."""
    return _statements([(one.scope, one.plan) for one in permissions], reach)


def deploying(permissions: Permissions, reach: Reach) -> list[Statement]:
    """The statements that a deploy needs: a plan's actions, and its own."""
    plans, deploys = ([(one.scope, one.plan) for one in permissions], [(one.scope, one.deploy) for one in permissions])
    return _statements([*plans, *deploys], reach)


def confined(statements: Sequence[Statement], regions: Sequence[str]) -> list[Statement]:
    """The statements of a policy, and that their services are used in these regions only; in any, if there is none."""
    services = sorted({action.partition(":")[0] for one in statements for action in one.actions} - _GLOBAL)
    if not regions or not services:
        return list(statements)
    return [*statements, nothing_outside(regions, [f"{service}:*" for service in services])]


def nothing_outside(regions: Sequence[str], actions: Sequence[str]) -> Statement:
    """Denies the actions everywhere else (IAM user guide, "AWS: Denies access to AWS based on the requested Region").

    As a condition of each statement, the regions would make the policy too long for IAM.
    """
    return Statement(
        sid="OutsideRegions",
        effect="Deny",
        actions=tuple(actions),
        resources=("*",),
        conditions={"StringNotEquals": {"aws:RequestedRegion": sorted(regions)}},
    )


def _statements(actions: Iterable[tuple[str, tuple[str, ...]]], reach: Reach) -> list[Statement]:
    """One statement for each scope that has an action, in the order of the scopes; each action once."""
    by_scope: dict[str, dict[str, None]] = {sid: {} for sid in SCOPES}
    for sid, names in actions:
        by_scope[sid] |= dict.fromkeys(names)
    return [
        reach.statement(sid, by_scope[sid], resources=scope.resources, conditions=scope.conditions)
        for sid, scope in SCOPES.items()
        if by_scope[sid]
    ]
