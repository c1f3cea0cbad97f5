"""Where asynchronous invocations end that failed for good."""

from tests.synthesized import Stack

_ARN = "arn:aws:sqs:us-east-1:111111111111:tap-dead-letters-dev-us-east-1"


def test_dead_letters_are_encrypted_and_kept_for_14_days(dev: Stack) -> None:
    assert dev.arguments("aws_sqs_queue", "dead-letters") == {
        "name": "tap-dead-letters-dev-us-east-1",
        "kms_master_key_id": "${aws_kms_key.key.arn}",
        "message_retention_seconds": 14 * 24 * 3600,
    }


def test_the_queue_takes_requests_over_tls_only(dev: Stack) -> None:
    policy = dev.arguments("aws_sqs_queue_policy", "dead-letters_policy")
    assert policy["queue_url"] == "${aws_sqs_queue.dead-letters.url}"
    assert dev.policy("aws_sqs_queue_policy", "dead-letters_policy") == {
        "DenyInsecureTransport": {
            "Sid": "DenyInsecureTransport",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "sqs:*",
            "Resource": _ARN,
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
    }


def test_the_importer_may_send_dead_letters_but_not_receive_them(dev: Stack) -> None:
    granted = dev.granted("importer")
    assert granted["SendDeadLetters"] == {
        "Sid": "SendDeadLetters",
        "Effect": "Allow",
        "Action": "sqs:SendMessage",
        "Resource": _ARN,
    }
    assert {granted[sid]["Action"] for sid in ("EncryptViaSqs", "DecryptViaSqs")} == {
        "kms:GenerateDataKey",
        "kms:Decrypt",
    }
    assert "sqs:ReceiveMessage" not in str(granted)
