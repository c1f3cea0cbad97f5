"""The CloudWatch Logs Insights queries that every stack saves, for whoever has to find a cause in its logs.

Fields are those that our functions log, those that Lambda adds (`level`, `requestId`; `record...` of its own lines, see
"Lambda Telemetry API Event schema reference" in the Lambda developer guide), and those of the API's access log. Tests
look for each in lines that were really written. To save another query, add an entry.
"""

from dataclasses import dataclass

EVERY_FUNCTION = "functions"


@dataclass(frozen=True, kw_only=True, slots=True)
class SavedQuery:
    """A query in Logs Insights QL; `id` ends its name, `shows` says what its result is.

    `sources`: whose logs it reads: `api` (the access log), functions by their roles, or EVERY_FUNCTION.
    """

    id: str
    shows: str
    sources: tuple[str, ...]
    text: str


# API Gateway writes every value of the access log as text: a status is compared by its digits.
QUERIES: tuple[SavedQuery, ...] = (
    SavedQuery(
        id="errors",
        shows="what went wrong in the functions, the most frequent first",
        sources=(EVERY_FUNCTION,),
        text="""\
fields coalesce(reason, error, errorMessage, record.errorType, record.status) as why
| filter level in ["WARNING", "ERROR", "CRITICAL"] or ispresent(errorMessage) \
or record.status in ["error", "failure", "timeout"]
| stats count(*) as lines, min(@timestamp) as first, max(@timestamp) as last by @log, message, why
| sort lines desc
| limit 50""",
    ),
    SavedQuery(
        id="invocations",
        shows="the slowest invocations; also their memory and cold starts if `observability.platform_logs` is on",
        sources=(EVERY_FUNCTION,),
        text="""\
filter type = "platform.report" or ispresent(ms)
| fields @timestamp, @log, coalesce(record.requestId, request_id, requestId) as request, \
coalesce(record.status, message) as outcome, coalesce(record.metrics.durationMs, ms) as duration_ms, \
record.metrics.initDurationMs, record.metrics.maxMemoryUsedMB
| sort duration_ms desc
| limit 50""",
    ),
    SavedQuery(
        id="answers",
        shows="how many requests the API answered with which status, and how long 99 of 100 took at most",
        sources=("api",),
        text="""\
stats count(*) as requests, pct(responseLatency, 99) as whole_ms, pct(integrationLatency, 99) as receiver_ms \
by routeKey, status, integrationStatus, integrationError, authorizerError
| sort requests desc
| limit 100""",
    ),
    SavedQuery(
        id="senders",
        shows="whose requests were refused or failed, by status",
        sources=("api",),
        text="""\
filter status like /^[45]/
| stats count(*) as requests, min(@timestamp) as first, max(@timestamp) as last by status, sourceIp, routeKey
| sort requests desc
| limit 100""",
    ),
    SavedQuery(
        id="refusals",
        shows="why the receiver refused requests",
        sources=("receiver",),
        text="""\
filter message = "refused"
| stats count(*) as requests, min(@timestamp) as first, max(@timestamp) as last by status, code
| sort requests desc
| limit 50""",
    ),
    SavedQuery(
        id="requests",
        shows="requests that were not answered with 2xx, with what the receiver logged about each",
        sources=("api", "receiver"),
        # The receiver logs the API's `requestId` as `request_id`; its own `requestId` is `integrationRequestId`.
        text="""\
fields coalesce(request_id, requestId) as request
| filter ispresent(status) or ispresent(request_id)
| stats min(@timestamp) as time, latest(sourceIp) as ip, latest(routeKey) as route, latest(status) as answer, \
latest(code) as refused_as, latest(reason) as why, latest(integrationError) as gateway_says, \
latest(integrationRequestId) as invocation by request
| filter answer like /^[345]/
| sort time desc
| limit 100""",
    ),
    SavedQuery(
        id="batches",
        shows="what became of the records of the stream, minute by minute",
        sources=("processor",),
        text="""\
filter message = "processed"
| stats count(*) as batches, sum(records) as all, sum(EventsStored) as stored, sum(EventsDuplicate) as duplicates, \
sum(EventsQuarantined) as quarantined, count(failed_from) as not_finished by bin(1m) as minute
| sort minute desc
| limit 180""",
    ),
    SavedQuery(
        id="quarantined",
        shows="which events of the stream were quarantined, and why",
        sources=("processor",),
        text="""\
filter message = "quarantined"
| fields @timestamp, reason, event, shard, sequence
| sort @timestamp desc
| limit 100""",
    ),
    SavedQuery(
        id="imports",
        shows="how far each import is, and how it ended",
        sources=("importer",),
        text="""\
filter ispresent(bytes_total)
| fields @timestamp, message, key, version, bytes_read, bytes_total, accepted, quarantined, hand_overs, reason
| sort @timestamp desc
| limit 100""",
    ),
)
