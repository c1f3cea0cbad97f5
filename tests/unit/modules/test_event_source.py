"""The mapping: whatever fails is retried, bisected, and kept in the end."""

import pytest

from modules.event_source import EventSource, EventSourceProps
from modules.event_source_settings import MappingSettings
from modules.event_stream_settings import StreamSettings
from tests.synthesized import Stack
from tests.unit.modules.parts import bare_stack, make_bucket, make_function, make_key, make_stream


def test_every_field_of_the_mapping_is_what_its_setting_says(every_stack: dict[str, Stack]) -> None:
    """With a value of its own for each, so that two that are swapped are seen."""
    mapping = every_stack["zap-unusual-ap-south-1"].resource("aws_lambda_event_source_mapping", "source")
    depends_on = mapping["depends_on"]
    assert [name[:-9] for name in depends_on] == ["aws_iam_role_policy.processor_policy"]
    assert {name: value for name, value in mapping.items() if name not in ("//", "depends_on")} == {
        "event_source_arn": "${aws_kinesis_stream.events.arn}",
        "function_name": "${aws_lambda_function.processor.arn}",
        "starting_position": "TRIM_HORIZON",
        "batch_size": 777,
        "maximum_batching_window_in_seconds": 13,
        "parallelization_factor": 4,
        "maximum_retry_attempts": 17,
        "maximum_record_age_in_seconds": 54321,
        "bisect_batch_on_function_error": True,
        "function_response_types": ["ReportBatchItemFailures"],
        "destination_config": {"on_failure": {"destination_arn": "${aws_s3_bucket.failures.arn}"}},
        "metrics_config": {"metrics": ["EventCount"]},
    }


def test_events_are_given_up_before_the_stream_forgets_them(every_stack: dict[str, Stack]) -> None:
    checked = 0
    for stack in every_stack.values():
        for mapping in stack.resources("aws_lambda_event_source_mapping").values():
            retention = stack.resource("aws_kinesis_stream", "events")["retention_period"]
            assert 60 <= mapping["maximum_record_age_in_seconds"] < retention * 3600
            assert 0 <= mapping["maximum_retry_attempts"] <= 10_000
            checked += 1
    assert checked > 20


@pytest.mark.parametrize(
    ("retention_hours", "age_seconds"),
    [(24, 43_200), (25, 45_000), (48, 86_400), (49, 90_000), (168, 518_400), (192, 604_800), (8760, 604_800)],
)
def test_unless_it_is_set_the_record_age_leaves_a_day_of_the_retention_or_half_of_a_short_one(
    retention_hours: int, age_seconds: int
) -> None:
    assert MappingSettings().record_age_seconds(retention_hours) == age_seconds
    assert MappingSettings(maximum_record_age_seconds=60).record_age_seconds(retention_hours) == 60


def test_the_processor_may_leave_failed_batches_below_lambda_s_own_prefix_only(dev: Stack) -> None:
    granted, bucket = dev.granted("processor"), "arn:aws:s3:::tap-failures-dev-us-east-1-111111111111"
    own = {"Effect": "Allow", "Condition": {"StringEquals": {"s3:ResourceAccount": "111111111111"}}}
    assert granted["PutFailedBatches"] == own | {
        "Sid": "PutFailedBatches",
        "Action": "s3:PutObject",
        "Resource": f"{bucket}/aws/lambda/*",
    }
    assert granted["ListFailedBatches"] == own | {
        "Sid": "ListFailedBatches",
        "Action": "s3:ListBucket",
        "Resource": bucket,
    }
    assert granted["EncryptViaS3"]["Action"] == "kms:GenerateDataKey"


def test_a_record_age_of_the_stream_s_retention_is_refused() -> None:
    stack = bare_stack()
    key = make_key(stack)
    stream = make_stream(stack, key, StreamSettings(retention_hours=24))
    function, failures = make_function(stack, key), make_bucket(stack)

    def source(id_: str, seconds: int) -> EventSource:
        settings = MappingSettings(maximum_record_age_seconds=seconds)
        props = EventSourceProps(stream=stream, function=function, failures=failures, settings=settings)
        return EventSource(stack, id_, props)

    with pytest.raises(ValueError, match="must be below the stream's retention of 24 h, got 86400"):
        source("source", 24 * 3600)
    source("just-below", 24 * 3600 - 1)
