"""Rules on the stream and on the mapping that reads it (Kinesis.*)."""

from tests.rules.mutations import add, drop, no_statement, put, statement
from tests.rules.reading import Resource, dig, each, granted, is_our_key, parts, target
from tests.rules.registry import Case, Check, Checks, rule

_STREAM, _MAPPING, _ROLE = "aws_kinesis_stream", "aws_lambda_event_source_mapping", "aws_iam_role_policy"
_DESTINATION = "destination_config.on_failure.destination_arn"
# Lambda developer guide, "Configuring permissions" for Kinesis; ListStreams is for the console.
_READ = {"DescribeStream", "DescribeStreamSummary", "GetRecords", "GetShardIterator", "ListShards"}


@rule(
    "Kinesis.1, CKV_AWS_43, CKV_AWS_185",
    broken_by=[
        put(_STREAM, "encryption_type", "NONE"),
        put(_STREAM, "kms_key_id", "alias/aws/kinesis"),
        drop(_STREAM, "kms_key_id"),
    ],
)
def records_are_encrypted_with_our_key(case: Case) -> Checks:
    """Every stream is encrypted with our key."""
    for stream in each(case.stack, _STREAM):
        holds = stream.body.get("encryption_type") == "KMS" and is_our_key(case.stack, stream.body.get("kms_key_id"))
        yield Check(stream.address, holds, "is not encrypted with the stack's key")


@rule("Kinesis.3", broken_by=[put(_STREAM, "retention_period", 24), put(_STREAM, "retention_period", 167)])
def records_are_kept_to_repair(case: Case) -> Checks:
    """Streams keep records as long as the settings say."""
    for stream in each(case.stack, _STREAM):
        hours = stream.body.get("retention_period", 24)
        holds = hours == case.settings.stream.retention_hours
        yield Check(stream.address, holds, f"retention_period is {hours} h")


@rule(
    "destroy, CKV_AWS_185",
    broken_by=[
        drop(_STREAM, "enforce_consumer_deletion"),
        put(_STREAM, "stream_mode_details.stream_mode", "ON_DEMAND"),
    ],
)
def a_stream_has_its_mode_and_goes_in_one(case: Case) -> Checks:
    """A stream's mode and shards are the settings', and consumers do not keep it from being destroyed."""
    for stream in each(case.stack, _STREAM):
        mode, shards = dig(stream.body, "stream_mode_details.stream_mode"), stream.body.get("shard_count")
        wanted = (case.settings.stream.mode, case.settings.stream.shards if mode == "PROVISIONED" else None)
        yield Check(stream.address, (mode, shards) == wanted, f"mode and shards are {mode}, {shards}")
        yield Check(stream.address, stream.body.get("enforce_consumer_deletion") is True, "a consumer blocks destroy")


@rule(
    "aws/aws-cdk#10486, mapping settings",
    broken_by=[
        put(_MAPPING, "maximum_retry_attempts", -1),
        drop(_MAPPING, "maximum_retry_attempts"),
        put(_MAPPING, "maximum_record_age_in_seconds", -1),
        put(_MAPPING, "maximum_record_age_in_seconds", 604800),
        put(_MAPPING, "bisect_batch_on_function_error", False),
        drop(_MAPPING, "function_response_types"),
        drop(_MAPPING, "destination_config"),
        put(_MAPPING, _DESTINATION, "${aws_sqs_queue.dead-letters.arn}"),
        put(_MAPPING, "starting_position", "LATEST"),
        put(_MAPPING, "event_source_arn", "arn:aws:kinesis:us-east-1:111111111111:stream/other"),
    ],
)
def a_mapping_gives_up_in_time_and_loses_nothing(case: Case) -> Checks:
    """Every mapping bisects, reports single failures, ends before the stream forgets, and keeps failures in S3."""
    for mapping in each(case.stack, _MAPPING):
        body, stream = mapping.body, target(case.stack, mapping.body.get("event_source_arn"), _STREAM)
        limit = stream.body["retention_period"] * 3600 if stream else 0
        for holds, wrong in (
            (stream is not None, "reads no stream of this stack"),
            (0 <= body.get("maximum_retry_attempts", -1) <= 10_000, "retries without end"),
            (
                60 <= body.get("maximum_record_age_in_seconds", -1) < limit,
                "record age is not below the stream's retention",
            ),
            (body.get("bisect_batch_on_function_error") is True, "does not bisect"),
            (body.get("function_response_types") == ["ReportBatchItemFailures"], "does not report single failures"),
            (target(case.stack, dig(body, _DESTINATION), "aws_s3_bucket") is not None, "keeps failures in no bucket"),
            (body.get("starting_position") == "TRIM_HORIZON", "skips what was there before it"),
        ):
            yield Check(mapping.address, holds, wrong)


@rule(
    "aws/aws-cdk#10486",
    broken_by=[
        put(_MAPPING, "batch_size", 1),
        put(_MAPPING, "maximum_batching_window_in_seconds", 300),
        put(_MAPPING, "parallelization_factor", 10),
        put(_MAPPING, "maximum_retry_attempts", 2),
        put(_MAPPING, "maximum_record_age_in_seconds", 60),
    ],
)
def a_mapping_has_the_values_of_the_settings(case: Case) -> Checks:
    """Every field of a mapping is that of the settings; none is swapped with its neighbour."""
    settings = case.settings.mapping
    for mapping in each(case.stack, _MAPPING):
        for argument, wanted in (
            ("batch_size", settings.batch_size),
            ("maximum_batching_window_in_seconds", settings.batching_window_seconds),
            ("parallelization_factor", settings.parallelization_factor),
            ("maximum_retry_attempts", settings.maximum_retry_attempts),
            ("maximum_record_age_in_seconds", settings.record_age_seconds(case.settings.stream.retention_hours)),
        ):
            got = mapping.body.get(argument)
            yield Check(mapping.address, got == wanted, f"{argument} is {got}, the settings say {wanted}")


@rule(
    "serverless/serverless#7236, S3.11",
    broken_by=[
        put("aws_s3_bucket_notification", "bucket", "${aws_s3_bucket.failures.id}"),
        add("aws_s3_bucket_notification", bucket="${aws_s3_bucket.failures.id}"),
    ],
)
def what_failed_does_not_come_back_by_itself(case: Case) -> Checks:
    """The bucket of failed batches notifies nobody."""
    for mapping in each(case.stack, _MAPPING):
        bucket = target(case.stack, dig(mapping.body, _DESTINATION), "aws_s3_bucket")
        found = parts(case.stack, "aws_s3_bucket_notification", bucket) if bucket else []
        yield Check(mapping.address, not found, "the failures bucket notifies a function")


@rule(
    "serverless/serverless#3997",
    broken_by=[
        drop(_MAPPING, "depends_on"),
        no_statement(_ROLE, "ReadEvents", of="processor"),
        statement(_ROLE, "ReadEvents", Action=[f"kinesis:{action}" for action in sorted(_READ)[1:]]),
        statement(_ROLE, "ReadEvents", Action=[f"kinesis:{action}" for action in sorted({*_READ, "SubscribeToShard"})]),
        statement(_ROLE, "ReadEvents", Resource="arn:aws:kinesis:us-east-1:111111111111:stream/other"),
        no_statement(_ROLE, "DecryptViaKinesis", of="processor"),
    ],
)
def a_mapping_may_read_its_stream_and_nothing_more(case: Case) -> Checks:
    """A mapping waits for its role's policy, which allows exactly what reading takes."""
    for mapping in each(case.stack, _MAPPING):
        function = target(case.stack, mapping.body["function_name"], "aws_lambda_function")
        stream = target(case.stack, mapping.body["event_source_arn"], _STREAM)
        allowed = granted(case.stack, function) if function else []
        reads = [one for one in allowed if any("kinesis:" in action for action in one["Action"])]
        actions = {action for one in reads for action in one["Action"]} - {"kinesis:PutRecords"}
        yield Check(mapping.address, actions == {f"kinesis:{name}" for name in _READ}, f"may {sorted(actions)}")
        name = stream.body["name"] if stream else ""
        resources = {resource.split("/")[-1] for one in reads for resource in one["Resource"]}
        yield Check(mapping.address, resources == {name}, f"may read {sorted(resources)}")
        decrypts = _may_use_key(allowed, "kms:Decrypt", f"kinesis.{case.region}.amazonaws.com")
        yield Check(mapping.address, decrypts, "may not decrypt records")
        yield Check(mapping.address, _waits_for_policy(case, mapping, function), "does not wait for its role's policy")


@rule(
    "failure destination",
    broken_by=[
        no_statement(_ROLE, "PutFailedBatches"),
        no_statement(_ROLE, "ListFailedBatches"),
        statement(_ROLE, "PutFailedBatches", Condition=None),
        statement(_ROLE, "ListFailedBatches", Condition={"StringEquals": {"s3:ResourceAccount": "999999999999"}}),
        no_statement(_ROLE, "EncryptViaS3", of="processor"),
    ],
)
def a_mapping_may_keep_what_it_gives_up(case: Case) -> Checks:
    """The mapping's role may put and list in the failures bucket of its own account, and encrypt there."""
    own = {"StringEquals s3:ResourceAccount": case.settings.account_id}
    for mapping in each(case.stack, _MAPPING):
        function = target(case.stack, mapping.body["function_name"], "aws_lambda_function")
        bucket = target(case.stack, dig(mapping.body, _DESTINATION), "aws_s3_bucket")
        allowed = granted(case.stack, function) if function else []
        arn = f"arn:aws:s3:::{bucket.body['bucket']}" if bucket else ""
        for action, resource in (("s3:PutObject", f"{arn}/aws/lambda/*"), ("s3:ListBucket", arn)):
            wanted = ([action], [resource], own)
            holds = any((one["Action"], one["Resource"], one["Condition"]) == wanted for one in allowed)
            yield Check(mapping.address, holds, f"its role needs {action} on {resource} with s3:ResourceAccount")
        encrypts = _may_use_key(allowed, "kms:GenerateDataKey", f"s3.{case.region}.amazonaws.com")
        yield Check(mapping.address, encrypts, "may not encrypt failed batches")


def _may_use_key(allowed: list[dict[str, object]], action: str, service: str) -> bool:
    wanted = ([action], {"StringEquals kms:ViaService": service})
    return any((one["Action"], one["Condition"]) == wanted for one in allowed)


def _waits_for_policy(case: Case, mapping: Resource, function: Resource | None) -> bool:
    role = target(case.stack, function.body["role"], "aws_iam_role") if function else None
    found = [one.address for one in parts(case.stack, _ROLE, role, "role")] if role else []
    return bool(found) and set(found) <= set(mapping.body.get("depends_on", []))
