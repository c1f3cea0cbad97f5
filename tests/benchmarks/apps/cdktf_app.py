"""A CDKTF app of N stacks with 100 resources each, fast or as everybody writes it.

Usage: python -m tests.benchmarks.apps.cdktf_app {empty,fast,plain} STACKS OUTDIR
"""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace

import stacks.speed

GROUPS = 3
CLASSES = {
    "apigatewayv2_api": "Apigatewayv2Api",
    "apigatewayv2_integration": "Apigatewayv2Integration",
    "apigatewayv2_route": "Apigatewayv2Route",
    "apigatewayv2_stage": "Apigatewayv2Stage",
    "cloudwatch_dashboard": "CloudwatchDashboard",
    "cloudwatch_log_group": "CloudwatchLogGroup",
    "cloudwatch_metric_alarm": "CloudwatchMetricAlarm",
    "dynamodb_table": "DynamodbTable DynamodbTableAttribute",
    "iam_policy": "IamPolicy",
    "iam_role": "IamRole",
    "iam_role_policy_attachment": "IamRolePolicyAttachment",
    "kinesis_stream": "KinesisStream",
    "kms_alias": "KmsAlias",
    "kms_key": "KmsKey",
    "lambda_event_source_mapping": "LambdaEventSourceMapping",
    "lambda_function": "LambdaFunction LambdaFunctionEnvironment=LambdaEnvironment",
    "lambda_permission": "LambdaPermission",
    "provider": "AwsProvider",
    "s3_bucket": "S3Bucket",
    "s3_bucket_notification": "S3BucketNotification S3BucketNotificationLambdaFunction=NotificationFunction",
    "s3_bucket_ownership_controls": "S3BucketOwnershipControls S3BucketOwnershipControlsRule=OwnershipRule",
    "s3_bucket_policy": "S3BucketPolicy",
    "s3_bucket_public_access_block": "S3BucketPublicAccessBlock",
    "s3_bucket_server_side_encryption_configuration": "S3BucketServerSideEncryptionConfigurationA"
    " S3BucketServerSideEncryptionConfigurationRuleA=EncryptionRule"
    " S3BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultA=EncryptionDefault",
    "s3_bucket_versioning": "S3BucketVersioningA S3BucketVersioningVersioningConfiguration=Versioning",
    "secretsmanager_secret": "SecretsmanagerSecret",
    "sns_topic": "SnsTopic",
    "sns_topic_policy": "SnsTopicPolicy",
    "sns_topic_subscription": "SnsTopicSubscription",
    "sqs_queue": "SqsQueue",
    "ssm_parameter": "SsmParameter",
}


def load_classes(fast: bool) -> SimpleNamespace:
    """Import the resource classes: submodule by submodule when `fast`, through the package root otherwise."""
    import importlib

    found = SimpleNamespace()
    for module, names in CLASSES.items():
        if fast:
            source = importlib.import_module(f"cdktf_cdktf_provider_aws.{module}")
        else:
            source = getattr(importlib.import_module("cdktf_cdktf_provider_aws"), module)
        for name in names.split():
            original, _, alias = name.partition("=")
            setattr(found, alias or original, getattr(source, original))
    return found


def main(mode: str, stacks_wanted: int, outdir: Path) -> None:
    """Synthesize `stacks_wanted` stacks into `outdir`."""
    if mode == "fast":
        stacks.speed.install()
    from cdktf import App, AssetType, TerraformStack

    app = App(outdir=str(outdir))
    if mode == "empty":
        TerraformStack(app, "empty")
        app.synth()
        return

    from tests.benchmarks.apps.cdktf_group import build_group

    aws = load_classes(mode == "fast")
    code = outdir.parent / "code"
    code.mkdir(exist_ok=True)
    (code / "bench.py").write_text("def handle(event, context):\n    return event\n")
    asset_type = AssetType.FILE if mode == "fast" else AssetType.ARCHIVE
    source = str(code / "bench.py" if mode == "fast" else code)
    for number in range(stacks_wanted):
        stack = TerraformStack(app, f"bench-{number}")
        aws.AwsProvider(stack, "aws", region="eu-west-1")
        for group in range(GROUPS):
            build_group(stack, aws, group, source, asset_type)
        aws.S3Bucket(stack, "one-more", bucket=f"bench-one-more-{number}")
    app.synth()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
