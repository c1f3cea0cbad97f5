"""Roles and who may take them. What several policies of a role grant together is compared in `roles.py`."""

from tools.plan_review.acts import destroyed, ended
from tools.plan_review.amounts import above
from tools.plan_review.predicates import differs, fewer, more
from tools.plan_review.roles import attached, bounded, bounded_otherwise, by_role
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
from tools.plan_review.rules.flow import BOUNDARY_GIVEN, PERMISSIONS_LOST
from tools.plan_review.verdicts.rows import FREE, POLICY, RESOURCE, Table

_LESS = by_role(PERMISSIONS_LOST)
_GRANTS = (by_role(GAINED), by_role(WILDCARD), by_role(UNKNOWN), _LESS)

ACCESS: Table = {
    "aws_iam_role": {
        RESOURCE: FREE,  # what takes the role is judged by itself
        "name path description force_detach_policies": FREE,
        "assume_role_policy": POLICY,
        "managed_policy_arns": (attached(POLICY_ATTACHED), _LESS),
        "max_session_duration": above(none=3_600)(LONGER_SESSIONS),
        "permissions_boundary": (bounded_otherwise(BOUNDARY_CHANGED), bounded(BOUNDARY_GIVEN), _LESS),
    },
    "aws_iam_role_policy": {
        RESOURCE: _LESS,
        "name": FREE,
        "role": (by_role(GAINED), _LESS),
        "policy": _GRANTS,
    },
    "aws_iam_policy": {
        RESOURCE: FREE,
        "name path description": FREE,
        "policy": _GRANTS,
    },
    "aws_iam_role_policy_attachment": {
        RESOURCE: (destroyed(POLICY_DETACHED), _LESS),
        "policy_arn": (attached(POLICY_ATTACHED), _LESS),
        "role": (differs(POLICY_ATTACHED), _LESS),
    },
    "aws_iam_user_policy_attachment": {
        RESOURCE: destroyed(POLICY_DETACHED),
        "policy_arn": attached(POLICY_ATTACHED),
        "user": differs(POLICY_ATTACHED),
    },
    "aws_iam_policy_attachment": {
        RESOURCE: (destroyed(POLICY_DETACHED), _LESS),
        "name": FREE,
        "policy_arn": (attached(POLICY_ATTACHED), _LESS),
        "roles": (more(POLICY_ATTACHED), _LESS),
        "users groups": more(POLICY_ATTACHED),
    },
    "aws_iam_openid_connect_provider": {
        RESOURCE: ended(CLIENTS_REFUSED),
        "client_id_list": (more(NEW_PRINCIPAL), fewer(CLIENTS_REFUSED)),
        "thumbprint_list": more(NEW_PRINCIPAL),
        "url": differs(NEW_PRINCIPAL),
    },
}
