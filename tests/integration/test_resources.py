"""What was deployed is as it was meant: asked of the services themselves, not of Terraform's state."""

import base64
import json
from typing import Any

import pytest

from modules.alarm_catalogue import CATALOGUE
from modules.names import Kind
from modules.query_catalogue import QUERIES
from stacks.settings import FUNCTIONS, Settings
from tests.integration.deployment import DATA_BUCKETS, Deployment
from tests.integration.reviewed import reviewed_alarms

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def settings(deployment: Deployment) -> Settings:
    """What the deployment was made from."""
    return deployment.settings


def test_the_key_is_rotated_and_its_policy_names_nobody_without_a_condition(
    deployment: Deployment, key_arn: str
) -> None:
    kms = deployment.client("kms")
    assert kms.get_key_rotation_status(KeyId=key_arn)["KeyRotationEnabled"]
    policy = json.loads(kms.get_key_policy(KeyId=key_arn, PolicyName="default")["Policy"])
    free = [statement["Sid"] for statement in policy["Statement"] if "Condition" not in statement]
    assert free == ["AccountAdministersByIam"]


def test_the_mapping_has_the_settings_values(deployment: Deployment, settings: Settings) -> None:
    client, processor = deployment.client("lambda"), deployment.functions["processor"]
    (mapping,) = client.list_event_source_mappings(FunctionName=processor)["EventSourceMappings"]
    expected = {
        "BatchSize": settings.mapping.batch_size,
        "MaximumBatchingWindowInSeconds": settings.mapping.batching_window_seconds,
        "ParallelizationFactor": settings.mapping.parallelization_factor,
        "MaximumRetryAttempts": settings.mapping.maximum_retry_attempts,
        "MaximumRecordAgeInSeconds": settings.mapping.record_age_seconds(settings.stream.retention_hours),
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
    if settings.stream.mode == "PROVISIONED":
        assert stream["OpenShardCount"] == settings.stream.shards


@pytest.mark.parametrize("output", DATA_BUCKETS)
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


@pytest.mark.parametrize("output", DATA_BUCKETS)
def test_bucket_policies_refuse_what_comes_without_tls(deployment: Deployment, output: str) -> None:
    s3, bucket = deployment.client("s3"), deployment.outputs[output]
    statements = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])["Statement"]
    assert {statement["Sid"]: statement["Effect"] for statement in statements} == {
        "DenyInsecureTransport": "Deny",
        "DenyOldTls": "Deny",
    }


def test_every_bucket_forgets_as_the_settings_say(deployment: Deployment, settings: Settings) -> None:
    storage = settings.storage
    expirations = {
        "archive_bucket": storage.archive_expiration_days,
        "inbox_bucket": storage.inbox_expiration_days,
        "failures_bucket": storage.failures_expiration_days,
    }
    for output, days in expirations.items():
        rules = deployment.client("s3").get_bucket_lifecycle_configuration(Bucket=deployment.outputs[output])["Rules"]
        assert {rule["Status"] for rule in rules} == {"Enabled"}
        (ages,) = [rule for rule in rules if "NoncurrentVersionExpiration" in rule]
        assert ages["NoncurrentVersionExpiration"]["NoncurrentDays"] == storage.noncurrent_version_days
        assert ages["AbortIncompleteMultipartUpload"]["DaysAfterInitiation"] == 7
        assert ages.get("Expiration", {}).get("Days") == days
        moves = [(move["Days"], move["StorageClass"]) for move in ages.get("Transitions", [])]
        cold = [(storage.archive_transition_days, "STANDARD_IA")] if output == "archive_bucket" else []
        assert moves == cold


def test_only_files_below_incoming_are_told_to_the_importer(deployment: Deployment) -> None:
    s3, bucket = deployment.client("s3"), deployment.outputs["inbox_bucket"]
    (target,) = s3.get_bucket_notification_configuration(Bucket=bucket)["LambdaFunctionConfigurations"]
    assert target["LambdaFunctionArn"].endswith(f":{deployment.outputs['importer_function']}")
    (rule,) = target["Filter"]["Key"]["FilterRules"]
    assert (rule["Name"].lower(), rule["Value"]) == ("prefix", "incoming/")


@pytest.mark.parametrize("role", FUNCTIONS)
def test_functions_are_sized_traced_encrypted_and_log_to_their_own_group(
    deployment: Deployment, settings: Settings, key_arn: str, role: str
) -> None:
    name, size = _named(deployment, role), getattr(settings, role)
    function = deployment.client("lambda").get_function_configuration(FunctionName=name)
    assert function["TracingConfig"]["Mode"] == ("Active" if settings.observability.tracing else "PassThrough")
    assert function["KMSKeyArn"] == key_arn
    assert function["Architectures"] == [settings.architecture]
    assert (function["MemorySize"], function["Timeout"]) == (size.memory_mb, size.timeout_seconds)
    assert function["LoggingConfig"]["LogFormat"] == "JSON"
    assert function["LoggingConfig"]["ApplicationLogLevel"] == settings.observability.log_level
    expected_of_lambda = "INFO" if settings.observability.platform_logs else "WARN"
    assert function["LoggingConfig"]["SystemLogLevel"] == expected_of_lambda
    assert function["LoggingConfig"]["LogGroup"] == deployment.log_groups[role]


def test_what_the_importer_fails_at_ends_in_the_dead_letter_queue(deployment: Deployment, key_arn: str) -> None:
    importer = deployment.functions["importer"]
    sqs, queue = deployment.client("sqs"), deployment.outputs["dead_letter_queue"]
    url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert attributes["KmsMasterKeyId"] == key_arn
    assert attributes["MessageRetentionPeriod"] == str(14 * 24 * 3600)
    function = deployment.client("lambda").get_function_configuration(FunctionName=importer)
    assert function["DeadLetterConfig"]["TargetArn"] == attributes["QueueArn"]


def test_every_log_group_is_encrypted_and_forgets(deployment: Deployment, settings: Settings, key_arn: str) -> None:
    for name in deployment.log_groups.values():
        found = deployment.client("logs").describe_log_groups(logGroupNamePrefix=name)["logGroups"]
        (group,) = [group for group in found if group["logGroupName"] == name]
        assert group["retentionInDays"] == settings.observability.log_retention_days
        assert group["kmsKeyId"] == key_arn


def test_every_reviewed_alarm_is_there_and_no_other(deployment: Deployment) -> None:
    start, end = f"{deployment.settings.project}-", f"-{deployment.suffix}-{deployment.target.region}"
    names = {alarm["AlarmName"].removeprefix(start).removesuffix(end) for alarm in deployment.alarms()}
    assert names == reviewed_alarms(deployment.settings)


def test_every_alarm_tells_the_topic_when_it_starts_and_when_it_is_over(deployment: Deployment) -> None:
    every, pages = deployment.outputs["alerts_topic_arn"], deployment.outputs["pages_topic_arn"]
    told = {mode.id: [every, pages] if mode.severity == "page" else [every] for mode in CATALOGUE}
    silent = [
        alarm["AlarmName"]
        for alarm in deployment.alarms()
        for topics in [told[alarm["AlarmDescription"].rpartition("#")[2]]]
        if (alarm["AlarmActions"], alarm["OKActions"], alarm["ActionsEnabled"]) != (topics, topics, True)
    ]
    assert silent == []


def test_every_address_of_the_settings_gets_the_alarms(deployment: Deployment, settings: Settings) -> None:
    client, told = deployment.client("sns"), settings.alarms
    for topic, emails in (("alerts", told.emails), ("pages", told.page_emails)):
        found = client.list_subscriptions_by_topic(TopicArn=deployment.outputs[f"{topic}_topic_arn"])["Subscriptions"]
        assert {one["Endpoint"] for one in found if one["Protocol"] == "email"} == set(emails)


def test_the_dashboard_shows_something(deployment: Deployment) -> None:
    name = deployment.outputs["dashboard_name"]
    body = json.loads(deployment.client("cloudwatch").get_dashboard(DashboardName=name)["DashboardBody"])
    assert len(body["widgets"]) > 1


def test_every_query_of_the_catalogue_is_saved_in_the_folder_of_the_stack(deployment: Deployment) -> None:
    client, folder = deployment.client("logs"), f"{deployment.stack}/"
    found = client.describe_query_definitions(queryDefinitionNamePrefix=folder)["queryDefinitions"]
    texts = {one["name"].removeprefix(folder): one["queryString"] for one in found}
    assert texts == {query.id: query.text for query in QUERIES}
    assert {name for one in found for name in one["logGroupNames"]} == {*deployment.log_groups.values()}


@pytest.mark.parametrize("topic", ["alerts", "pages"])
def test_a_topic_has_a_key_of_its_own_and_takes_messages_of_alarms_and_events_only(
    deployment: Deployment, key_arn: str, topic: str
) -> None:
    arn, alias = deployment.outputs[f"{topic}_topic_arn"], deployment.outputs["alerts_key_alias"]
    attributes = deployment.client("sns").get_topic_attributes(TopicArn=arn)["Attributes"]
    key = deployment.client("kms").describe_key(KeyId=alias)["KeyMetadata"]
    assert attributes["KmsMasterKeyId"] == key["Arn"] != key_arn
    allowed = [s for s in json.loads(attributes["Policy"])["Statement"] if s["Effect"] == "Allow"]
    services = [statement["Principal"]["Service"] for statement in allowed]
    assert services == ["cloudwatch.amazonaws.com", "events.amazonaws.com"]


@pytest.mark.parametrize(
    ("call", "changed", "told"),
    [
        ("DisableKey", {}, True),
        ("ScheduleKeyDeletion", {}, True),
        ("EnableKey", {}, False),
        ("DisableKey", {"errorCode": "AccessDenied"}, False),
        ("DisableKey", {"resources": [{"ARN": "arn:aws:kms:us-east-1:111111111111:key/another"}]}, False),
    ],
)
def test_a_rule_matches_what_stops_a_key_of_the_stack(
    deployment: Deployment, call: str, changed: dict[str, Any], told: bool
) -> None:
    """Events as CloudTrail writes them (KMS developer guide), and what is left of them in the message."""
    client, name = deployment.client("events"), deployment.names("key-watch", Kind.EVENT_RULE)
    resources = [{"accountId": deployment.target.account_id, "type": "AWS::KMS::Key", "ARN": deployment.key_arn()}]
    detail = {"eventSource": "kms.amazonaws.com", "eventName": call, "resources": resources} | changed
    event = {
        "id": "7bf73129-1428-4cd3-a780-95db273d1602",
        "account": deployment.target.account_id,
        "source": "aws.kms",
        "time": "2026-01-31T12:00:00Z",
        "region": deployment.target.region,
        "resources": [],
        "detail-type": "AWS API Call via CloudTrail",
        "detail": detail,
    }
    pattern = client.describe_rule(Name=name)["EventPattern"]
    assert client.test_event_pattern(EventPattern=pattern, Event=json.dumps(event))["Result"] is told
    targets = client.list_targets_by_rule(Rule=name)["Targets"]
    assert {one["Arn"] for one in targets} == {deployment.outputs[f"{t}_topic_arn"] for t in ("alerts", "pages")}


def test_the_ledger_is_encrypted_recoverable_and_forgets(deployment: Deployment, key_arn: str, ledger: str) -> None:
    dynamodb = deployment.client("dynamodb")
    table = dynamodb.describe_table(TableName=ledger)["Table"]
    assert table["SSEDescription"]["KMSMasterKeyArn"] == key_arn
    assert table["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    lifetime = dynamodb.describe_time_to_live(TableName=ledger)["TimeToLiveDescription"]
    assert (lifetime["TimeToLiveStatus"], lifetime["AttributeName"]) == ("ENABLED", "expires_at")
    backups = dynamodb.describe_continuous_backups(TableName=ledger)["ContinuousBackupsDescription"]
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"


def test_the_secret_is_encrypted_with_the_key(deployment: Deployment, key_arn: str) -> None:
    if "signing_secret_arn" not in deployment.outputs:
        pytest.skip(f"{deployment.stack} has no signing secret: api.auth is {deployment.settings.api.auth}")
    client = deployment.client("secretsmanager")
    assert client.describe_secret(SecretId=deployment.outputs["signing_secret_arn"])["KmsKeyId"] == key_arn


def test_the_api_has_its_routes_throttled_as_the_settings_say(deployment: Deployment, settings: Settings) -> None:
    client, api = deployment.client("apigatewayv2"), deployment.outputs["api_id"]
    routes = {route["RouteKey"]: route["AuthorizationType"] for route in client.get_routes(ApiId=api)["Items"]}
    wanted = {"iam": "AWS_IAM", "jwt": "JWT"}.get(settings.api.auth, "NONE")
    assert routes == {"GET /health": "NONE", "POST /process": wanted, "$default": "NONE"}
    (stage,) = client.get_stages(ApiId=api)["Items"]
    limits = stage["DefaultRouteSettings"]
    assert limits["ThrottlingRateLimit"] == settings.api.throttle_rate_per_second
    assert limits["ThrottlingBurstLimit"] == settings.api.throttle_burst
    assert limits["DetailedMetricsEnabled"]


def test_access_logs_go_to_their_group_and_hold_only_what_the_gateway_knows(deployment: Deployment) -> None:
    client, target = deployment.client("apigatewayv2"), deployment.target
    (stage,) = client.get_stages(ApiId=deployment.outputs["api_id"])["Items"]
    logs = stage["AccessLogSettings"]
    group = f"arn:aws:logs:{target.region}:{target.account_id}:log-group:{deployment.log_groups['api']}"
    assert logs["DestinationArn"].removesuffix(":*") == group
    values = json.loads(logs["Format"]).values()
    assert "$context.requestId" in values
    assert [value for value in values if not value.startswith("$context.")] == []


def test_browsers_of_the_settings_origins_and_no_others_are_let_in(deployment: Deployment, settings: Settings) -> None:
    api = deployment.client("apigatewayv2").get_api(ApiId=deployment.outputs["api_id"])
    assert api.get("CorsConfiguration", {}).get("AllowOrigins", []) == list(settings.api.cors_origins)


def test_the_receiver_is_invoked_by_its_routes_only(deployment: Deployment) -> None:
    target, api = deployment.target, deployment.outputs["api_id"]
    routes = f"arn:aws:execute-api:{target.region}:{target.account_id}:{api}/$default"
    assert _invokers(deployment, "receiver") == {f"{routes}/GET/health", f"{routes}/POST/process", f"{routes}/$default"}


def test_the_importer_is_invoked_by_the_inbox_only(deployment: Deployment) -> None:
    assert _invokers(deployment, "importer") == {f"arn:aws:s3:::{deployment.outputs['inbox_bucket']}"}


def test_the_archive_is_asked_by_tables_over_its_buckets(deployment: Deployment, settings: Settings) -> None:
    if not settings.query.enabled:
        pytest.skip("the settings have no queries")
    glue, database = deployment.client("glue"), deployment.outputs["query_database"]
    names = ("raw", "compacted", "quarantine", "events")
    tables = {name: glue.get_table(DatabaseName=database, Name=name)["Table"] for name in names}
    archive, failures = (deployment.outputs[f"{bucket}_bucket"] for bucket in ("archive", "failures"))
    assert {name: table["StorageDescriptor"].get("Location", "") for name, table in tables.items()} == {
        "raw": f"s3://{archive}/events/",
        "compacted": f"s3://{archive}/compacted/",
        "quarantine": f"s3://{failures}/quarantine/",
        "events": "",
    }
    folders = tables["raw"]["Parameters"]["storage.location.template"]
    assert folders == f"s3://{archive}/events/date=${{date}}/hour=${{hour}}/"
    encoded = tables["events"]["ViewOriginalText"].removeprefix("/* Presto View: ").removesuffix(" */")
    assert json.loads(base64.b64decode(encoded))["schema"] == database


def test_answers_are_encrypted_and_what_people_ask_is_limited(
    deployment: Deployment, settings: Settings, key_arn: str
) -> None:
    if not settings.query.enabled:
        pytest.skip("the settings have no queries")
    group = deployment.client("athena").get_work_group(WorkGroup=deployment.outputs["query_workgroup"])["WorkGroup"]
    found, results = group["Configuration"], group["Configuration"]["ResultConfiguration"]
    assert found["EnforceWorkGroupConfiguration"] is True
    assert found["BytesScannedCutoffPerQuery"] == settings.query.scan_limit_mb * 2**20
    assert results["OutputLocation"] == f"s3://{deployment.outputs['results_bucket']}/queries/"
    assert results["EncryptionConfiguration"] == {"EncryptionOption": "SSE_KMS", "KmsKey": key_arn}


def _named(deployment: Deployment, role: str) -> str:
    """The function's name."""
    if role not in deployment.functions:
        pytest.skip(f"the settings have no {role}")
    return deployment.functions[role]


def _invokers(deployment: Deployment, role: str) -> set[str]:
    policy = deployment.client("lambda").get_policy(FunctionName=deployment.functions[role])["Policy"]
    return {statement["Condition"]["ArnLike"]["AWS:SourceArn"] for statement in json.loads(policy)["Statement"]}


@pytest.mark.parametrize("role", FUNCTIONS)
def test_each_role_has_one_policy_without_wildcards_in_its_actions(deployment: Deployment, role: str) -> None:
    iam, name = deployment.client("iam"), _named(deployment, role)
    assert iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"] == []
    assert iam.list_role_policies(RoleName=name)["PolicyNames"] == ["grants"]
    document: dict[str, Any] = iam.get_role_policy(RoleName=name, PolicyName="grants")["PolicyDocument"]
    actions = [statement["Action"] for statement in document["Statement"]]
    assert actions
    assert "*" not in json.dumps(actions)
