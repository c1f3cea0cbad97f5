"""Roles and who may take them. What several policies of a role grant together is compared in `roles.py`."""

from tools.plan_review.predicates import above, destroyed, differs, ended, fewer, more
from tools.plan_review.roles import attached, bounded_otherwise, by_role
from tools.plan_review.rules.broken import CLIENTS_REFUSED
from tools.plan_review.rules.exposed import (
    BOUNDARY_CHANGED,
    GAINED,
    LONGER_SESSIONS,
    NEW_PRINCIPAL,
    POLICY_ATTACHED,
    POLICY_DETACHED,
    UNKNOWN,
    WILDCARD,
)
from tools.plan_review.rules.flow import PERMISSIONS_LOST
from tools.plan_review.verdicts.rows import FREE, POLICY, RESOURCE, Table

_GRANTS = (by_role(GAINED), by_role(WILDCARD), by_role(UNKNOWN), by_role(PERMISSIONS_LOST))

ACCESS: Table = {
    "aws_iam_role": {
        RESOURCE: FREE,  # what takes the role is judged by itself
        "name path description force_detach_policies": FREE,
        "assume_role_policy": POLICY,
        "managed_policy_arns": attached(POLICY_ATTACHED),
        "max_session_duration": above(none=3_600)(LONGER_SESSIONS),
        "permissions_boundary": bounded_otherwise(BOUNDARY_CHANGED),
    },
    "aws_iam_role_policy": {
        RESOURCE: FREE,  # what a role loses is shown with what it gains
        "name role": FREE,
        "policy": _GRANTS,
    },
    "aws_iam_policy": {
        RESOURCE: FREE,
        "name path description": FREE,
        "policy": _GRANTS,
    },
    "aws_iam_role_policy_attachment": {
        RESOURCE: destroyed(POLICY_DETACHED),
        "policy_arn": attached(POLICY_ATTACHED),
        "role": differs(POLICY_ATTACHED),
    },
    "aws_iam_user_policy_attachment": {
        RESOURCE: destroyed(POLICY_DETACHED),
        "policy_arn": attached(POLICY_ATTACHED),
        "user": differs(POLICY_ATTACHED),
    },
    "aws_iam_policy_attachment": {
        RESOURCE: destroyed(POLICY_DETACHED),
        "name": FREE,
        "policy_arn": attached(POLICY_ATTACHED),
        "roles users groups": more(POLICY_ATTACHED),
    },
    "aws_iam_openid_connect_provider": {
        RESOURCE: ended(CLIENTS_REFUSED),
        "client_id_list": (more(NEW_PRINCIPAL), fewer(CLIENTS_REFUSED)),
        "thumbprint_list": more(NEW_PRINCIPAL),
        "url": differs(NEW_PRINCIPAL),
    },
}
