"""The most that functions may do, whatever the policies of their roles say: a permissions boundary (IAM user guide).

Deploys write the policies of the functions' roles. Without an upper limit whoever deploys could give a function, and so
themselves, every permission of the account.
"""

from cdktf_cdktf_provider_aws.iam_policy import IamPolicy
from constructs import Construct

from modules.delivery.reach import Reach
from modules.delivery.statements import nothing_outside
from modules.iam import Statement, fitting, policy_document
from modules.named_stack import names_of
from modules.names import Kind, Names

# Whatever the settings are, the roles of functions need no more than these.
_OBJECTS = (
    "s3:AbortMultipartUpload",
    "s3:DeleteObject",
    "s3:GetBucketLocation",
    "s3:GetObject",
    "s3:GetObjectVersion",
    "s3:ListBucket",
    "s3:ListBucketMultipartUploads",
    "s3:ListMultipartUploadParts",
    "s3:PutObject",
)
_DATA = (
    "athena:GetQueryExecution",
    "athena:GetQueryResults",
    "athena:StartQueryExecution",
    "athena:StopQueryExecution",
    "dynamodb:BatchGetItem",
    "dynamodb:PartiQLInsert",
    "dynamodb:PutItem",
    "glue:BatchUpdatePartition",
    "glue:CreatePartition",
    "glue:CreateTable",
    "glue:DeleteTable",
    "glue:GetDatabase",
    "glue:GetPartition",
    "glue:GetPartitions",
    "glue:GetTable",
    "glue:GetTables",
    "glue:UpdateTable",
    "kinesis:DescribeStream",
    "kinesis:DescribeStreamSummary",
    "kinesis:GetRecords",
    "kinesis:GetShardIterator",
    "kinesis:ListShards",
    "kinesis:PutRecords",
    "lambda:InvokeFunction",
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "secretsmanager:GetSecretValue",
    "sqs:SendMessage",
)
# By name, each environment's own. Two patterns take in all environments of the project, to be shorter: a query
# has the permissions of its role, whichever workgroup it is in, and dead letters can only be added.
_DATA_RESOURCES = (
    "arn:aws:athena:*:{account}:workgroup/{project}-compaction-*",
    # Databases and their tables by one pattern: for a table, Glue asks for its database, too.
    "arn:aws:glue:*:{account}:catalog",
    "arn:aws:glue:*:{account}:*/{database}",
    "arn:aws:glue:*:{account}:database/default",  # Athena looks for it; its tables stay out of reach
    "arn:aws:dynamodb:*:{account}:table/{name}",
    "arn:aws:kinesis:*:{account}:stream/{name}",
    "arn:aws:lambda:*:{account}:function:{name}",
    "arn:aws:logs:*:{account}:log-group:/aws/lambda/{name}",
    "arn:aws:secretsmanager:*:{account}:secret:{name}",
    "arn:aws:sqs:*:{account}:{project}-dead-letters-*",
)
_KEYS = "arn:aws:kms:*:{account}:key/*"
_KEY_USERS = ("dynamodb", "kinesis", "s3", "secretsmanager", "sqs")


def boundary_arn(names: Names, id_: str) -> str:
    """The ARN of a boundary by its name, for roles in other stacks."""
    return names.global_arn("iam", f"policy/{names(id_, Kind.POLICY)}")


class FunctionBoundary(Construct):
    """The policy that is the boundary of the roles of all functions within the reach."""

    def __init__(self, scope: Construct, id_: str, *, reach: Reach) -> None:
        """Raises `ValueError` for a reach whose policy is longer than IAM accepts."""
        super().__init__(scope, id_)
        names = names_of(self)
        self.name, self.arn = names(id_, Kind.POLICY), boundary_arn(names, id_)
        document = fitting(self.name, policy_document(limits(reach)), shorter="a shorter name of the project")
        self.resource = IamPolicy(self, "Default", name=self.name, policy=document)


def limits(reach: Reach) -> list[Statement]:
    """The statements of a boundary: actions of functions on what the reach names."""
    return [
        # Buckets and their objects by one pattern, or the policy would be too long. It would also fit names of others'
        # buckets, hence the condition.
        reach.statement(
            "Objects",
            _OBJECTS,
            resources=("arn:aws:s3:::{bucket_start}*",),
            conditions={"StringEquals": {"s3:ResourceAccount": "{account}"}},
        ),
        reach.statement("Data", _DATA, resources=_DATA_RESOURCES, conditions={}),
        # Which keys, their roles say. KMS may take minutes to recognize a key by its tags (KMS developer guide, "ABAC
        # for AWS KMS"): a deploy is retried, but events would be refused. `kms:ViaService` is
        # `service.region.amazonaws.com` (KMS developer guide).
        reach.statement(
            "Keys",
            ("kms:Decrypt", "kms:GenerateDataKey"),
            resources=(_KEYS,),
            conditions={"StringLike": {"kms:ViaService": [f"{service}.*" for service in _KEY_USERS]}},
        ),
        # At a cold start, with the function as the encryption context (Lambda developer guide, "Securing environment
        # variables"). The grant that Lambda creates for it may be held to the boundary, and need not be used through
        # Lambda. Those of all environments by one pattern, or the policy would be too long: they hold no secrets.
        reach.statement(
            "Variables",
            ("kms:Decrypt",),
            resources=(_KEYS,),
            conditions={
                "ArnLike": {
                    "kms:EncryptionContext:aws:lambda:FunctionArn": ["arn:aws:lambda:*:{account}:function:{project}-*"]
                }
            },
        ),
        # AWS defines no resource level for these (Service Authorization Reference, X-Ray).
        reach.statement(
            "Traces", ("xray:PutTelemetryRecords", "xray:PutTraceSegments"), resources=("*",), conditions={}
        ),
        nothing_outside(reach.regions, ["*"]),
    ]
