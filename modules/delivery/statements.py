"""Permissions, and the policy statements that they make."""

from collections.abc import Iterable
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
