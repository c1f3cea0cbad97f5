"""Compares policies of resources before and after: who is allowed, what, and what is denied."""

import json
from collections.abc import Callable, Iterable

from tools.plan_review.differences import Difference, When
from tools.plan_review.markdown import code
from tools.plan_review.model import Action, Change, Plan, at
from tools.plan_review.policies import NO_GRANTS, Grant, Grants, lines_of, not_covered, parse

# AWS gives these a policy if none is given.
_FILLED_IN = ("aws_s3_bucket", "aws_secretsmanager_secret", "aws_sns_topic", "aws_sqs_queue")


def _before_and_after(change: Change, attribute: str, plan: Plan) -> tuple[Grants, Grants] | None:
    """What the policy grants before and after; `None` where that isn't known."""
    after = change.new(attribute)
    if change.is_unknown(attribute):
        after = plan.policies.get(change.address) if attribute == "policy" else None
        if after is None:
            return None
    old, new = (parse(text, plan.references) if text else NO_GRANTS for text in (change.old(attribute), after))
    if old is None or new is None:
        return None
    if change.type.startswith("aws_kms_key"):  # in a key policy "*" is the key
        old, new = (frozenset(grant._replace(resource="") for grant in side) for side in (old, new))
    return old, new


def _compared(words: str, find: Callable[[Change, Grants, Grants], Iterable[Grant]]) -> When:
    """The grants that `find` returns, of a policy that is created or stays, and isn't sensitive."""

    def test(one: Difference) -> str | None:
        if one.is_sensitive:
            return None
        sides = _before_and_after(one.change, one.path, one.plan)
        found = find(one.change, *sides) if sides else ()
        return "; ".join(lines_of(list(found), region=one.plan.region)) or None

    return When(words, test)


def _new_principals(change: Change, old: Grants, new: Grants) -> Iterable[Grant]:
    """Grants to principals that had none; in a new policy only to unexpected ones."""
    known = _principals(old)
    found = (grant for grant in new if grant.allows and grant.principal not in known)
    return (grant for grant in found if change.action is not Action.CREATE or not _is_usual(change, grant))


def _is_usual(change: Change, grant: Grant) -> bool:
    """In a new policy: a service, under a condition unless it is a role's; in a key's, the account, or its own role."""
    bound = grant.condition or change.type == "aws_iam_role"
    own = grant.principal.endswith(":root") or (grant.principal == "*" and _names_a_role(grant.condition))
    return bool(grant.principal.startswith("Service: ") and bound) or (change.type.startswith("aws_kms_key") and own)


def _names_a_role(condition: str) -> bool:
    """One of one account; IAM reads patterns in `ArnEquals`, too."""
    held = json.loads(condition or "{}")
    role, account = at(held, "ArnEquals.aws:PrincipalArn"), at(held, "StringEquals.kms:CallerAccount")
    return isinstance(role, str) and f"::{account}:role/" in role and not {"*", "?"} & set(role)


def _wider(_change: Change, old: Grants, new: Grants) -> Iterable[Grant]:
    """New grants to principals that had others."""
    known = _principals(old)
    return (one for one in not_covered(new, old) if one.allows and one.principal in known)


def _principals(grants: Grants) -> set[str]:
    return {grant.principal for grant in grants if grant.allows}


def _denies_removed(_change: Change, old: Grants, new: Grants) -> Iterable[Grant]:
    """Explicit denies that are no longer there."""
    return (one for one in not_covered(old, new) if not one.allows)


def _narrower(change: Change, old: Grants, new: Grants) -> Iterable[Grant]:
    """What a policy that stays no longer allows, or denies besides."""
    if change.action is Action.CREATE:
        return ()
    taken = (one for one in not_covered(old, new) if one.allows)
    return (*taken, *(one for one in not_covered(new, old) if not one.allows))


def _not_comparable(one: Difference) -> str | None:
    """A policy that is sensitive, isn't known, or can't be read; what AWS fills in in a new one is none of these."""
    made = one.change.action is Action.CREATE or one.follows
    if made and one.unknown and one.change.address not in one.plan.policies:
        return None if one.path == "policy" and one.change.type in _FILLED_IN else code(one.path)
    hidden = one.is_sensitive or _before_and_after(one.change, one.path, one.plan) is None
    return code(one.path) if hidden else None


new_principals = _compared("a principal is added", _new_principals)
wider = _compared("a principal is allowed more", _wider)
narrower = _compared("a principal is allowed less, or denied more", _narrower)
denies_removed = _compared("an explicit deny is removed", _denies_removed)
not_comparable = When("unknown, sensitive, or not readable", _not_comparable)


def _invoked_by(one: Difference) -> str | None:
    """A permission for a new principal; in a new stack a service with its source is expected."""
    change = one.change
    principal, old = change.new("principal"), change.old("principal")
    if change.action not in (Action.CREATE, Action.UPDATE, Action.REPLACE):
        return None
    bound = bool(change.new("source_arn")) or change.is_unknown("source_arn")
    service = isinstance(principal, str) and principal.endswith(".amazonaws.com")
    if change.action is Action.CREATE:
        fine = service and bound and one.plan.creates("aws_lambda_function")
    else:
        fine = principal == old and (bound or not change.old("source_arn"))
    if fine:
        return None
    return "" if change.is_sensitive("principal") else code(str(principal))


invoked_by = When("another principal, or fewer conditions", _invoked_by)
