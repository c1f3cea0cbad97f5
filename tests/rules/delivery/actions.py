"""Rules on what the roles of GitHub Actions may do."""

import re

from tests.rules.delivery.reading import POLICY, SEEING, allowing
from tests.rules.mutations import statement
from tests.rules.reading import as_list
from tests.rules.registry import Case, Check, Checks, rule

_NEVER = re.compile(
    r"secretsmanager:(BatchGet|Get)SecretValue|kinesis:(GetRecords|PutRecords?)|dynamodb:(GetItem|Query|Scan|PutItem)|"
    r"sqs:ReceiveMessage|logs:(GetLogEvents|FilterLogEvents)|lambda:InvokeFunction|sts:AssumeRole|"
    r"iam:(CreateUser|CreateAccessKey|AttachUserPolicy|PutUserPolicy|AttachRolePolicy|DeleteRolePermissionsBoundary|"
    r"(Create|Delete)Policy|(Create|Delete)PolicyVersion|SetDefaultPolicyVersion)"
)
_OF_TESTS = {"secretsmanager:GetSecretValue", "logs:FilterLogEvents"}  # of deployed previews


@rule(
    "IAM.1, IAM.21, no managed policies",
    broken_by=[
        statement(POLICY, "Streams", Action="kinesis:*", of="deploy"),
        statement(POLICY, "Streams", Action=["kinesis:Describe*"], of="plan"),
        statement(POLICY, "Streams", Action=["kinesis:DeleteStream"], of="plan"),
        statement(POLICY, "Secrets", Action=["secretsmanager:GetSecretValue"], of="plan"),
        statement(POLICY, "Secrets", Action=["secretsmanager:GetSecretValue"], of="deploy"),
        statement(POLICY, "Streams", Action=["kinesis:GetRecords"], of="preview"),
        statement(
            POLICY,
            "UseKeys",
            Condition={"StringLike": {"kms:ViaService": ["lambda.*.amazonaws.com", "s3.*.amazonaws.com"]}},
            of="plan",
        ),
        statement(POLICY, "Roles", Action=["iam:AttachRolePolicy"], of="deploy"),
        statement(POLICY, "Roles", Action=["iam:DeleteRolePermissionsBoundary"], of="deploy"),
        statement(POLICY, "Roles", Action=["iam:SetDefaultPolicyVersion"], of="preview"),
        statement(POLICY, "Streams", NotAction=["kinesis:DeleteStream"], of="deploy"),
        statement(POLICY, "DecryptState", Condition={"StringLike": {"aws:ResourceTag/Stack": "tap-*"}}, of="plan"),
    ],
)
def roles_of_delivery_name_their_actions(case: Case) -> Checks:
    """Actions are named; the plan role changes nothing, and decrypts the state and the functions' variables only.

    Only the preview role reads secrets, because its tests sign with them.
    """
    for policy in allowing(case.stack, "delivery"):
        for one in policy.statements:
            address, sid = policy.resource.address, one["Sid"]
            yield Check(address, not [a for a in one["Action"] if "*" in a], f"{sid} allows {one['Action']}")
            inverted = {"NotAction", "NotResource", "NotPrincipal"} & set(one)
            yield Check(address, not inverted, f"{sid} allows by exclusion")
            tested = _OF_TESTS if policy.resource.id.startswith("preview_") else set()
            never = [a for a in one["Action"] if _NEVER.fullmatch(a) and a not in tested]
            yield Check(address, not never, f"{sid} allows {never}")
            if policy.resource.id.startswith("plan_"):
                changing = [a for a in one["Action"] if not SEEING.fullmatch(a)]
                yield Check(address, not changing, f"{sid} allows {changing}, which reads nothing")
                if "kms:Decrypt" in one["Action"]:
                    alias = one["Condition"].get("ForAnyValue:StringEquals kms:ResourceAliases", "")
                    state = f"alias/{case.settings.project}-state-{case.environment.name}-{case.settings.state.region}"
                    services = as_list(one["Condition"].get("StringLike kms:ViaService"))
                    variables = all(service.startswith("lambda.") for service in services) and bool(services)
                    yield Check(address, alias == state or variables, f"{sid} decrypts with any key")
