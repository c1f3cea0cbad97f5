"""The most that functions may do, whatever their roles' policies say: a permissions boundary (IAM user guide).

Deploys write the policies of functions' roles. Without an upper limit whoever deploys could give a function, and so
themselves, every permission of the account.
"""

from cdktf_cdktf_provider_aws.iam_policy import IamPolicy
from constructs import Construct

from modules.delivery_scopes import Reach, in_regions
from modules.iam import Statement, fitting, policy_document
from modules.names import Kind, Names

# Whatever the settings: what the roles of functions may do is a part of these.
_OBJECTS = ("s3:GetObject", "s3:GetObjectVersion", "s3:ListBucket", "s3:PutObject")
_DATA = (
    "dynamodb:PutItem",
    "kinesis:DescribeStream",
    "kinesis:DescribeStreamSummary",
    "kinesis:GetRecords",
    "kinesis:GetShardIterator",
    "kinesis:ListShards",
    "kinesis:PutRecords",
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "secretsmanager:GetSecretValue",
    "sqs:SendMessage",
)
_TRACES = ("xray:PutTelemetryRecords", "xray:PutTraceSegments")
_KEYS = ("kms:Decrypt", "kms:GenerateDataKey")
_KEY_USERS = ("dynamodb", "kinesis", "s3", "secretsmanager", "sqs")
# What `_DATA` is about, as their ARNs have it before the name.
_PLACES = {
    "dynamodb": "table/",
    "kinesis": "stream/",
    "logs": "log-group:/aws/lambda/",
    "secretsmanager": "secret:",
    "sqs": "",
}


def boundary_arn(names: Names, id_: str) -> str:
    """The ARN of a boundary by its name, so that a role can have it whose stack is another."""
    return names.global_arn("iam", f"policy/{names(id_, Kind.POLICY)}")


class FunctionBoundary(Construct):
    """The policy that is the boundary of the roles of all functions within the reach."""

    def __init__(self, scope: Construct, id_: str, *, names: Names, reach: Reach) -> None:
        """A reach whose policy is longer than IAM takes is a `ValueError`."""
        super().__init__(scope, id_)
        name = names(id_, Kind.POLICY)
        document = fitting(
            name, policy_document(limits(reach)), shorter="fewer regions, or a shorter name of the project"
        )
        IamPolicy(self, "Default", name=name, policy=document)


def limits(reach: Reach) -> list[Statement]:
    """The statements of a boundary: actions of functions on what is called after the reach."""
    buckets, functions = reach.bucket_arns(), reach.everywhere("lambda", *reach.ours("function:"))
    data = [arn for service, place in _PLACES.items() for arn in reach.everywhere(service, *reach.ours(place))]
    return [
        Statement(sid="Objects", actions=_OBJECTS, resources=(*buckets, *(f"{bucket}/*" for bucket in buckets))),
        Statement(sid="Data", actions=_DATA, resources=tuple(data), conditions=in_regions(reach)),
        # Which keys, their roles say. To know a key by its tags KMS may take minutes (KMS developer guide, "ABAC for
        # AWS KMS"): a deploy would be tried again, but events would be refused.
        Statement(
            sid="Keys",
            actions=_KEYS,
            resources=reach.everywhere("kms", "key/*"),
            conditions={
                **in_regions(reach),
                "StringLike": {"kms:ViaService": [f"{service}.*.amazonaws.com" for service in _KEY_USERS]},
            },
        ),
        # At a cold start, with what is encrypted as this function's (Lambda developer guide, "Securing environment
        # variables"). The grant that Lambda makes for it may be held to the boundary, and need not come through Lambda.
        Statement(
            sid="Variables",
            actions=("kms:Decrypt",),
            resources=reach.everywhere("kms", "key/*"),
            conditions={
                **in_regions(reach),
                "ArnLike": {"kms:EncryptionContext:aws:lambda:FunctionArn": list(functions)},
            },
        ),
        # AWS defines no resource level for these (Service Authorization Reference, X-Ray).
        Statement(sid="Traces", actions=_TRACES, resources=("*",), conditions=in_regions(reach)),
    ]
