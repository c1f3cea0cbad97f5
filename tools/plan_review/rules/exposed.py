"""Changes that let more people in."""

from collections.abc import Callable, Collection, Iterable

from tools.plan_review.configuration import Configuration
from tools.plan_review.markdown import code
from tools.plan_review.model import LEAVES, Action, Change, Plan
from tools.plan_review.policies import NO_GRANTS, Grant, Grants, lines_of, not_covered, parse
from tools.plan_review.predicates import (
    becomes,
    differs,
    either,
    gone_without,
    leaves,
    more,
    removed,
    said,
    switched_off,
    switched_on,
)
from tools.plan_review.rule import Category, Predicate, Rule

_FILLED_IN = ("aws_sqs_queue",)  # AWS creates their policy if none is given
RESOURCE_POLICIES = {
    "aws_dynamodb_resource_policy": ("policy",),
    "aws_iam_role": ("assume_role_policy",),
    "aws_kinesis_resource_policy": ("policy",),
    "aws_kms_key": ("policy",),
    "aws_kms_key_policy": ("policy",),
    "aws_s3_bucket_policy": ("policy",),
    "aws_secretsmanager_secret_policy": ("policy",),
    "aws_sns_topic_policy": ("policy",),
    "aws_sqs_queue": ("policy",),
    "aws_sqs_queue_policy": ("policy",),
}


def exposed_by(configuration: Configuration) -> tuple[Rule, ...]:
    """The rules that depend on the project."""
    variables = (
        Rule(
            id=one.id,
            category=Category.EXPOSED,
            on={"aws_lambda_function": (f"environment.variables.{one.name}",)},
            test=becomes(one.value),
            message=one.message,
        )
        for one in configuration.exposing_variables
    )
    route = Rule(
        id="route-open",
        category=Category.EXPOSED,
        on={"aws_apigatewayv2_route": ("authorization_type",)},
        test=_opened_but(configuration.public_routes),
        message="The route needs no authorization; acceptable only if the function checks signatures.",
    )
    return (*variables, route)


def _opened_but(public: Collection[str]) -> Predicate:
    """A route loses its authorization, or is added without any to an API that is there already."""

    def test(change: Change, attribute: str, plan: Plan) -> str | None:
        if change.new(attribute) not in (None, "NONE") or change.is_unknown(attribute):
            return None
        if change.action in (Action.UPDATE, Action.REPLACE) and change.old(attribute) not in (None, "NONE"):
            return said(change, attribute)
        new_route = change.action is Action.CREATE and not plan.creates("aws_apigatewayv2_api")
        return "" if new_route and change.new("route_key") not in public else None

    return test


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


def _compared(find: Callable[[Change, Grants, Grants], Iterable[Grant]]) -> Predicate:
    """The grants that `find` returns, of a policy that is created or stays, and isn't sensitive."""

    def test(change: Change, attribute: str, plan: Plan) -> str | None:
        if change.action in LEAVES or change.is_sensitive(attribute):
            return None
        sides = _before_and_after(change, attribute, plan)
        found = find(change, *sides) if sides else ()
        return "; ".join(lines_of(list(found), region=plan.region)) or None

    return test


def _new_principals(change: Change, old: Grants, new: Grants) -> Iterable[Grant]:
    known = _principals(old)
    found = (grant for grant in new if grant.allows and grant.principal not in known)
    return (grant for grant in found if change.action is not Action.CREATE or not _is_usual(change, grant))


def _is_usual(change: Change, grant: Grant) -> bool:
    """In a new policy: a service, under a condition unless it is a role's; the account, in a key policy."""
    bound = grant.condition or change.type == "aws_iam_role"
    account = change.type.startswith("aws_kms_key") and grant.principal.endswith(":root")
    return bool(grant.principal.startswith("Service: ") and bound) or account


def _wider(_change: Change, old: Grants, new: Grants) -> Iterable[Grant]:
    known = _principals(old)
    return (one for one in not_covered(new, old) if one.allows and one.principal in known)


def _principals(grants: Grants) -> set[str]:
    return {grant.principal for grant in grants if grant.allows}


def _denials_gone(_change: Change, old: Grants, new: Grants) -> Iterable[Grant]:
    return (one for one in not_covered(old, new) if not one.allows)


def _not_comparable(change: Change, attribute: str, plan: Plan) -> str | None:
    if change.action not in (Action.CREATE, Action.UPDATE, Action.REPLACE):
        return None
    if change.action is Action.CREATE and change.type in _FILLED_IN and not change.new(attribute):
        return None
    same = change.old(attribute) == change.new(attribute) and not change.is_unknown(attribute)
    hidden = change.is_sensitive(attribute) or _before_and_after(change, attribute, plan) is None
    return code(attribute) if hidden and not same else None


def _invoked_by(change: Change, attribute: str, plan: Plan) -> str | None:
    """A permission for a new principal; in a new stack a service with its source is expected."""
    principal, old = change.new("principal"), change.old("principal")
    if change.action not in (Action.CREATE, Action.UPDATE, Action.REPLACE):
        return None
    bound = bool(change.new("source_arn")) or change.is_unknown("source_arn")
    service = isinstance(principal, str) and principal.endswith(".amazonaws.com")
    if change.action is Action.CREATE:
        fine = service and bound and plan.creates("aws_lambda_function")
    else:
        fine = principal == old and (bound or not change.old("source_arn"))
    if fine:
        return None
    return "" if change.is_sensitive(attribute) else code(str(principal))


EXPOSED = (
    Rule(
        id="authorizer-changed",
        category=Category.EXPOSED,
        on={"aws_apigatewayv2_authorizer": ("authorizer_uri", "jwt_configuration")},
        test=differs,
        message="The authorizer accepts other callers than before.",
    ),
    Rule(
        id="function-url-open",
        category=Category.EXPOSED,
        on={"aws_lambda_function_url": ("authorization_type",)},
        test=becomes("NONE"),
        message="The function URL is public: it needs no authorization.",
    ),
    Rule(
        id="cors-wider",
        category=Category.EXPOSED,
        on={
            "aws_apigatewayv2_api": (
                "cors_configuration.allow_credentials",
                "cors_configuration.allow_headers",
                "cors_configuration.allow_methods",
                "cors_configuration.allow_origins",
            ),
        },
        test=either(switched_on, more),
        message="CORS allows more origins, methods or headers.",
    ),
    Rule(
        id="bucket-public",
        category=Category.EXPOSED,
        on={
            "aws_s3_bucket_public_access_block": (
                "block_public_acls",
                "block_public_policy",
                "ignore_public_acls",
                "restrict_public_buckets",
            ),
        },
        test=either(switched_off, gone_without("aws_s3_bucket", "bucket")),
        message="Public access to the bucket is no longer blocked.",
    ),
    Rule(
        id="acl-possible",
        category=Category.EXPOSED,
        on={"aws_s3_bucket_ownership_controls": ("rule.object_ownership",)},
        test=either(leaves("BucketOwnerEnforced"), gone_without("aws_s3_bucket", "bucket")),
        message="Access control lists can grant access to objects.",
    ),
    Rule(
        id="encryption-weakened",
        category=Category.EXPOSED,
        on={
            "aws_cloudwatch_log_group": ("kms_key_id",),
            "aws_dynamodb_table": ("server_side_encryption",),
            "aws_kinesis_stream": ("encryption_type", "kms_key_id"),
            "aws_kms_key": ("enable_key_rotation",),
            "aws_lambda_function": ("kms_key_arn",),
            "aws_s3_bucket_server_side_encryption_configuration": (
                "rule.apply_server_side_encryption_by_default.sse_algorithm",
            ),
            "aws_secretsmanager_secret": ("kms_key_id",),
            "aws_sns_topic": ("kms_master_key_id",),
            "aws_sqs_queue": ("kms_master_key_id",),
        },
        test=either(leaves("KMS"), leaves("aws:kms"), switched_off, removed),
        message="No longer encrypted with a customer managed key, or the key is no longer rotated.",
    ),
    Rule(
        id="new-principal",
        category=Category.EXPOSED,
        on=RESOURCE_POLICIES,
        test=_compared(_new_principals),
        message="A new principal is allowed.",
    ),
    Rule(
        id="policy-wider",
        category=Category.EXPOSED,
        on=RESOURCE_POLICIES,
        test=_compared(_wider),
        message="A principal is allowed more, or under fewer conditions.",
    ),
    Rule(
        id="deny-removed",
        category=Category.EXPOSED,
        on=RESOURCE_POLICIES,
        test=_compared(_denials_gone),
        message="An explicit deny is removed.",
    ),
    Rule(
        id="policy-removed",
        category=Category.EXPOSED,
        on={"aws_s3_bucket_policy": ("",)},
        test=gone_without("aws_s3_bucket", "bucket"),
        message="The bucket policy is removed, and its explicit denies with it.",
    ),
    Rule(
        id="policy-unknown",
        category=Category.EXPOSED,
        on=RESOURCE_POLICIES,
        test=_not_comparable,
        message="The policy is known only after apply, is sensitive, or can't be read.",
    ),
    Rule(
        id="invoked-by",
        category=Category.EXPOSED,
        on={"aws_lambda_permission": ("principal",)},
        test=_invoked_by,
        message="A new principal may invoke the function.",
    ),
)
