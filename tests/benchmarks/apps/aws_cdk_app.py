"""The benchmark's stacks with AWS CDK for Python: as many resources, of as many kinds, as the CDKTF ones have.

Usage: python tests/benchmarks/apps/aws_cdk_app.py STACKS OUTDIR (with the Python of the environment `aws-cdk`)
"""

from __future__ import annotations

import sys
from typing import Any

import aws_cdk as cdk  # type: ignore[import-not-found]
from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kinesis as kinesis
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_secretsmanager as secrets
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_ssm as ssm

TAGS = [cdk.CfnTag(key=key, value="bench") for key in ("project", "environment", "owner")]
GROUPS = 3


def build_group(stack: Any, i: int) -> None:
    """Declare 33 resources of 30 kinds."""
    key = kms.CfnKey(stack, f"key-{i}", key_policy=_policy("*"), enable_key_rotation=True, tags=TAGS)
    kms.CfnAlias(stack, f"key-alias-{i}", alias_name=f"alias/bench-{i}", target_key_id=key.ref)
    archive = s3.CfnBucket(stack, f"archive-{i}", bucket_name=f"bench-archive-{i}", tags=TAGS)
    s3.CfnBucket(stack, f"inbox-{i}", bucket_name=f"bench-inbox-{i}", tags=TAGS)
    s3.CfnBucketPolicy(stack, f"tls-{i}", bucket=archive.ref, policy_document=_policy(archive.attr_arn))
    table = dynamodb.CfnTable(
        stack,
        f"ledger-{i}",
        table_name=f"bench-{i}",
        billing_mode="PAY_PER_REQUEST",
        key_schema=[dynamodb.CfnTable.KeySchemaProperty(attribute_name="id", key_type="HASH")],
        attribute_definitions=[dynamodb.CfnTable.AttributeDefinitionProperty(attribute_name="id", attribute_type="S")],
        tags=TAGS,
    )
    encryption = kinesis.CfnStream.StreamEncryptionProperty(encryption_type="KMS", key_id=key.attr_arn)
    stream = kinesis.CfnStream(stack, f"events-{i}", shard_count=1, stream_encryption=encryption, tags=TAGS)
    kinesis.CfnStreamConsumer(stack, f"consumer-{i}", consumer_name="bench", stream_arn=stream.attr_arn)
    alerts = sns.CfnTopic(stack, f"alerts-{i}", topic_name=f"bench-{i}", kms_master_key_id=key.attr_arn, tags=TAGS)
    sns.CfnSubscription(stack, f"mail-{i}", topic_arn=alerts.ref, protocol="email", endpoint="a@example.com")
    sns.CfnTopicPolicy(stack, f"alerts-policy-{i}", topics=[alerts.ref], policy_document=_policy(alerts.ref))
    queue = sqs.CfnQueue(stack, f"dead-letters-{i}", kms_master_key_id=key.attr_arn, tags=TAGS)
    sqs.CfnQueuePolicy(stack, f"queue-policy-{i}", queues=[queue.ref], policy_document=_policy(queue.attr_arn))
    secrets.CfnSecret(stack, f"signing-{i}", name=f"bench-{i}", kms_key_id=key.attr_arn, tags=TAGS)
    ssm.CfnParameter(stack, f"parameter-{i}", type="String", value=table.attr_arn, name=f"/bench/{i}")
    function = _function(stack, i, key, queue)
    lambda_.CfnEventSourceMapping(
        stack,
        f"mapping-{i}",
        event_source_arn=stream.attr_arn,
        function_name=function.ref,
        starting_position="TRIM_HORIZON",
        batch_size=500,
        function_response_types=["ReportBatchItemFailures"],
    )
    _api(stack, i, function)
    _watch(stack, i, function, alerts)


def _policy(resource: str) -> dict[str, object]:
    principal = {"Service": "lambda.amazonaws.com"}
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", "Resource": resource}
    return {"Version": "2012-10-17", "Statement": [statement]}


def _function(stack: Any, i: int, key: Any, queue: Any) -> Any:
    role = iam.CfnRole(stack, f"role-{i}", assume_role_policy_document=_policy("*"), tags=TAGS)
    policy = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "kms:Decrypt", "Resource": key.attr_arn}],
    }
    iam.CfnManagedPolicy(stack, f"managed-{i}", policy_document=policy, roles=[role.ref])
    iam.CfnPolicy(stack, f"policy-{i}", policy_name=f"bench-{i}", policy_document=policy, roles=[role.ref])
    group = logs.CfnLogGroup(stack, f"logs-{i}", retention_in_days=30, kms_key_id=key.attr_arn, tags=TAGS)
    logs.CfnLogStream(stack, f"log-stream-{i}", log_group_name=group.ref)
    transformation = logs.CfnMetricFilter.MetricTransformationProperty(
        metric_name="bench", metric_namespace="bench", metric_value="1"
    )
    logs.CfnMetricFilter(
        stack, f"filter-{i}", filter_pattern="x", log_group_name=group.ref, metric_transformations=[transformation]
    )
    bus = events.CfnEventBus(stack, f"bus-{i}", name=f"bench-{i}")
    events.CfnRule(stack, f"rule-{i}", event_bus_name=bus.ref, event_pattern={"source": ["bench"]})
    function = lambda_.CfnFunction(
        stack,
        f"function-{i}",
        function_name=f"bench-{i}",
        role=role.attr_arn,
        runtime="python3.13",
        handler="index.handle",
        code=lambda_.CfnFunction.CodeProperty(zip_file="def handle(event, context):\n    return event\n"),
        architectures=["arm64"],
        environment=lambda_.CfnFunction.EnvironmentProperty(variables={"QUEUE": queue.ref}),
        tags=TAGS,
    )
    function.add_resource_dependency(group)
    return function


def _api(stack: Any, i: int, function: Any) -> None:
    api = apigateway.CfnApi(stack, f"api-{i}", name=f"bench-{i}", protocol_type="HTTP", tags={"owner": "bench"})
    integration = apigateway.CfnIntegration(
        stack,
        f"integration-{i}",
        api_id=api.ref,
        integration_type="AWS_PROXY",
        integration_uri=function.attr_arn,
        payload_format_version="2.0",
    )
    for path in ("health", "process"):
        target = f"integrations/{integration.ref}"
        apigateway.CfnRoute(stack, f"{path}-{i}", api_id=api.ref, route_key=f"GET /{path}", target=target)
    apigateway.CfnStage(stack, f"stage-{i}", api_id=api.ref, stage_name="$default", auto_deploy=True)
    lambda_.CfnPermission(
        stack,
        f"permission-{i}",
        action="lambda:InvokeFunction",
        function_name=function.ref,
        principal="apigateway.amazonaws.com",
    )


def _watch(stack: Any, i: int, function: Any, alerts: Any) -> None:
    metric = "Errors"
    dimensions = [cloudwatch.CfnAlarm.DimensionProperty(name="FunctionName", value=function.ref)]
    cloudwatch.CfnAlarm(
        stack,
        f"alarm-{metric.lower()}-{i}",
        alarm_name=f"bench-{metric}-{i}",
        namespace="AWS/Lambda",
        metric_name=metric,
        comparison_operator="GreaterThanThreshold",
        evaluation_periods=1,
        period=60,
        statistic="Sum",
        threshold=1,
        dimensions=dimensions,
        alarm_actions=[alerts.ref],
        tags=TAGS,
    )
    cloudwatch.CfnDashboard(stack, f"dashboard-{i}", dashboard_name=f"bench-{i}", dashboard_body='{"widgets": []}')


def main(stacks_wanted: int, outdir: str) -> None:
    """Synthesize `stacks_wanted` stacks into `outdir`."""
    app = cdk.App(outdir=outdir)
    for number in range(stacks_wanted):
        stack = cdk.Stack(app, f"bench-{number}")
        for group in range(GROUPS):
            build_group(stack, group)
        s3.CfnBucket(stack, "one-more", bucket_name=f"bench-one-more-{number}")
    app.synth()


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
