"""The benchmark's stacks with Pulumi for Python and mocks: no engine, no provider, as fast as its programs get.

Usage: python tests/benchmarks/apps/pulumi_app.py STACKS (with the Python of the environment `pulumi`)
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import pulumi  # type: ignore[import-not-found]
import pulumi_aws as aws  # type: ignore[import-not-found]

TAGS = {"project": "bench", "environment": "bench", "owner": "nobody"}
GROUPS = 3
registered: list[str] = []


class Mocks(pulumi.runtime.Mocks):  # type: ignore[misc]
    """Answers as if every resource had been created with what it was given."""

    def new_resource(self, args: Any) -> tuple[str, dict[str, Any]]:
        """Note the resource, and return its id and state."""
        registered.append(args.name)
        arn = f"arn:aws:bench:::{args.name}"
        known = {"name": args.name, "arn": arn, "keyId": "key", "url": "url", "invokeArn": arn, "executionArn": arn}
        return f"{args.name}-id", {**known, **args.inputs}

    def call(self, args: Any) -> dict[str, Any]:
        """Answer a call of a provider's function."""
        return dict(args.args)


def build_group(stack: str, i: int) -> None:
    """Declare 33 resources of 30 kinds."""

    def make(kind: Callable[..., Any], role: str, /, **arguments: object) -> Any:
        return kind(f"{stack}-{role}-{i}", **arguments)

    key = make(aws.kms.Key, "key", enable_key_rotation=True, tags=TAGS)
    make(aws.kms.Alias, "key-alias", name=f"alias/bench-{i}", target_key_id=key.key_id)
    archive = make(aws.s3.Bucket, "archive", bucket=f"bench-archive-{i}", tags=TAGS)
    inbox = make(aws.s3.Bucket, "inbox", bucket=f"bench-inbox-{i}", tags=TAGS)
    _protect(make, archive, key)
    table = make(
        aws.dynamodb.Table,
        "ledger",
        name=f"bench-{i}",
        billing_mode="PAY_PER_REQUEST",
        hash_key="id",
        attributes=[aws.dynamodb.TableAttributeArgs(name="id", type="S")],
        tags=TAGS,
    )
    stream = make(aws.kinesis.Stream, "events", shard_count=1, kms_key_id=key.arn, tags=TAGS)
    alerts = make(aws.sns.Topic, "alerts", kms_master_key_id=key.arn, tags=TAGS)
    make(aws.sns.TopicSubscription, "mail", topic=alerts.arn, protocol="email", endpoint="a@example.com")
    make(
        aws.sns.TopicPolicy, "alerts-policy", arn=alerts.arn, policy=pulumi.Output.json_dumps({"Resource": alerts.arn})
    )
    queue = make(aws.sqs.Queue, "dead-letters", kms_master_key_id=key.arn, tags=TAGS)
    make(aws.secretsmanager.Secret, "signing", kms_key_id=key.arn, tags=TAGS)
    make(aws.ssm.Parameter, "parameter", name=f"/bench/{i}", type="String", value=table.arn, tags=TAGS)
    function = _function(make, key, queue)
    make(
        aws.lambda_.EventSourceMapping,
        "mapping",
        event_source_arn=stream.arn,
        function_name=function.arn,
        starting_position="TRIM_HORIZON",
        batch_size=500,
        function_response_types=["ReportBatchItemFailures"],
    )
    events = ["s3:ObjectCreated:*"]
    notify = aws.s3.BucketNotificationLambdaFunctionArgs(lambda_function_arn=function.arn, events=events)
    make(aws.s3.BucketNotification, "notification", bucket=inbox.id, lambda_functions=[notify])
    _api(make, function)
    _watch(make, function, alerts)


def _protect(make: Any, bucket: Any, key: Any) -> None:
    s3 = aws.s3
    versioning = s3.BucketVersioningVersioningConfigurationArgs(status="Enabled")
    make(s3.BucketVersioning, "versions", bucket=bucket.id, versioning_configuration=versioning)
    make(s3.BucketPublicAccessBlock, "private", bucket=bucket.id, block_public_acls=True, block_public_policy=True)
    rule = s3.BucketOwnershipControlsRuleArgs(object_ownership="BucketOwnerEnforced")
    make(s3.BucketOwnershipControls, "ownership", bucket=bucket.id, rule=rule)
    default = s3.BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultArgs(
        sse_algorithm="aws:kms", kms_master_key_id=key.arn
    )
    encryption = s3.BucketServerSideEncryptionConfigurationRuleArgs(
        apply_server_side_encryption_by_default=default, bucket_key_enabled=True
    )
    make(s3.BucketServerSideEncryptionConfiguration, "encryption", bucket=bucket.id, rules=[encryption])
    make(s3.BucketPolicy, "tls", bucket=bucket.id, policy=pulumi.Output.json_dumps({"Resource": bucket.arn}))


def _function(make: Any, key: Any, queue: Any) -> Any:
    role = make(aws.iam.Role, "role", assume_role_policy='{"Statement": []}', tags=TAGS)
    policy = make(aws.iam.Policy, "policy", policy=pulumi.Output.json_dumps({"Resource": key.arn}), tags=TAGS)
    attached = make(aws.iam.RolePolicyAttachment, "attachment", role=role.name, policy_arn=policy.arn)
    group = make(aws.cloudwatch.LogGroup, "logs", retention_in_days=30, kms_key_id=key.arn, tags=TAGS)
    return make(
        aws.lambda_.Function,
        "function",
        role=role.arn,
        runtime="python3.13",
        handler="bench.handle",
        code=pulumi.AssetArchive({"bench.py": pulumi.StringAsset("def handle(event, context):\n    return event\n")}),
        architectures=["arm64"],
        environment=aws.lambda_.FunctionEnvironmentArgs(variables={"QUEUE": queue.url}),
        opts=pulumi.ResourceOptions(depends_on=[group, attached]),
        tags=TAGS,
    )


def _api(make: Any, function: Any) -> None:
    api = make(aws.apigatewayv2.Api, "api", protocol_type="HTTP", tags=TAGS)
    integration = make(
        aws.apigatewayv2.Integration,
        "integration",
        api_id=api.id,
        integration_type="AWS_PROXY",
        integration_uri=function.invoke_arn,
    )
    target = pulumi.Output.concat("integrations/", integration.id)
    for path in ("health", "process"):
        make(aws.apigatewayv2.Route, path, api_id=api.id, route_key=f"GET /{path}", target=target)
    make(aws.apigatewayv2.Stage, "stage", api_id=api.id, name="$default", auto_deploy=True, tags=TAGS)
    make(
        aws.lambda_.Permission,
        "permission",
        action="lambda:InvokeFunction",
        function=function.name,
        principal="apigateway.amazonaws.com",
        source_arn=pulumi.Output.concat(api.execution_arn, "/*"),
    )


def _watch(make: Any, function: Any, alerts: Any) -> None:
    for metric in ("Errors", "Throttles"):
        make(
            aws.cloudwatch.MetricAlarm,
            f"alarm-{metric.lower()}",
            namespace="AWS/Lambda",
            metric_name=metric,
            comparison_operator="GreaterThanThreshold",
            evaluation_periods=1,
            period=60,
            statistic="Sum",
            threshold=1,
            dimensions={"FunctionName": function.name},
            alarm_actions=[alerts.arn],
            tags=TAGS,
        )
    make(aws.cloudwatch.Dashboard, "dashboard", dashboard_name="bench", dashboard_body='{"widgets": []}')


def main(stacks_wanted: int) -> None:
    """Run a program of `stacks_wanted` stacks to its end, and check that every resource was registered."""
    pulumi.runtime.set_mocks(Mocks(), project="bench", stack="bench")

    @pulumi.runtime.test  # type: ignore[untyped-decorator]
    def program() -> None:
        for number in range(stacks_wanted):
            for group in range(GROUPS):
                build_group(f"bench-{number}", group)
            aws.s3.Bucket(f"bench-{number}-one-more", bucket=f"bench-one-more-{number}")

    program()
    # The mocked stack itself may be counted, too.
    missing = stacks_wanted * (GROUPS * 33 + 1) - len(registered)
    if missing > 0:
        raise SystemExit(f"{missing} resources were not registered")


if __name__ == "__main__":
    main(int(sys.argv[1]))
