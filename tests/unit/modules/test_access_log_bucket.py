"""The bucket of access logs: S3 itself writes to it."""

from tests.synthesized import Stack

_ARN = "arn:aws:s3:::tap-access-logs-dev-us-east-1-111111111111"


def test_s3_delivers_logs_of_this_account_over_tls(dev: Stack) -> None:
    policy = dev.policy("aws_s3_bucket_policy", "access-logs_policy")
    assert list(policy) == ["DenyInsecureTransport", "DenyOldTls", "DeliverAccessLogs"]
    assert policy["DeliverAccessLogs"] == {
        "Sid": "DeliverAccessLogs",
        "Effect": "Allow",
        "Principal": {"Service": "logging.s3.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": f"{_ARN}/*",
        "Condition": {"StringEquals": {"aws:SourceAccount": "111111111111"}},
    }


def test_it_is_encrypted_by_s3_s_own_keys_because_logs_are_not_delivered_under_ours(dev: Stack) -> None:
    rule = {"apply_server_side_encryption_by_default": {"sse_algorithm": "AES256"}}
    encryption = dev.arguments("aws_s3_bucket_server_side_encryption_configuration", "access-logs_encryption")
    assert encryption == {"bucket": "${aws_s3_bucket.access-logs.id}", "rule": [rule]}


def test_it_does_not_log_onto_itself(every_stack: dict[str, Stack]) -> None:
    logged = [
        log["bucket"] for stack in every_stack.values() for log in stack.resources("aws_s3_bucket_logging").values()
    ]
    assert logged
    assert "${aws_s3_bucket.access-logs.id}" not in logged


def test_it_holds_no_data_and_is_not_guarded(prod: Stack) -> None:
    assert prod.arguments("aws_s3_bucket", "access-logs") == {
        "bucket": "tap-access-logs-prod-us-east-1-333333333333",
        "force_destroy": False,
    }
