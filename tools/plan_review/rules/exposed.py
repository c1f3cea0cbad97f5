"""Changes that let more people in."""

from collections.abc import Collection

from tools.plan_review.configuration import Configuration
from tools.plan_review.model import Action, Change, Plan
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
from tools.plan_review.resource_policies import (
    RESOURCE_POLICIES,
    compared,
    denies_removed,
    invoked_by,
    new_principals,
    not_comparable,
    wider,
)
from tools.plan_review.rule import Category, Predicate, Rule


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
        test=compared(new_principals),
        message="A new principal is allowed.",
    ),
    Rule(
        id="policy-wider",
        category=Category.EXPOSED,
        on=RESOURCE_POLICIES,
        test=compared(wider),
        message="A principal is allowed more, or under fewer conditions.",
    ),
    Rule(
        id="deny-removed",
        category=Category.EXPOSED,
        on=RESOURCE_POLICIES,
        test=compared(denies_removed),
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
        test=not_comparable,
        message="The policy is known only after apply, is sensitive, or can't be read.",
    ),
    Rule(
        id="invoked-by",
        category=Category.EXPOSED,
        on={"aws_lambda_permission": ("principal",)},
        test=invoked_by,
        message="A new principal may invoke the function.",
    ),
)
