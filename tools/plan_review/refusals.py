"""What AWS refuses at apply, as far as plans show it: the same name twice, and what is protected."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from tools.plan_review.differences import Difference, When
from tools.plan_review.markdown import code
from tools.plan_review.model import UNIQUE, Action, Change, Json, Plan
from tools.plan_review.rule import Finding, Rule
from tools.plan_review.rules.broken import NAME_TAKEN, SECRET_NAME_WAITS

_ENDS = (Action.DELETE, Action.REPLACE)
_SECRET = "aws_secretsmanager_secret"  # noqa: S105 - a resource type
_PROVIDER = "aws_iam_openid_connect_provider"
# Secrets Manager keeps a secret for so long unless told otherwise (API Reference, DeleteSecret).
_RECOVERY_DAYS = 30
# Names that are unique in the account, whatever the region.
_GLOBAL = (_PROVIDER, "aws_budgets_budget", "aws_iam_policy", "aws_iam_role", "aws_s3_bucket")
_Key = tuple[str, tuple[str, ...]]


def _protected(one: Difference, attribute: str) -> str | None:
    return code(attribute) if one.change.action in _ENDS and one.change.old(attribute) is True else None


def protected(attribute: str) -> When:
    """It is destroyed or replaced while its own protection forbids it."""
    return When("destroyed or replaced while protected", lambda one: _protected(one, attribute))


def _kept_full(one: Difference) -> str | None:
    return "" if one.change.action in _ENDS and one.change.old("force_destroy") is False else None


kept_full = When("destroyed or replaced without `force_destroy`", _kept_full)


def refusals(plans: Sequence[Plan]) -> Iterator[Finding]:
    """Resources that AWS refuses to create, because of others of the same name."""
    # How many stacks of an account have, or take, a name that is unique in the account.
    holders: Counter[tuple[str | None, _Key]] = Counter()
    for plan in plans:
        holders.update((plan.account, key) for key in _names(plan) if key[0] in _GLOBAL)
    for plan in (one for one in plans if not one.is_gone):
        yield from _in_recovery(plan)
        yield from _taken(plan, holders)


def _in_recovery(plan: Plan) -> Iterator[Finding]:
    """Secrets whose names are still taken by those that the plan, or somebody else, deleted."""
    deleted = [one for one in plan.changes if one.type == _SECRET and one.action in _ENDS]
    waiting = {_key(one.type, one.before) for one in (*deleted, *plan.lost) if one.type == _SECRET and _is_kept(one)}
    for change in plan.changes:
        if change.type == _SECRET and _creates(change) and _key(_SECRET, change.after) in waiting - {None}:
            yield _finding(plan, change, SECRET_NAME_WAITS)


def _is_kept(change: Change) -> bool:
    days = change.old("recovery_window_in_days")
    return bool(_RECOVERY_DAYS if days is None else days)


def _taken(plan: Plan, holders: Counter[tuple[str | None, _Key]]) -> Iterator[Finding]:
    """Names of resources that stay, that are destroyed meanwhile, or that another one takes before."""
    own, made = _names(plan), set()
    for change in plan.changes:
        key = _key(change.type, change.after) if change.type in UNIQUE and _creates(change) else None
        if key is None:
            continue
        # A replaced one makes room for itself; of secrets, more is said above.
        makes_room = change.type == _SECRET or (change.action is Action.REPLACE and not change.creates_first)
        elsewhere = holders[plan.account, key] > (key in own or key in made)
        if key in made or elsewhere or (key in own and not makes_room):
            yield _finding(plan, change, NAME_TAKEN)
        if key not in made and key not in own and key[0] in _GLOBAL:
            holders[plan.account, key] += 1
        made.add(key)


def _creates(change: Change) -> bool:
    return change.action in (Action.CREATE, Action.REPLACE)


def _names(plan: Plan) -> set[_Key]:
    """Names of resources that stay, or that are destroyed while others are created."""
    staying = [(type_, one) for type_, found in plan.staying.items() for one in found]
    changed = [(one.type, one.before) for one in plan.changes if one.type in UNIQUE and one.action is not Action.CREATE]
    return {key for type_, body in (*staying, *changed) if (key := _key(type_, body))}


def _key(type_: str, body: Mapping[str, Json]) -> _Key | None:
    first, *rest = UNIQUE[type_]
    name = body.get(first)
    if not isinstance(name, str):
        return None
    # Of a URL, the provider may have left out how it begins.
    return type_, (name.removeprefix("https://").rstrip("/"), *(str(body.get(one)) for one in rest))


def _finding(plan: Plan, change: Change, rule: Rule) -> Finding:
    detail = ", ".join(code(name) for name in UNIQUE[change.type])
    return Finding(rule=rule, stack=plan.stack, address=change.address, action=change.action, detail=detail)
