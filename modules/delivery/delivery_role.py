"""A role that GitHub Actions assumes for as long as its jobs take, without any long-lived key."""

from collections.abc import Sequence

from cdktf_cdktf_provider_aws.iam_policy import IamPolicy
from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy_attachment import IamRolePolicyAttachment
from constructs import Construct

from modules.delivery.statements import confined
from modules.delivery.trust import Trust
from modules.iam import Statement, fitting, policy_document
from modules.named_stack import names_of
from modules.names import Kind

# One policy would be too long, and a role has at most 10. Each part holds the statements of these services.
PARTS = {
    "buckets": ("s3",),
    "data": ("dynamodb", "kinesis", "secretsmanager"),
    "queries": ("athena", "glue"),
    "messages": ("events", "scheduler", "sns", "sqs"),
    "keys": ("kms",),
    "compute": ("lambda",),
    "roles": ("iam",),
    "capacity": ("application-autoscaling",),
    "watch": ("budgets", "cloudwatch", "logs"),
    "network": ("acm", "apigateway", "route53"),
}
_SHORTER = "another division in modules/delivery/delivery_role.py"


class DeliveryRole(Construct):
    """A role for runs of one repository, chosen by the subject of GitHub's token."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        trust: Trust,
        statements: Sequence[Statement],
        regions: Sequence[str],
    ) -> None:
        """`regions`: where the statements hold; everywhere, if there is none.

        A statement of a service that no part of `PARTS` has, or a part longer than IAM accepts, raises `ValueError`.
        """
        super().__init__(scope, id_)
        names = names_of(self)
        self.name = names(id_, Kind.ROLE)
        self.resource = IamRole(
            self,
            "Default",
            name=self.name,
            assume_role_policy=trust.document(),
            max_session_duration=trust.session_seconds,
        )
        self.arn = names.global_arn("iam", f"role/{self.name}")
        for part, own in divided(statements).items():
            name = names(f"{id_}-{part}", Kind.POLICY)
            document = fitting(name, policy_document(confined(own, regions)), shorter=_SHORTER)
            policy = IamPolicy(self, part, name=name, policy=document)
            IamRolePolicyAttachment(self, f"{part}-attached", role=self.resource.name, policy_arn=policy.arn)


def divided(statements: Sequence[Statement]) -> dict[str, list[Statement]]:
    """The statements of each part that has any; one that belongs in no part raises `ValueError`."""
    known = {service for services in PARTS.values() for service in services}
    if lost := sorted({_service(one) for one in statements} - known):
        raise ValueError(f"PARTS in modules/delivery/delivery_role.py has no part for {', '.join(lost)}: add it")
    parts = {part: [one for one in statements if _service(one) in services] for part, services in PARTS.items()}
    return {part: own for part, own in parts.items() if own}


def _service(statement: Statement) -> str:
    return statement.actions[0].partition(":")[0]
