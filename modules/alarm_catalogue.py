"""Every way in which the pipeline can fail that a metric shows: one entry each.

Alarms, the dashboard and `docs/runbook.md` are all made from these entries. Metric names and dimensions are those of
the CloudWatch metrics pages in the developer guides of Lambda, Kinesis, API Gateway, SQS and DynamoDB.
"""

from dataclasses import dataclass
from typing import Literal

Statistic = Literal["Average", "Maximum", "Minimum", "Sum", "p99"]
Missing = Literal["notBreaching", "breaching"]


@dataclass(frozen=True, kw_only=True, slots=True)
class FailureMode:
    """What fails, where it is seen, and what to do. `id` is also the anchor in the runbook.

    It counts when `breaching_periods` of the last `evaluated_periods` are beyond the threshold.
    """

    id: str
    title: str
    namespace: str
    metric: str
    statistic: Statistic
    unit: str
    means: str
    action: str
    dimensions: tuple[str, ...]
    below: bool = False
    breaching_periods: int = 1
    evaluated_periods: int = 1
    percent_of: str | None = None
    missing: Missing = "notBreaching"


_REPLAY = "Repair the cause, then hand the failed batches to the processor again: see Replay below."

FUNCTION_ERRORS = FailureMode(
    id="errors",
    title="A function fails",
    namespace="AWS/Lambda",
    metric="Errors",
    statistic="Sum",
    unit="invocations",
    dimensions=("FunctionName",),
    means="Invocations ended in an exception or a time-out. Clients see 5xx, or records are retried.",
    action="Read the function's log for the first error. If a deploy came just before, deploy the version before it.",
)
FUNCTION_DURATION = FailureMode(
    id="duration",
    title="A function is close to its timeout",
    namespace="AWS/Lambda",
    metric="Duration",
    statistic="Maximum",
    unit="ms",
    dimensions=("FunctionName",),
    means="The slowest invocation used most of the time it has; the next step is a time-out.",
    action="Find the slow call in the trace. Raise memory_mb (CPU grows too) or timeout_seconds, or lower batch_size.",
)
FUNCTION_THROTTLES = FailureMode(
    id="throttles",
    title="A function is throttled",
    namespace="AWS/Lambda",
    metric="Throttles",
    statistic="Sum",
    unit="invocations",
    dimensions=("FunctionName",),
    means="Lambda refused invocations for want of concurrency: the account's, or the function's reserved share.",
    action="Ask for a higher quota, or raise reserved_concurrency. Nothing is lost: clients and mappings retry.",
)
FUNCTION_CONCURRENCY = FailureMode(
    id="concurrency",
    title="A function nears its concurrency limit",
    namespace="AWS/Lambda",
    metric="ConcurrentExecutions",
    statistic="Maximum",
    unit="executions",
    dimensions=("FunctionName",),
    means="Most of the concurrency that the function may use is in use; throttling is next.",
    action="Find out whether load or slowness grew. Raise the limit, or lower parallelization_factor.",
)
ASYNC_EVENTS_DROPPED = FailureMode(
    id="dropped-invocations",
    title="Lambda dropped asynchronous invocations",
    namespace="AWS/Lambda",
    metric="AsyncEventsDropped",
    statistic="Sum",
    unit="events",
    dimensions=("FunctionName",),
    means="Notifications of files were given up after all retries; the dead-letter queue has a copy of each.",
    action="Repair the cause, then invoke the function again with the messages of the dead-letter queue.",
)
DEAD_LETTER_ERRORS = FailureMode(
    id="undelivered-dead-letters",
    title="A dead letter could not be delivered",
    namespace="AWS/Lambda",
    metric="DeadLetterErrors",
    statistic="Sum",
    unit="messages",
    dimensions=("FunctionName",),
    means="Lambda could not write to the dead-letter queue: role, key or queue are broken. The notification is gone.",
    action="Repair the permission, then import the files of that time again: see Work off the dead-letter queue.",
)
DEAD_LETTERS = FailureMode(
    id="waiting",
    title="Dead letters are waiting",
    namespace="AWS/SQS",
    metric="ApproximateNumberOfMessagesVisible",
    statistic="Maximum",
    unit="messages",
    dimensions=("QueueName",),
    means="Files could not be imported, after all retries. They are in the inbox; the queue keeps notices 14 days.",
    action="Read a message for the cause, repair it, invoke the function again with the messages, then delete them.",
)
DESTINATION_FAILURES = FailureMode(
    id="undelivered-batches",
    title="A failed batch could not be kept",
    namespace="AWS/Lambda",
    metric="DestinationDeliveryFailures",
    statistic="Sum",
    unit="batches",
    dimensions=("FunctionName",),
    means="The mapping gave up a batch and could not write it to the failures bucket: role, key or bucket are broken.",
    action="Repair it before the stream's retention ends, then read that time range of the stream again.",
)
FAILED_BATCHES = FailureMode(
    id="failed-batches",
    title="Batches were given up and kept for replay",
    namespace="AWS/Lambda",
    metric="OnFailureDestinationDeliveredEventCount",
    statistic="Sum",
    unit="events",
    dimensions=("EventSourceMappingUUID",),
    means="Records failed until retries or age ran out; the mapping put them, whole, into the failures bucket.",
    action=_REPLAY,
)
DROPPED_EVENTS = FailureMode(
    id="dropped-events",
    title="The mapping dropped records",
    namespace="AWS/Lambda",
    metric="DroppedEventCount",
    statistic="Sum",
    unit="events",
    dimensions=("EventSourceMappingUUID",),
    means="Records were given up; unless they are also counted as kept for replay, only the stream still has them.",
    action="Compare with the failed batches. " + _REPLAY,
)
QUARANTINED_EVENTS = FailureMode(
    id="quarantined-events",
    title="Events were put into quarantine",
    namespace="TapStack",
    metric="EventsQuarantined",
    statistic="Sum",
    unit="events",
    dimensions=("Stack", "Function"),
    means="Events can never be stored as they are; each lies below quarantine/ in the failures bucket with its reason.",
    action="Read the reasons. Ask the sender to repair and send again, with a new id where the content changed.",
)
ITERATOR_AGE = FailureMode(
    id="iterator-age",
    title="The processor lags behind the stream",
    namespace="AWS/Lambda",
    metric="IteratorAge",
    statistic="Maximum",
    unit="ms",
    dimensions=("FunctionName",),
    means="The oldest record read was this old. When the age reaches the mapping's limit, records are given up.",
    action="Look for errors of the processor first, then raise parallelization_factor or the number of shards.",
)
STREAM_LAG = FailureMode(
    id="lag",
    title="Records are read late from the stream",
    namespace="AWS/Kinesis",
    metric="GetRecords.IteratorAgeMilliseconds",
    statistic="Maximum",
    unit="ms",
    dimensions=("StreamName",),
    means="Some shard is read late; or nothing is read, which has no metric: the mapping is disabled or has a problem.",
    action="Look at the state of the event source mapping and the reason it gives, then as for the processor's lag.",
    missing="breaching",
    breaching_periods=2,
    evaluated_periods=3,
)
WRITES_THROTTLED = FailureMode(
    id="throttled-writes",
    title="Writes to the stream are throttled",
    namespace="AWS/Kinesis",
    metric="WriteProvisionedThroughputExceeded",
    statistic="Sum",
    unit="records",
    dimensions=("StreamName",),
    means="A shard takes 1 MiB or 1,000 records a second. Producers retry, and answer 503 when that is not enough.",
    action="Raise the number of shards, or use mode ON_DEMAND. If one shard is hot, look for a lone partition key.",
)
READS_THROTTLED = FailureMode(
    id="throttled-reads",
    title="Reads from the stream are throttled",
    namespace="AWS/Kinesis",
    metric="ReadProvisionedThroughputExceeded",
    statistic="Sum",
    unit="calls",
    dimensions=("StreamName",),
    means="Reads are refused again and again: the processor catches up after a backlog, or somebody else reads, too.",
    action="Nothing while a backlog shrinks. Otherwise find the other reader and give it enhanced fan-out.",
    breaching_periods=2,
    evaluated_periods=3,
)
CLAIMS_THROTTLED = FailureMode(
    id="throttled-claims",
    title="Claims in the ledger are throttled",
    namespace="AWS/DynamoDB",
    metric="WriteThrottleEvents",
    statistic="Sum",
    unit="requests",
    dimensions=("TableName",),
    means="Load grew faster than an on-demand table doubles. Batches are retried; the lag grows.",
    action="Wait some minutes while the table scales. For a planned burst, set a warm throughput beforehand.",
)
API_SERVER_ERRORS = FailureMode(
    id="server-errors",
    title="The API answers with 5xx",
    namespace="AWS/ApiGateway",
    metric="5xx",
    statistic="Sum",
    unit="requests",
    dimensions=("ApiId", "Stage"),
    means="Events are not accepted; well-behaved clients repeat them.",
    action="The access log's integrationError and the receiver's log, joined by integrationRequestId, name the cause.",
)
API_CLIENT_ERRORS = FailureMode(
    id="client-errors",
    title="The API answers many requests with 4xx",
    namespace="AWS/ApiGateway",
    metric="4xx",
    statistic="Sum",
    unit="% of requests",
    percent_of="Count",
    dimensions=("ApiId", "Stage", "Method", "Resource"),
    means="Much of what is sent is refused: wrong signatures after a rotation, a new format, throttling (429).",
    action="Group the access log by status and sourceIp; tell the client, or raise the throttle.",
)
API_LATENCY = FailureMode(
    id="latency",
    title="The API is slow",
    namespace="AWS/ApiGateway",
    metric="Latency",
    statistic="p99",
    unit="ms",
    dimensions=("ApiId", "Stage", "Method", "Resource"),
    means="One request in a hundred waits this long: cold starts, a throttled stream, or a slow dependency.",
    action="Compare with integrationLatency in the access log, then look at the receiver's traces.",
)
API_SILENCE = FailureMode(
    id="silence",
    title="Too few requests arrive",
    namespace="AWS/ApiGateway",
    metric="Count",
    statistic="Sum",
    unit="requests",
    dimensions=("ApiId", "Stage", "Method", "Resource"),
    below=True,
    missing="breaching",
    means="Fewer requests than ever in normal times: the sender stopped, or can't reach the API.",
    action="Ask the sender; check DNS and certificate of the domain.",
)

CATALOGUE: tuple[FailureMode, ...] = (
    API_SERVER_ERRORS,
    API_CLIENT_ERRORS,
    API_LATENCY,
    API_SILENCE,
    FUNCTION_ERRORS,
    FUNCTION_DURATION,
    FUNCTION_THROTTLES,
    FUNCTION_CONCURRENCY,
    WRITES_THROTTLED,
    READS_THROTTLED,
    STREAM_LAG,
    ITERATOR_AGE,
    FAILED_BATCHES,
    DROPPED_EVENTS,
    DESTINATION_FAILURES,
    QUARANTINED_EVENTS,
    CLAIMS_THROTTLED,
    ASYNC_EVENTS_DROPPED,
    DEAD_LETTER_ERRORS,
    DEAD_LETTERS,
)
