"""The stream: encrypted, kept long enough, guarded where the settings say so."""

import pytest

from tests.synthesized import Stack


def test_the_stream_is_encrypted_by_our_key_and_has_the_shards_and_retention_of_the_settings(dev: Stack) -> None:
    assert dev.arguments("aws_kinesis_stream", "events") == {
        "name": "tap-events-dev-us-east-1",
        "stream_mode_details": {"stream_mode": "PROVISIONED"},
        "shard_count": 1,
        "retention_period": 24,
        "encryption_type": "KMS",
        "kms_key_id": "${aws_kms_key.key.arn}",
        "enforce_consumer_deletion": True,
    }


def test_the_stream_of_prod_is_larger_kept_for_a_week_and_guarded(prod: Stack) -> None:
    stream = prod.arguments("aws_kinesis_stream", "events")
    assert (stream["shard_count"], stream["retention_period"]) == (2, 168)
    assert stream["lifecycle"] == {"prevent_destroy": True}


def test_a_stream_that_scales_itself_has_no_number_of_shards(every_stack: dict[str, Stack]) -> None:
    stream = every_stack["tap-elastic-us-east-1"].arguments("aws_kinesis_stream", "events")
    assert stream["stream_mode_details"] == {"stream_mode": "ON_DEMAND"}
    assert "shard_count" not in stream


@pytest.mark.parametrize("function", ["receiver", "importer"])
def test_producers_may_write_events_but_not_read_them(dev: Stack, function: str) -> None:
    granted = dev.granted(function)
    assert granted["WriteEvents"] == {
        "Sid": "WriteEvents",
        "Effect": "Allow",
        "Action": "kinesis:PutRecords",
        "Resource": "arn:aws:kinesis:us-east-1:111111111111:stream/tap-events-dev-us-east-1",
    }
    assert granted["EncryptViaKinesis"]["Action"] == "kms:GenerateDataKey"
    assert not {"ReadEvents", "DecryptViaKinesis"} & set(granted)


def test_the_processor_may_read_events_but_not_write_them(dev: Stack) -> None:
    granted = dev.granted("processor")
    assert granted["ReadEvents"] == {
        "Sid": "ReadEvents",
        "Effect": "Allow",
        "Action": [
            "kinesis:DescribeStream",
            "kinesis:DescribeStreamSummary",
            "kinesis:GetRecords",
            "kinesis:GetShardIterator",
            "kinesis:ListShards",
        ],
        "Resource": "arn:aws:kinesis:us-east-1:111111111111:stream/tap-events-dev-us-east-1",
    }
    assert granted["DecryptViaKinesis"]["Action"] == "kms:Decrypt"
    assert not {"WriteEvents", "EncryptViaKinesis"} & set(granted)
