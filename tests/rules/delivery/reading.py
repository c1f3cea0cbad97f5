"""What rules on delivery read."""

import re
from collections.abc import Iterator

from tests.rules.reading import Policy, policies
from tests.synthesized import Json, Stack

ROLE, POLICY, ATTACHMENT = "aws_iam_role", "aws_iam_policy", "aws_iam_role_policy_attachment"
HOST = "token.actions.githubusercontent.com"
# Actions of a plan. It deciphers the state and the environment variables of functions only.
SEEING = re.compile(r"[a-z0-9-]+:(Get|List|Describe|View)\w+|apigateway:GET|kms:Decrypt")


def allowing(stack: Stack, *kinds: str) -> Iterator[Policy]:
    """What the policies of the stack allow; what they deny, is in tests/rules/delivery/regions.py."""
    for policy in policies(stack, *kinds):
        if policy.resource.type == POLICY:
            yield policy._replace(statements=[one for one in policy.statements if one["Effect"] == "Allow"])


def bodies_of(stack: Json, type_: str) -> list[Json]:
    """Resources of the type, in a delivery stack only."""
    return list(stack["resource"].get(type_, {}).values()) if ATTACHMENT in stack["resource"] else []
