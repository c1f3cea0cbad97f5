"""Every failure of the pipeline that a metric shows: one entry each, in the order of dashboard and runbook.

Alarms, their thresholds, the dashboard and `docs/runbook.md` are all made from these entries. Metric names and
dimensions are those of the CloudWatch metrics pages in the developer guides of Lambda, Kinesis, API Gateway, SQS and
DynamoDB.
"""

from modules.failure_mode import FailureMode, Limit, Setting, Share

CATALOGUE: tuple[FailureMode, ...] = (
    FailureMode(
        id="server-errors",
        part="api",
        title="The API returns 5xx errors",
        means="Events are not accepted. Clients that retry send them again.",
        action=(
            "Find the cause in `integrationError` of the access log and in the receiver's log; "
            "`integrationRequestId` joins them."
        ),
        namespace="AWS/ApiGateway",
        metric="5xx",
        statistic="Sum",
        unit="requests",
        dimensions=("ApiId", "Stage"),
        threshold=Setting("api_5xx_count"),
        share=Share("Count", "api_5xx_percent"),
    ),
    FailureMode(
        id="client-errors",
        part="api",
        title="The API returns many 4xx errors",
        means="Many requests are rejected: wrong signatures after a rotation, a new format, or throttling (429).",
        action=(
            "Group the access log by `status` and `sourceIp`. Tell the client, or raise the throttling limits of "
            "the API."
        ),
        namespace="AWS/ApiGateway",
        metric="4xx",
        statistic="Sum",
        unit="requests",
        dimensions=("ApiId", "Stage", "Method", "Resource"),
        threshold=Setting("api_4xx_count"),
        share=Share("Count", "api_4xx_percent"),
        severity="ticket",
    ),
    FailureMode(
        id="latency",
        part="api",
        title="The API is slow",
        means="One request in a hundred takes this long: cold starts, a throttled stream, or a slow dependency.",
        action="Compare with `integrationLatency` in the access log, then look at the receiver's traces in X-Ray.",
        namespace="AWS/ApiGateway",
        metric="Latency",
        statistic="p99",
        unit="ms",
        dimensions=("ApiId", "Stage", "Method", "Resource"),
        threshold=Setting("api_latency_ms"),
        severity="ticket",
    ),
    FailureMode(
        id="silence",
        part="api",
        title="Too few requests arrive",
        means="There are fewer requests than the expected minimum: the sender stopped, or can't reach the API.",
        action="Ask the sender. Check the DNS records and the certificate of the domain.",
        namespace="AWS/ApiGateway",
        metric="Count",
        statistic="Sum",
        unit="requests",
        dimensions=("ApiId", "Stage", "Method", "Resource"),
        threshold=Setting("minimum_requests_per_hour"),
        below=True,
        period_seconds=3600,
        missing="breaching",
    ),
    FailureMode(
        id="errors",
        part="function",
        title="A function fails",
        means=(
            "Invocations ended with an exception or a timeout. Clients get 5xx errors, or Lambda retries the records."
        ),
        action=(
            "Find the first error in the function's [log](#read-the-logs). If it came with a deploy, [roll "
            "back](#roll-back-a-deploy)."
        ),
        namespace="AWS/Lambda",
        metric="Errors",
        statistic="Sum",
        unit="invocations",
        dimensions=("FunctionName",),
        threshold=Setting("lambda_errors"),
        share=Share("Invocations", "lambda_error_percent"),
        severity="ticket",
    ),
    FailureMode(
        id="duration",
        part="function",
        title="A function is close to its timeout",
        means="The slowest invocation used most of the timeout. The next ones may time out.",
        action=(
            "Find the slow call in the traces. Raise `memory_mb` (which adds CPU, too) or `timeout_seconds`, or "
            "lower `mapping.batch_size`."
        ),
        namespace="AWS/Lambda",
        metric="Duration",
        statistic="Maximum",
        unit="ms",
        dimensions=("FunctionName",),
        threshold=Setting("duration_percent", percent_of=Limit.TIMEOUT),
        severity="ticket",
    ),
    FailureMode(
        id="throttles",
        part="function",
        title="A function is throttled",
        means="Lambda rejected invocations: the concurrency limit of the account or of the function was reached.",
        action=(
            "Request a quota increase, or raise `reserved_concurrency`. No event is lost: clients and the event "
            "source mapping retry."
        ),
        namespace="AWS/Lambda",
        metric="Throttles",
        statistic="Sum",
        unit="invocations",
        dimensions=("FunctionName",),
        threshold=Setting("throttled_count"),
        share=Share("Invocations", "throttled_percent"),
        severity="ticket",
    ),
    FailureMode(
        id="concurrency",
        part="function",
        title="A function is close to its concurrency limit",
        means="Most of the concurrency that the function may use is in use. Throttling comes next.",
        action=(
            "Find out whether load or processing time grew. Raise the limit, or lower `mapping.parallelization_factor`."
        ),
        namespace="AWS/Lambda",
        metric="ConcurrentExecutions",
        statistic="Maximum",
        unit="executions",
        dimensions=("FunctionName",),
        threshold=Setting("concurrency_percent", percent_of=Limit.CONCURRENCY),
        severity="ticket",
    ),
    FailureMode(
        id="quarantined-events",
        part="quarantine",
        title="Events were quarantined",
        means=(
            "Some events can never be stored. They are in the failures bucket below quarantine/, each with its reason."
        ),
        action=(
            "[Read the reasons](#read-the-quarantine). Ask the sender to correct the events and to send them "
            "again, with new ids if their content changed."
        ),
        namespace="TapStack",
        metric="EventsQuarantined",
        statistic="Sum",
        unit="events",
        dimensions=("Stack", "Function"),
        threshold=Setting("quarantined_events"),
        severity="ticket",
    ),
    FailureMode(
        id="throttled-writes",
        part="stream",
        title="Writes to the stream are throttled",
        means=(
            "A shard accepts 1 MiB or 1,000 records per second. Producers retry, and return 503 if that is not enough."
        ),
        action=(
            "Raise `stream.shards`, or set `stream.mode` to `ON_DEMAND`. If only one shard is hot, look for one "
            "partition key with most of the events."
        ),
        namespace="AWS/Kinesis",
        metric="WriteProvisionedThroughputExceeded",
        statistic="Sum",
        unit="records",
        dimensions=("StreamName",),
        threshold=Setting("throttled_count"),
        share=Share("PutRecords.TotalRecords", "throttled_percent"),
        severity="ticket",
    ),
    FailureMode(
        id="throttled-reads",
        part="stream",
        title="Reads from the stream are throttled",
        means=(
            "Reads were throttled repeatedly: the processor is catching up, or another consumer reads the same stream."
        ),
        action=(
            "Wait while the backlog shrinks. If there is none, find the other consumer and give it enhanced fan-out."
        ),
        namespace="AWS/Kinesis",
        metric="ReadProvisionedThroughputExceeded",
        statistic="Sum",
        unit="calls",
        dimensions=("StreamName",),
        threshold=Setting("throttled_count"),
        share=Share("GetRecords.Success", "throttled_percent"),
        breaching_periods=2,
        evaluated_periods=3,
        severity="ticket",
    ),
    FailureMode(
        id="lag",
        part="stream",
        title="The stream is read late, or not at all",
        means=(
            "The records read from a shard were this old. Without data nothing reads: the event source mapping "
            "is disabled or failing."
        ),
        action=(
            "Look at the [state of the event source mapping](#check-the-event-source-mapping), then do what "
            "[iterator-age](#iterator-age) says."
        ),
        namespace="AWS/Kinesis",
        metric="GetRecords.IteratorAgeMilliseconds",
        statistic="Maximum",
        unit="ms",
        dimensions=("StreamName",),
        threshold=Setting("iterator_age_percent", percent_of=Limit.RECORD_AGE, minutes="iterator_age_minutes"),
        breaching_periods=2,
        evaluated_periods=3,
        missing="breaching",
    ),
    FailureMode(
        id="iterator-age",
        part="source",
        title="The processor falls behind the stream",
        means=(
            "Records were this old when the processor got them. Beyond the mapping's maximum record age, Lambda "
            "discards them."
        ),
        action=(
            "Look for [errors](#errors) of the processor first. Then raise `mapping.parallelization_factor` or "
            "`stream.shards`."
        ),
        namespace="AWS/Lambda",
        metric="IteratorAge",
        statistic="Maximum",
        unit="ms",
        dimensions=("FunctionName",),
        threshold=Setting("iterator_age_percent", percent_of=Limit.RECORD_AGE, minutes="iterator_age_minutes"),
    ),
    FailureMode(
        id="failed-events",
        part="source",
        title="The processor can't store events",
        means=(
            "Batches come back: the archive, the ledger or the key can't be used, or the processor fails or can't be "
            "invoked. Nothing is lost as long as it is repaired within the mapping's maximum record age."
        ),
        action=(
            "Read in the processor's [log](#read-the-logs) what is unavailable, and repair that: the mapping goes on "
            "by itself. If it is a bug, see [errors](#errors)."
        ),
        namespace="AWS/Lambda",
        metric="FailedInvokeEventCount",
        statistic="Sum",
        unit="events",
        dimensions=("EventSourceMappingUUID",),
        threshold=Setting("failed_events"),
        share=Share("InvokedEventCount", "failed_events_percent"),
        breaching_periods=2,
        evaluated_periods=3,
    ),
    FailureMode(
        id="failed-batches",
        part="source",
        title="Batches were discarded and wait for replay",
        means=(
            "Records failed until their retries or their age ran out. Lambda discarded them and wrote the batch "
            "to the failures bucket."
        ),
        action="Fix the cause, then [replay](#replay) the failed batches.",
        namespace="AWS/Lambda",
        metric="OnFailureDestinationDeliveredEventCount",
        statistic="Sum",
        unit="events",
        dimensions=("EventSourceMappingUUID",),
        severity="ticket",
    ),
    FailureMode(
        id="dropped-events",
        part="source",
        title="Lambda discarded records that it did not save",
        means=(
            "Records failed until their retries or their age ran out, and are not in the failures bucket: they are "
            "only in the stream."
        ),
        action=(
            "Repair what keeps them from the bucket, as [undelivered-batches](#undelivered-batches) says, and the "
            "cause. [Read them again from the stream](#read-part-of-the-stream-again) before the retention period ends."
        ),
        namespace="AWS/Lambda",
        metric="DroppedEventCount",
        statistic="Sum",
        unit="events",
        dimensions=("EventSourceMappingUUID",),
    ),
    FailureMode(
        id="undelivered-batches",
        part="source",
        title="A discarded batch was not saved",
        means="Lambda could not write a discarded batch to the failures bucket: role, key or bucket is misconfigured.",
        action=(
            "Fix it, then [read that part of the stream again](#read-part-of-the-stream-again) before the "
            "retention period ends."
        ),
        namespace="AWS/Lambda",
        metric="DestinationDeliveryFailures",
        statistic="Sum",
        unit="batches",
        dimensions=("FunctionName",),
    ),
    FailureMode(
        id="throttled-claims",
        part="ledger",
        title="Writes to the ledger are throttled",
        means=(
            "Load grew faster than the table scales, or beyond its capacity. Lambda retries the batches, and the "
            "processor falls behind."
        ),
        action="Wait some minutes while the table scales. Before a planned peak, raise the table's warm throughput.",
        namespace="AWS/DynamoDB",
        metric="WriteThrottleEvents",
        statistic="Sum",
        unit="requests",
        dimensions=("TableName",),
        threshold=Setting("throttled_count"),
        share=Share("ConsumedWriteCapacityUnits", "throttled_percent"),
        severity="ticket",
    ),
    FailureMode(
        id="dropped-invocations",
        part="asynchronous",
        title="Lambda dropped asynchronous invocations",
        means="Notifications about files failed after all retries. Each is in the dead-letter queue.",
        action="Fix the cause, then [process the dead-letter queue](#process-the-dead-letter-queue).",
        namespace="AWS/Lambda",
        metric="AsyncEventsDropped",
        statistic="Sum",
        unit="events",
        dimensions=("FunctionName",),
        severity="ticket",
    ),
    FailureMode(
        id="undelivered-dead-letters",
        part="asynchronous",
        title="Lambda could not write to the dead-letter queue",
        means=(
            "Role, key or queue is misconfigured. The notification is lost, but its file is still in the inbox bucket."
        ),
        action="Fix it, then [import the files of that time again](#process-the-dead-letter-queue).",
        namespace="AWS/Lambda",
        metric="DeadLetterErrors",
        statistic="Sum",
        unit="messages",
        dimensions=("FunctionName",),
        severity="ticket",
    ),
    FailureMode(
        id="waiting",
        part="dead-letters",
        title="The dead-letter queue holds messages",
        means=(
            "Files could not be imported after all retries, or the compactor not be invoked. Files are still in the "
            "inbox bucket; the queue keeps messages for 14 days."
        ),
        action=(
            "Read a message for the cause, fix that, then [process the dead-letter "
            "queue](#process-the-dead-letter-queue)."
        ),
        namespace="AWS/SQS",
        metric="ApproximateNumberOfMessagesVisible",
        statistic="Maximum",
        unit="messages",
        dimensions=("QueueName",),
        severity="ticket",
    ),
    FailureMode(
        id="compaction-difference",
        part="compaction",
        title="A compacted hour differs from its events",
        means=(
            "The compactor could not prove that an hour's new files hold the same events as its objects. "
            "They were not published: queries read the hour as before."
        ),
        action=(
            "[Find out which side is wrong](#compare-an-hour): the compactor's log has the hour and both counts. No "
            "event is lost, and the hour is compacted again in the next run."
        ),
        namespace="TapStack",
        metric="HoursDifferent",
        statistic="Sum",
        unit="hours",
        dimensions=("Stack", "Function"),
        period_seconds=3600,
        severity="ticket",
    ),
    FailureMode(
        id="compaction-behind",
        part="compaction",
        title="Compaction is behind, or does not run",
        means=(
            "Hours that closed a day ago are not compacted, or the compactor has not run for hours. Queries are "
            "complete, but read more."
        ),
        action=(
            "Look for [errors](#errors) of the compactor, and whether its schedule is there and enabled, then [let it "
            "catch up](#compact-now). A new stack is in alarm until the compactor's first run, within two hours."
        ),
        namespace="TapStack",
        metric="CompactionLagHours",
        statistic="Minimum",
        unit="hours",
        dimensions=("Stack", "Function"),
        threshold=24,
        breaching_periods=3,
        evaluated_periods=3,
        period_seconds=3600,
        missing="breaching",
        severity="ticket",
    ),
)
