"""A bucket: private, versioned, encrypted, logged, over TLS only."""

import pytest

from tests.synthesized import Stack
from tests.unit.modules.parts import bare_stack, make_bucket, make_function, make_key

_ROLES = ("archive", "inbox", "failures")


def _arn(role: str) -> str:
    return f"arn:aws:s3:::tap-{role}-dev-us-east-1-111111111111"


@pytest.mark.parametrize("role", _ROLES)
def test_a_bucket_is_emptied_by_destroy_only_where_the_settings_say_so(dev: Stack, prod: Stack, role: str) -> None:
    assert dev.arguments("aws_s3_bucket", role) == {
        "bucket": f"tap-{role}-dev-us-east-1-111111111111",
        "force_destroy": True,
    }
    assert prod.arguments("aws_s3_bucket", role) == {
        "bucket": f"tap-{role}-prod-us-east-1-333333333333",
        "force_destroy": False,
        "lifecycle": {"prevent_destroy": True},
    }


@pytest.mark.parametrize("role", [*_ROLES, "access-logs"])
def test_nothing_in_a_bucket_can_be_made_public(dev: Stack, role: str) -> None:
    bucket = f"${{aws_s3_bucket.{role}.id}}"
    assert dev.arguments("aws_s3_bucket_public_access_block", f"{role}_public-access-block") == {
        "bucket": bucket,
        "block_public_acls": True,
        "block_public_policy": True,
        "ignore_public_acls": True,
        "restrict_public_buckets": True,
    }
    assert dev.arguments("aws_s3_bucket_ownership_controls", f"{role}_ownership") == {
        "bucket": bucket,
        "rule": {"object_ownership": "BucketOwnerEnforced"},
    }


@pytest.mark.parametrize("role", [*_ROLES, "access-logs"])
def test_a_bucket_keeps_versions(dev: Stack, role: str) -> None:
    assert dev.arguments("aws_s3_bucket_versioning", f"{role}_versioning") == {
        "bucket": f"${{aws_s3_bucket.{role}.id}}",
        "versioning_configuration": {"status": "Enabled"},
    }


@pytest.mark.parametrize("role", _ROLES)
def test_a_bucket_is_encrypted_by_our_key_with_bucket_keys(dev: Stack, role: str) -> None:
    assert dev.arguments("aws_s3_bucket_server_side_encryption_configuration", f"{role}_encryption") == {
        "bucket": f"${{aws_s3_bucket.{role}.id}}",
        "rule": [
            {
                "apply_server_side_encryption_by_default": {
                    "sse_algorithm": "aws:kms",
                    "kms_master_key_id": "${aws_kms_key.key.arn}",
                },
                "bucket_key_enabled": True,
            }
        ],
    }


@pytest.mark.parametrize("role", _ROLES)
def test_requests_without_tls_or_with_an_old_one_are_denied_to_everybody(dev: Stack, role: str) -> None:
    deny = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [_arn(role), f"{_arn(role)}/*"],
    }
    assert dev.policy("aws_s3_bucket_policy", f"{role}_policy") == {
        "DenyInsecureTransport": deny
        | {"Sid": "DenyInsecureTransport", "Condition": {"Bool": {"aws:SecureTransport": "false"}}},
        "DenyOldTls": deny | {"Sid": "DenyOldTls", "Condition": {"NumericLessThan": {"s3:TlsVersion": "1.2"}}},
    }


@pytest.mark.parametrize("role", _ROLES)
def test_a_bucket_logs_accesses_to_the_log_bucket_below_its_own_name(dev: Stack, role: str) -> None:
    logging = dev.arguments("aws_s3_bucket_logging", f"{role}_logging")
    assert [name[:-9] for name in logging.pop("depends_on")] == ["aws_s3_bucket_policy.access-logs_policy"]
    assert logging == {
        "bucket": f"${{aws_s3_bucket.{role}.id}}",
        "target_bucket": "${aws_s3_bucket.access-logs.id}",
        "target_prefix": f"tap-{role}-dev-us-east-1-111111111111/",
    }


def test_the_inbox_notifies_the_importer_about_what_comes_in_and_nothing_else(dev: Stack) -> None:
    assert len(dev.resources("aws_s3_bucket_notification")) == 1
    notification = dev.arguments("aws_s3_bucket_notification", "inbox_notification")
    assert [name[:-9] for name in notification.pop("depends_on")] == ["aws_lambda_permission.inbox_invoke"]
    assert notification == {
        "bucket": "${aws_s3_bucket.inbox.id}",
        "lambda_function": [
            {
                "id": "object-created",
                "lambda_function_arn": "${aws_lambda_function.importer.arn}",
                "events": ["s3:ObjectCreated:*"],
                "filter_prefix": "incoming/",
            }
        ],
    }


def test_only_this_inbox_of_this_account_may_invoke_the_importer(dev: Stack) -> None:
    assert dev.arguments("aws_lambda_permission", "inbox_invoke") == {
        "statement_id": "S3ObjectCreated",
        "action": "lambda:InvokeFunction",
        "function_name": "${aws_lambda_function.importer.function_name}",
        "principal": "s3.amazonaws.com",
        "source_arn": "${aws_s3_bucket.inbox.arn}",
        "source_account": "111111111111",
    }


def test_the_importer_may_read_the_versions_that_come_in_and_put_into_quarantine(dev: Stack) -> None:
    granted = dev.granted("importer")
    assert granted["ReadVersionsOfInbox"] == {
        "Sid": "ReadVersionsOfInbox",
        "Effect": "Allow",
        "Action": "s3:GetObjectVersion",
        "Resource": f"{_arn('inbox')}/incoming/*",
    }
    assert granted["ListInbox"] == {
        "Sid": "ListInbox",
        "Effect": "Allow",
        "Action": "s3:ListBucket",
        "Resource": _arn("inbox"),
    }
    assert granted["DecryptViaS3"]["Action"] == "kms:Decrypt"
    assert granted["PutFailures"] == {
        "Sid": "PutFailures",
        "Effect": "Allow",
        "Action": "s3:PutObject",
        "Resource": f"{_arn('failures')}/quarantine/*",
    }


def test_nobody_may_write_where_a_write_comes_back_as_an_event(every_stack: dict[str, Stack]) -> None:
    """Output below the trigger prefix would never end."""
    checked = 0
    for stack in every_stack.values():
        for function in stack.resources("aws_lambda_function"):
            puts = [each for each in stack.granted(function).values() if "s3:PutObject" in each["Action"]]
            assert not [each for each in puts if "-inbox-" in each["Resource"]]
            checked += len(puts)
    assert checked > 20


def test_the_processor_may_put_and_read_events_in_the_archive_and_only_put_into_quarantine(dev: Stack) -> None:
    granted = dev.granted("processor")
    for sid, action in (("PutArchive", "s3:PutObject"), ("ReadArchive", "s3:GetObject")):
        resource = f"{_arn('archive')}/events/*"
        assert granted[sid] == {"Sid": sid, "Effect": "Allow", "Action": action, "Resource": resource}
    assert granted["PutFailures"]["Resource"] == f"{_arn('failures')}/quarantine/*"
    assert [sid for sid, each in granted.items() if "s3:GetObject" in each["Action"]] == ["ReadArchive"]


def test_a_second_notification_is_refused_because_it_would_overwrite_the_first() -> None:
    stack = bare_stack()
    bucket, function = make_bucket(stack), make_function(stack, make_key(stack))
    bucket.notify(function, prefix="incoming/")
    with pytest.raises(ValueError, match=r"bucket tap-inbox-\S+ already notifies: a bucket has one notification"):
        bucket.notify(function, prefix="other/")


def test_a_notification_without_a_prefix_is_refused() -> None:
    stack = bare_stack()
    bucket, function = make_bucket(stack), make_function(stack, make_key(stack))
    with pytest.raises(ValueError, match=r"bucket tap-inbox-\S+ needs a prefix to notify about"):
        bucket.notify(function, prefix="")


def test_grants_on_a_bucket_without_our_key_grant_no_key() -> None:
    stack = bare_stack()
    bucket, function = make_bucket(stack), make_function(stack, make_key(stack))
    bucket.grant_read(function)
    bucket.grant_read_versions(function)
    bucket.grant_put(function)
    bucket.grant_failure_destination(function, prefix="failed/")
    policy = function.policy.policy_input or ""
    assert all(
        sid in policy
        for sid in ("ReadInbox", "ReadVersionsOfInbox", "PutInbox", "PutFailedBatches", "ListFailedBatches")
    )
    assert "kms:" not in policy
