"""What was deployed is as it was meant: asked of the services themselves, not of Terraform's state."""

import json
from typing import Any

import pytest

from stacks.settings import Settings, load_settings
from tests.integration.account import ACCOUNT_ID, PIPELINE_STACK, REGION, ROOT
from tests.integration.deployment import Deployment

pytestmark = pytest.mark.integration

_DATA_BUCKETS = ("archive_bucket", "inbox_bucket", "failures_bucket")
_FUNCTIONS = ("receiver_function", "processor_function", "importer_function")


@pytest.fixture(scope="module")
def settings() -> Settings:
    """The settings of local."""
    return load_settings(ROOT / "environments" / "local.toml")


@pytest.fixture(scope="module")
def key_arn(deployment: Deployment) -> str:
    """The key that the stack's alias leads to."""
    found = deployment.client("kms").describe_key(KeyId=deployment.outputs["key_alias"])
    return str(found["KeyMetadata"]["Arn"])


def test_the_key_is_rotated_and_its_policy_names_nobody_without_a_condition(
    deployment: Deployment, key_arn: str
) -> None:
    kms = deployment.client("kms")
    assert kms.get_key_rotation_status(KeyId=key_arn)["KeyRotationEnabled"]
    policy = json.loads(kms.get_key_policy(KeyId=key_arn, PolicyName="default")["Policy"])
    free = [statement["Sid"] for statement in policy["Statement"] if "Condition" not in statement]
    assert free == ["AccountAdministersByIam"]


def test_the_mapping_has_the_settings_values(deployment: Deployment, settings: Settings) -> None:
    (mapping,) = deployment.client("lambda").list_event_source_mappings()["EventSourceMappings"]
    expected = {
        "BatchSize": settings.mapping.batch_size,
        "MaximumBatchingWindowInSeconds": settings.mapping.batching_window_seconds,
        "ParallelizationFactor": settings.mapping.parallelization_factor,
        "MaximumRetryAttempts": settings.mapping.maximum_retry_attempts,
        "MaximumRecordAgeInSeconds": settings.mapping.maximum_record_age_seconds,
        "BisectBatchOnFunctionError": True,
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
        "StartingPosition": "TRIM_HORIZON",
        "State": "Enabled",
    }
    assert {name: mapping[name] for name in expected} == expected
    destination = mapping["DestinationConfig"]["OnFailure"]["Destination"]
    assert destination == f"arn:aws:s3:::{deployment.outputs['failures_bucket']}"


def test_the_stream_is_encrypted_with_the_key_and_keeps_records_as_long_as_set(
    deployment: Deployment, settings: Settings, key_arn: str
) -> None:
    kinesis, name = deployment.client("kinesis"), deployment.outputs["stream_name"]
    stream = kinesis.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]
    assert (stream["EncryptionType"], stream["KeyId"]) == ("KMS", key_arn)
    assert stream["RetentionPeriodHours"] == settings.stream.retention_hours
    assert stream["OpenShardCount"] == settings.stream.shards


@pytest.mark.parametrize("output", _DATA_BUCKETS)
def test_buckets_are_encrypted_versioned_private_and_logged(deployment: Deployment, key_arn: str, output: str) -> None:
    s3, bucket = deployment.client("s3"), deployment.outputs[output]
    (rule,) = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key_arn}
    assert rule["BucketKeyEnabled"]
    assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
    blocks = s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
    assert list(blocks.values()) == [True] * 4
    (owner,) = s3.get_bucket_ownership_controls(Bucket=bucket)["OwnershipControls"]["Rules"]
    assert owner["ObjectOwnership"] == "BucketOwnerEnforced"
    assert s3.get_bucket_logging(Bucket=bucket)["LoggingEnabled"]["TargetPrefix"] == f"{bucket}/"


@pytest.mark.parametrize("output", _DATA_BUCKETS)
def test_bucket_policies_refuse_what_comes_without_tls(deployment: Deployment, output: str) -> None:
    s3, bucket = deployment.client("s3"), deployment.outputs[output]
    statements = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])["Statement"]
    assert {statement["Sid"]: statement["Effect"] for statement in statements} == {
        "DenyInsecureTransport": "Deny",
        "DenyOldTls": "Deny",
    }


@pytest.mark.parametrize("output", _DATA_BUCKETS)
def test_every_bucket_forgets_old_versions_and_broken_uploads(deployment: Deployment, output: str) -> None:
    rules = deployment.client("s3").get_bucket_lifecycle_configuration(Bucket=deployment.outputs[output])["Rules"]
    assert {rule["Status"] for rule in rules} == {"Enabled"}
    assert any("NoncurrentVersionExpiration" in rule for rule in rules)
    assert any("AbortIncompleteMultipartUpload" in rule for rule in rules)


def test_only_files_below_incoming_are_told_to_the_importer(deployment: Deployment) -> None:
    s3, bucket = deployment.client("s3"), deployment.outputs["inbox_bucket"]
    (target,) = s3.get_bucket_notification_configuration(Bucket=bucket)["LambdaFunctionConfigurations"]
    assert target["LambdaFunctionArn"].endswith(f":{deployment.outputs['importer_function']}")
    (rule,) = target["Filter"]["Key"]["FilterRules"]
    assert (rule["Name"].lower(), rule["Value"]) == ("prefix", "incoming/")


@pytest.mark.parametrize("output", _FUNCTIONS)
def test_functions_are_traced_encrypted_and_log_to_their_own_group(
    deployment: Deployment, settings: Settings, key_arn: str, output: str
) -> None:
    name = deployment.outputs[output]
    function = deployment.client("lambda").get_function_configuration(FunctionName=name)
    assert function["TracingConfig"]["Mode"] == "Active"
    assert function["KMSKeyArn"] == key_arn
    assert function["Architectures"] == [settings.architecture]
    assert function["LoggingConfig"]["LogFormat"] == "JSON"
    assert function["LoggingConfig"]["LogGroup"] == f"/aws/lambda/{name}"


def test_what_the_importer_fails_at_ends_in_the_dead_letter_queue(deployment: Deployment, key_arn: str) -> None:
    importer = deployment.outputs["importer_function"]
    sqs, queue = deployment.client("sqs"), deployment.outputs["dead_letter_queue"]
    url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert attributes["KmsMasterKeyId"] == key_arn
    assert attributes["MessageRetentionPeriod"] == str(14 * 24 * 3600)
    function = deployment.client("lambda").get_function_configuration(FunctionName=importer)
    assert function["DeadLetterConfig"]["TargetArn"] == attributes["QueueArn"]


def test_every_log_group_is_encrypted_and_forgets(deployment: Deployment, settings: Settings, key_arn: str) -> None:
    groups = deployment.client("logs").describe_log_groups()["logGroups"]
    functions = {f"/aws/lambda/{deployment.outputs[output]}" for output in _FUNCTIONS}
    assert {group["logGroupName"] for group in groups} == functions | {f"/aws/vendedlogs/tap-api-local-{REGION}"}
    assert {group["retentionInDays"] for group in groups} == {settings.observability.log_retention_days}
    assert {group["kmsKeyId"] for group in groups} == {key_arn}


def test_every_alarm_tells_the_topic_when_it_starts_and_when_it_is_over(deployment: Deployment) -> None:
    alarms = deployment.client("cloudwatch").describe_alarms(MaxRecords=100)["MetricAlarms"]
    planned = [item for item in deployment.plan["resource_changes"] if item["type"] == "aws_cloudwatch_metric_alarm"]
    assert sorted(alarm["AlarmName"] for alarm in alarms) == sorted(
        item["change"]["after"]["alarm_name"] for item in planned
    )
    topic = [deployment.outputs["alerts_topic_arn"]]
    assert [
        alarm["AlarmName"] for alarm in alarms if (alarm["AlarmActions"], alarm["OKActions"]) != (topic, topic)
    ] == []
    assert {alarm["ActionsEnabled"] for alarm in alarms} == {True}


def test_the_topic_is_encrypted_and_takes_messages_of_alarms_only(deployment: Deployment, key_arn: str) -> None:
    topic = deployment.outputs["alerts_topic_arn"]
    attributes = deployment.client("sns").get_topic_attributes(TopicArn=topic)["Attributes"]
    assert attributes["KmsMasterKeyId"] == key_arn
    allowed = [s for s in json.loads(attributes["Policy"])["Statement"] if s["Effect"] == "Allow"]
    assert [statement["Principal"] for statement in allowed] == [{"Service": "cloudwatch.amazonaws.com"}]


def test_the_ledger_is_encrypted_recoverable_and_forgets(deployment: Deployment, key_arn: str) -> None:
    dynamodb, name = deployment.client("dynamodb"), deployment.outputs["ledger_table"]
    table = dynamodb.describe_table(TableName=name)["Table"]
    assert table["SSEDescription"]["KMSMasterKeyArn"] == key_arn
    assert table["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    lifetime = dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    assert (lifetime["TimeToLiveStatus"], lifetime["AttributeName"]) == ("ENABLED", "expires_at")
    backups = dynamodb.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"


def test_the_secret_is_encrypted_with_the_key(deployment: Deployment, key_arn: str) -> None:
    client = deployment.client("secretsmanager")
    assert client.describe_secret(SecretId=deployment.outputs["signing_secret_arn"])["KmsKeyId"] == key_arn


def test_the_api_has_its_two_routes_throttled_and_with_access_logs(deployment: Deployment, settings: Settings) -> None:
    client, api = deployment.client("apigatewayv2"), deployment.outputs["api_id"]
    routes = client.get_routes(ApiId=api)["Items"]
    assert sorted(route["RouteKey"] for route in routes) == ["GET /health", "POST /process"]
    (stage,) = client.get_stages(ApiId=api)["Items"]
    limits = stage["DefaultRouteSettings"]
    assert limits["ThrottlingRateLimit"] == settings.api.throttle_rate_per_second
    assert limits["ThrottlingBurstLimit"] == settings.api.throttle_burst
    assert "$context.requestId" in json.loads(stage["AccessLogSettings"]["Format"]).values()


@pytest.mark.parametrize(
    ("output", "sources"),
    [
        ("receiver_function", {"/$default/GET/health", "/$default/POST/process"}),
        ("importer_function", {"inbox"}),
    ],
)
def test_functions_are_invoked_by_their_exact_sources_only(
    deployment: Deployment, output: str, sources: set[str]
) -> None:
    answer = deployment.client("lambda").get_policy(FunctionName=deployment.outputs[output])
    arns = {s["Condition"]["ArnLike"]["AWS:SourceArn"] for s in json.loads(answer["Policy"])["Statement"]}
    api = f"arn:aws:execute-api:{REGION}:{ACCOUNT_ID}:{deployment.outputs['api_id']}"
    inbox = f"arn:aws:s3:::{deployment.outputs['inbox_bucket']}"
    assert arns == {inbox if source == "inbox" else api + source for source in sources}


@pytest.mark.parametrize("output", _FUNCTIONS)
def test_each_role_has_one_policy_without_wildcards_in_its_actions(deployment: Deployment, output: str) -> None:
    iam, role = deployment.client("iam"), deployment.outputs[output]
    assert iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"] == []
    assert iam.list_role_policies(RoleName=role)["PolicyNames"] == ["grants"]
    document: dict[str, Any] = iam.get_role_policy(RoleName=role, PolicyName="grants")["PolicyDocument"]
    actions = [statement["Action"] for statement in document["Statement"]]
    assert actions
    assert "*" not in json.dumps(actions)


def test_everything_that_can_say_so_belongs_to_the_stack(deployment: Deployment) -> None:
    tags = deployment.client("lambda").list_tags(
        Resource=deployment.client("lambda").get_function_configuration(
            FunctionName=deployment.outputs["receiver_function"]
        )["FunctionArn"]
    )["Tags"]
    assert tags["Stack"] == PIPELINE_STACK
    assert tags["ManagedBy"] == "cdktf"
