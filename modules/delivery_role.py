"""A role that GitHub Actions may take for a while, without any key that lasts."""

import json
from collections.abc import Sequence

from cdktf_cdktf_provider_aws.iam_policy import IamPolicy
from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy_attachment import IamRolePolicyAttachment
from constructs import Construct

from modules.github_provider import HOST
from modules.iam import Statement, fitting, policy_document
from modules.names import Kind, Names

# One policy would be too long, and a role has 10 at most. Each part holds what begins with these services' actions.
PARTS = {
    "buckets": ("s3",),
    "data": ("dynamodb", "kinesis", "secretsmanager"),
    "messages": ("sns", "sqs"),
    "keys": ("kms",),
    "compute": ("lambda",),
    "roles": ("iam",),
    "watch": ("budgets", "cloudwatch", "logs"),
    "network": ("acm", "apigateway", "route53"),
}
_SHORTER = "fewer regions in the environment, or another division in modules/delivery_role.py"


class DeliveryRole(Construct):
    """A role for runs of one repository, told from others by the subject of GitHub's token."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        names: Names,
        provider_arn: str,
        subjects: Sequence[str],
        statements: Sequence[Statement],
    ) -> None:
        """`subjects`: exact ones, such as `repo:owner@1/name@2:environment:prod` (GitHub: OpenID Connect reference)."""
        super().__init__(scope, id_)
        role = IamRole(self, "Default", name=names(id_, Kind.ROLE), assume_role_policy=_trust(provider_arn, subjects))
        self.arn = role.arn
        for part, services in PARTS.items():
            own = [one for one in statements if one.actions[0].split(":")[0] in services]
            if own:
                name = names(f"{id_}-{part}", Kind.POLICY)
                policy = IamPolicy(self, part, name=name, policy=fitting(name, policy_document(own), shorter=_SHORTER))
                IamRolePolicyAttachment(self, f"{part}-attached", role=role.name, policy_arn=policy.arn)


def _trust(provider_arn: str, subjects: Sequence[str]) -> str:
    statement = {
        "Sid": "GitHubActions",
        "Effect": "Allow",
        "Principal": {"Federated": provider_arn},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": {f"{HOST}:aud": "sts.amazonaws.com", f"{HOST}:sub": list(subjects)}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, sort_keys=True)
