"""A small app of a dozen kinds of resources: what it writes must not depend on the shims.

Usage: python -m tests.unit.speed.small_app OUTDIR
Prints how many modules of the provider were imported, and whether wrong arguments were refused.
"""

from __future__ import annotations

import json
import sys

import stacks.speed

stacks.speed.install()

from cdktf import App, S3Backend, TerraformOutput, TerraformStack  # noqa: E402
from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup  # noqa: E402
from cdktf_cdktf_provider_aws.dynamodb_table import DynamodbTable, DynamodbTableAttribute  # noqa: E402
from cdktf_cdktf_provider_aws.iam_role import IamRole  # noqa: E402
from cdktf_cdktf_provider_aws.kinesis_stream import KinesisStream  # noqa: E402
from cdktf_cdktf_provider_aws.kms_key import KmsKey  # noqa: E402
from cdktf_cdktf_provider_aws.lambda_event_source_mapping import LambdaEventSourceMapping  # noqa: E402
from cdktf_cdktf_provider_aws.lambda_function import LambdaFunction, LambdaFunctionEnvironment  # noqa: E402
from cdktf_cdktf_provider_aws.provider import AwsProvider, AwsProviderDefaultTags  # noqa: E402
from cdktf_cdktf_provider_aws.s3_bucket import S3Bucket  # noqa: E402
from cdktf_cdktf_provider_aws.s3_bucket_public_access_block import S3BucketPublicAccessBlock  # noqa: E402
from cdktf_cdktf_provider_aws.sns_topic import SnsTopic  # noqa: E402
from cdktf_cdktf_provider_aws.sqs_queue import SqsQueue  # noqa: E402


def build(app: App, name: str) -> TerraformStack:
    """Declare a stack with scalars, lists, maps, nested structures, tokens, dependencies and an output."""
    stack = TerraformStack(app, name)
    S3Backend(stack, bucket="state", key=f"{name}.tfstate", region="eu-west-1", encrypt=True)
    AwsProvider(stack, "aws", region="eu-west-1", default_tags=[AwsProviderDefaultTags(tags={"owner": "test"})])
    key = KmsKey(stack, "key", enable_key_rotation=True, deletion_window_in_days=30)
    bucket = S3Bucket(stack, "archive", bucket=f"{name}-archive", force_destroy=False)
    S3BucketPublicAccessBlock(stack, "private", bucket=bucket.id, block_public_acls=True)
    events = KinesisStream(stack, "events", name=name, shard_count=1, kms_key_id=key.arn)
    ledger = DynamodbTable(
        stack, "ledger", name=name, hash_key="id", attribute=[DynamodbTableAttribute(name="id", type="S")]
    )
    role = IamRole(stack, "role", name=name, assume_role_policy=json.dumps({"Resource": ledger.arn}))
    logs = CloudwatchLogGroup(stack, "logs", name=f"/{name}", retention_in_days=30)
    queue = SqsQueue(stack, "dead-letters", name=name)
    function = LambdaFunction(
        stack,
        "function",
        function_name=name,
        role=role.arn,
        memory_size=512,
        environment=LambdaFunctionEnvironment(variables={"QUEUE": queue.url}),
        depends_on=[logs],
    )
    LambdaEventSourceMapping(stack, "mapping", event_source_arn=events.arn, function_name=function.arn, batch_size=500)
    TerraformOutput(stack, "topic", value=SnsTopic(stack, "alerts", name=name).arn)
    return stack


def refuses_wrong_types(stack: TerraformStack) -> bool:
    """Whether arguments of a wrong class, alone or in a list, are refused after right ones were accepted."""
    for number, wrong in enumerate(({"bucket": 5}, {"tags": "owner"}, {"depends_on": ["archive"]}, {"bucket": [None]})):
        try:
            S3Bucket(stack, f"wrong-{number}", **wrong)  # type: ignore[arg-type]
        except (TypeError, RuntimeError):  # the second one from node, where Python could not tell
            continue
        return False
    return True


def main() -> None:
    """Synthesize two stacks into the folder that the command line names."""
    app = App(outdir=sys.argv[1])
    build(app, "first")
    build(app, "second")
    app.synth()
    imported = sum(name.startswith("cdktf_cdktf_provider_aws.") for name in sys.modules)
    print(json.dumps({"imported": imported, "refuses": refuses_wrong_types(TerraformStack(app, "wrong"))}))


if __name__ == "__main__":
    main()
