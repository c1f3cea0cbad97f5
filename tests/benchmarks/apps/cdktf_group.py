"""Thirty-three resources of thirty kinds that refer to each other: what a stack of the benchmark repeats."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from cdktf import AssetType, TerraformAsset
from constructs import Construct

TAGS = {"project": "bench", "environment": "bench", "owner": "nobody"}


def build_group(stack: Construct, aws: SimpleNamespace, i: int, code: str, asset_type: AssetType) -> None:
    """Declare 33 resources; `aws` holds the resource classes, `code` is what the Lambda asset is made of."""

    def make(kind: Any, role: str, /, **arguments: object) -> Any:
        return kind(stack, f"{role}-{i}", **arguments)

    key = make(aws.KmsKey, "key", description="bench", enable_key_rotation=True, tags=TAGS)
    make(aws.KmsAlias, "key-alias", name=f"alias/bench-{i}", target_key_id=key.key_id)
    archive = make(aws.S3Bucket, "archive", bucket=f"bench-archive-{i}", force_destroy=False, tags=TAGS)
    inbox = make(aws.S3Bucket, "inbox", bucket=f"bench-inbox-{i}", force_destroy=False, tags=TAGS)
    _protect(make, aws, archive, key)
    table = make(
        aws.DynamodbTable,
        "ledger",
        name=f"bench-{i}",
        billing_mode="PAY_PER_REQUEST",
        hash_key="id",
        attribute=[aws.DynamodbTableAttribute(name="id", type="S")],
        tags=TAGS,
    )
    stream = make(aws.KinesisStream, "events", name=f"bench-{i}", shard_count=1, kms_key_id=key.arn, tags=TAGS)
    alerts = make(aws.SnsTopic, "alerts", name=f"bench-{i}", kms_master_key_id=key.arn, tags=TAGS)
    make(aws.SnsTopicSubscription, "mail", topic_arn=alerts.arn, protocol="email", endpoint="a@example.com")
    make(aws.SnsTopicPolicy, "alerts-policy", arn=alerts.arn, policy=f'{{"Resource": "{alerts.arn}"}}')
    queue = make(aws.SqsQueue, "dead-letters", name=f"bench-{i}", kms_master_key_id=key.arn, tags=TAGS)
    make(aws.SecretsmanagerSecret, "signing", name=f"bench-{i}", kms_key_id=key.arn, tags=TAGS)
    make(aws.SsmParameter, "parameter", name=f"/bench/{i}", type="String", value=table.arn, tags=TAGS)
    function = _function(stack, make, aws, i, code, asset_type, key, queue)
    make(
        aws.LambdaEventSourceMapping,
        "mapping",
        event_source_arn=stream.arn,
        function_name=function.arn,
        starting_position="TRIM_HORIZON",
        batch_size=500,
        function_response_types=["ReportBatchItemFailures"],
    )
    notify = [aws.NotificationFunction(lambda_function_arn=function.arn, events=["s3:ObjectCreated:*"])]
    make(aws.S3BucketNotification, "notification", bucket=inbox.id, lambda_function=notify)
    _api(make, aws, i, function)
    _watch(make, aws, i, function, alerts)


def _protect(make: Any, aws: SimpleNamespace, bucket: Any, key: Any) -> None:
    make(
        aws.S3BucketVersioningA, "versions", bucket=bucket.id, versioning_configuration=aws.Versioning(status="Enabled")
    )
    make(
        aws.S3BucketPublicAccessBlock,
        "private",
        bucket=bucket.id,
        block_public_acls=True,
        block_public_policy=True,
        ignore_public_acls=True,
        restrict_public_buckets=True,
    )
    rule = aws.OwnershipRule(object_ownership="BucketOwnerEnforced")
    make(aws.S3BucketOwnershipControls, "ownership", bucket=bucket.id, rule=rule)
    default = aws.EncryptionDefault(sse_algorithm="aws:kms", kms_master_key_id=key.arn)
    rules = [aws.EncryptionRule(apply_server_side_encryption_by_default=default, bucket_key_enabled=True)]
    make(aws.S3BucketServerSideEncryptionConfigurationA, "encryption", bucket=bucket.id, rule=rules)
    make(aws.S3BucketPolicy, "tls", bucket=bucket.id, policy=f'{{"Resource": "{bucket.arn}"}}')


def _function(
    stack: Construct, make: Any, aws: SimpleNamespace, i: int, code: str, asset_type: AssetType, key: Any, queue: Any
) -> Any:
    role = make(aws.IamRole, "role", name=f"bench-{i}", assume_role_policy='{"Statement": []}', tags=TAGS)
    policy = make(aws.IamPolicy, "policy", name=f"bench-{i}", policy=f'{{"Resource": "{key.arn}"}}', tags=TAGS)
    attached = make(aws.IamRolePolicyAttachment, "attachment", role=role.name, policy_arn=policy.arn)
    group = make(
        aws.CloudwatchLogGroup, "logs", name=f"/bench/{i}", retention_in_days=30, kms_key_id=key.arn, tags=TAGS
    )
    asset = TerraformAsset(stack, f"code-{i}", path=code, type=asset_type)
    return make(
        aws.LambdaFunction,
        "function",
        function_name=f"bench-{i}",
        role=role.arn,
        runtime="python3.13",
        handler="bench.handle",
        filename=asset.path,
        source_code_hash=asset.asset_hash,
        architectures=["arm64"],
        environment=aws.LambdaEnvironment(variables={"QUEUE": queue.url}),
        depends_on=[group, attached],
        tags=TAGS,
    )


def _api(make: Any, aws: SimpleNamespace, i: int, function: Any) -> None:
    api = make(aws.Apigatewayv2Api, "api", name=f"bench-{i}", protocol_type="HTTP", tags=TAGS)
    integration = make(
        aws.Apigatewayv2Integration,
        "integration",
        api_id=api.id,
        integration_type="AWS_PROXY",
        integration_uri=function.invoke_arn,
    )
    for path in ("health", "process"):
        make(
            aws.Apigatewayv2Route,
            path,
            api_id=api.id,
            route_key=f"GET /{path}",
            target=f"integrations/{integration.id}",
        )
    make(aws.Apigatewayv2Stage, "stage", api_id=api.id, name="$default", auto_deploy=True, tags=TAGS)
    make(
        aws.LambdaPermission,
        "permission",
        action="lambda:InvokeFunction",
        function_name=function.function_name,
        principal="apigateway.amazonaws.com",
        source_arn=f"{api.execution_arn}/*",
    )


def _watch(make: Any, aws: SimpleNamespace, i: int, function: Any, alerts: Any) -> None:
    for metric in ("Errors", "Throttles"):
        make(
            aws.CloudwatchMetricAlarm,
            f"alarm-{metric.lower()}",
            alarm_name=f"bench-{metric}-{i}",
            namespace="AWS/Lambda",
            metric_name=metric,
            comparison_operator="GreaterThanThreshold",
            evaluation_periods=1,
            period=60,
            statistic="Sum",
            threshold=1,
            dimensions={"FunctionName": function.function_name},
            alarm_actions=[alerts.arn],
            tags=TAGS,
        )
    make(aws.CloudwatchDashboard, "dashboard", dashboard_name=f"bench-{i}", dashboard_body='{"widgets": []}')
