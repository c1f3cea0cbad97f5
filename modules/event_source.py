"""The event source mapping that carries records from the stream to a function."""

from dataclasses import dataclass

from cdktf_cdktf_provider_aws.lambda_event_source_mapping import LambdaEventSourceMapping
from cdktf_cdktf_provider_aws.lambda_event_source_mapping import (
    LambdaEventSourceMappingDestinationConfig as Destination,
)
from cdktf_cdktf_provider_aws.lambda_event_source_mapping import (
    LambdaEventSourceMappingDestinationConfigOnFailure as OnFailure,
)
from cdktf_cdktf_provider_aws.lambda_event_source_mapping import LambdaEventSourceMappingMetricsConfig as Metrics
from constructs import Construct

from modules.bucket import Bucket
from modules.event_stream import EventStream
from modules.function import Function

# Where Lambda puts failed batches: the prefix is its own and can't be chosen (Lambda developer guide, "Retain
# discarded records from a stream in Amazon S3").
FAILED_BATCHES_PREFIX = "aws/lambda/"


@dataclass(frozen=True, kw_only=True, slots=True)
class EventSourceProps:
    """How records are read; ranges are those of the Lambda API `CreateEventSourceMapping`, without "for ever".

    Retries and age are finite: one record that always fails would otherwise block its shard until the stream has lost
    what stands behind it. The age stays below the stream's retention: a batch is given up while it still exists.
    """

    batch_size: int
    batching_window_seconds: int
    parallelization_factor: int
    maximum_retry_attempts: int
    maximum_record_age_seconds: int

    def __post_init__(self) -> None:
        """Refuses values out of range, and `-1`."""
        for name, low, high in (
            ("batch_size", 1, 10_000),
            ("batching_window_seconds", 0, 300),
            ("parallelization_factor", 1, 10),
            ("maximum_retry_attempts", 0, 10_000),
            ("maximum_record_age_seconds", 60, 604_800),
        ):
            value = getattr(self, name)
            if not low <= value <= high:
                raise ValueError(f"{name} must be {low} to {high}, got {value}")


class EventSource(Construct):
    """A Kinesis mapping that bisects, reports single failures, gives up in time, and loses nothing that it gives up."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        stream: EventStream,
        function: Function,
        failures: Bucket,
        props: EventSourceProps,
    ) -> None:
        """Grants the function's role what a mapping needs, then creates the mapping: the policy must be there first."""
        super().__init__(scope, id_)
        if props.maximum_record_age_seconds >= stream.retention_hours * 3600:
            raise ValueError(
                f"maximum_record_age_seconds must be below the stream's retention of {stream.retention_hours} h, "
                f"got {props.maximum_record_age_seconds}"
            )
        self.maximum_record_age_seconds = props.maximum_record_age_seconds
        stream.grant_read(function)
        failures.grant_failure_destination(function, prefix=FAILED_BATCHES_PREFIX)
        mapping = LambdaEventSourceMapping(
            self,
            "Default",
            event_source_arn=stream.attribute_arn,
            function_name=function.function_arn,
            starting_position="TRIM_HORIZON",
            batch_size=props.batch_size,
            maximum_batching_window_in_seconds=props.batching_window_seconds,
            parallelization_factor=props.parallelization_factor,
            maximum_retry_attempts=props.maximum_retry_attempts,
            maximum_record_age_in_seconds=props.maximum_record_age_seconds,
            bisect_batch_on_function_error=True,
            function_response_types=["ReportBatchItemFailures"],
            destination_config=Destination(on_failure=OnFailure(destination_arn=failures.attribute_arn)),
            metrics_config=Metrics(metrics=["EventCount"]),
            depends_on=[function.policy],
        )
        self.uuid = mapping.uuid
