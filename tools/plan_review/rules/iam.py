"""Permissions that roles gain, over all policies of a role: `tools/plan_review/roles.py` compares them."""

from tools.plan_review.markdown import code
from tools.plan_review.model import LEAVES, Change, Plan
from tools.plan_review.rule import Category, Rule

ROLE_POLICIES = {"aws_iam_role_policy": ("policy",), "aws_iam_policy": ("policy",)}


def _attached(change: Change, attribute: str, _plan: Plan) -> str | None:
    other = change.old(attribute) != change.new(attribute) or change.is_unknown(attribute)
    filled_in = change.type == "aws_iam_role" and not change.old(attribute) and not change.new(attribute)
    if change.action in LEAVES or not other or filled_in:
        return None
    found = change.new(attribute)
    return code(found) if isinstance(found, str) and not change.is_sensitive(attribute) else ""


def _bounded_otherwise(change: Change, attribute: str, _plan: Plan) -> str | None:
    old, new = change.old(attribute), change.new(attribute)
    if change.action in LEAVES or not old or (old == new and not change.is_unknown(attribute)):
        return None
    return code(new if isinstance(new, str) and not change.is_sensitive(attribute) else attribute)


GAINED = Rule(
    id="role-gains",
    category=Category.IAM,
    on=ROLE_POLICIES,
    test=None,
    message="An existing role gains permissions.",
)
WILDCARD = Rule(
    id="role-wildcard",
    category=Category.IAM,
    on=ROLE_POLICIES,
    test=None,
    message="A new role gets actions by wildcard, or on every resource.",
)
UNKNOWN = Rule(
    id="role-unknown",
    category=Category.IAM,
    on=ROLE_POLICIES,
    test=None,
    message="The role's policy is known only after apply, is sensitive, or can't be read.",
)
IAM = (
    GAINED,
    WILDCARD,
    UNKNOWN,
    Rule(
        id="policy-attached",
        category=Category.IAM,
        on={
            "aws_iam_policy_attachment": ("policy_arn",),
            "aws_iam_role": ("managed_policy_arns",),
            "aws_iam_role_policy_attachment": ("policy_arn",),
            "aws_iam_user_policy_attachment": ("policy_arn",),
        },
        test=_attached,
        message="A managed policy is attached.",
    ),
    Rule(
        id="boundary-changed",
        category=Category.IAM,
        on={"aws_iam_role": ("permissions_boundary",)},
        test=_bounded_otherwise,
        message="The role's permissions boundary is removed or changed.",
    ),
)
