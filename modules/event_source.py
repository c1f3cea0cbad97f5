"""The event source mapping from the stream to a function."""

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
from modules.event_source_settings import MappingSettings
from modules.event_stream import EventStream
from modules.function import Function

# Where Lambda puts failed batches: the prefix is its own and can't be chosen (Lambda developer guide, "Retain
# discarded records from a stream in Amazon S3").
FAILED_BATCHES_PREFIX = "aws/lambda/"


@dataclass(frozen=True, kw_only=True, slots=True)
class EventSourceProps:
    """Who reads what, how, and where that goes which always fails."""

    stream: EventStream
    function: Function
    failures: Bucket
    settings: MappingSettings


class EventSource(Construct):
    """A Kinesis mapping that bisects, reports single failures, discards in time, and keeps what it discards."""

    def __init__(self, scope: Construct, id_: str, props: EventSourceProps) -> None:
        """Grants the function's role what a mapping needs, then creates the mapping: the policy must be there first."""
        super().__init__(scope, id_)
        stream, function, failures, settings = props.stream, props.function, props.failures, props.settings
        age_seconds = settings.record_age_seconds(stream.retention_hours)
        if age_seconds >= stream.retention_hours * 3600:
            raise ValueError(
                f"maximum_record_age_seconds must be below the stream's retention of {stream.retention_hours} h, "
                f"got {age_seconds}"
            )
        self.maximum_record_age_seconds = age_seconds
        # How many executions Lambda reads the stream with at most; None where the number of shards isn't known.
        self.executions = stream.shards * settings.parallelization_factor if stream.shards else None
        stream.grant_read(function)
        failures.grant_failure_destination(function, prefix=FAILED_BATCHES_PREFIX)
        self.resource = LambdaEventSourceMapping(
            self,
            "Default",
            event_source_arn=stream.resource.arn,
            function_name=function.resource.arn,
            starting_position="TRIM_HORIZON",
            batch_size=settings.batch_size,
            maximum_batching_window_in_seconds=settings.batching_window_seconds,
            parallelization_factor=settings.parallelization_factor,
            maximum_retry_attempts=settings.maximum_retry_attempts,
            maximum_record_age_in_seconds=age_seconds,
            bisect_batch_on_function_error=True,
            function_response_types=["ReportBatchItemFailures"],
            destination_config=Destination(on_failure=OnFailure(destination_arn=failures.resource.arn)),
            metrics_config=Metrics(metrics=["EventCount"]),
            depends_on=[function.policy],
        )
