"""How often each part of the pipeline does what, for the declared traffic."""

import math
from dataclasses import dataclass

from stacks.traffic_settings import TrafficSettings
from tools.cost.prices import PriceList
from tools.cost.resources import Resource, Resources

HOURS = 730
"""Hours of a month, as AWS counts them."""
SECONDS = HOURS * 3600
DAYS = HOURS / 24
_HOUR = 3600


@dataclass(frozen=True, kw_only=True, slots=True)
class Running:
    """How a function runs: per second, for each invocation, and how many execution environments that takes."""

    invocations: float
    events: float
    seconds: float
    memory_mb: float

    @property
    def at_a_time(self) -> float:
        """Execution environments in use on average, at least one where there is any invocation."""
        return max(1.0, self.invocations * self.seconds) if self.invocations else 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Flow:
    """Everything per second, but for sizes in bytes."""

    events: float
    duplicates: float
    requests: float
    request_bytes: float
    files: float
    file_bytes: float
    record_bytes: float
    shards: int
    batches: float
    objects: float
    object_bytes: float
    deduplicates: bool
    checked_hours: float
    functions: dict[str, Running]

    @property
    def stored(self) -> float:
        """Events that get into the archive; without deduplication copies do, too."""
        return self.events - (self.duplicates if self.deduplicates else 0)

    @property
    def compacts(self) -> bool:
        """Whether hours are compacted."""
        return self.functions["compactor"].invocations > 0

    @property
    def s3_requests(self) -> float:
        """Of all buckets: objects stored, reads for copies, files put and read, and what compaction reads and lists."""
        compacted = self.compaction_reads + self.compaction_lists if self.compacts else 0
        return self.objects + (self.duplicates if self.deduplicates else 0) + 2 * self.files + compacted

    @property
    def compaction_reads(self) -> float:
        """Every object is read twice: to be written anew, and to be proven."""
        return 2 * self.objects if self.compacts else 0.0

    @property
    def compaction_lists(self) -> float:
        """Pages of 1,000 objects: in each run, of the hours that are looked at, and of the folders of their days."""
        pages = math.ceil(self.objects * _HOUR / 1000)
        return (self.checked_hours * pages + self.checked_hours) / _HOUR if self.compacts else 0.0


def flow_of(resources: Resources, traffic: TrafficSettings, prices: PriceList) -> Flow:
    """The flow through a pipeline; nothing flows through a stack without a stream."""
    figures = prices.figures
    stream = next(resources.of("aws_kinesis_stream"), None)
    events = float(traffic.events_per_second) if stream else 0.0
    by_file = events * traffic.file_percent / 100
    record_bytes = traffic.bytes_per_event + figures["mark_bytes"]
    shards = shards_of(stream, events, record_bytes, prices) if stream else 0
    batch = _batch(resources, events / shards if shards else 0, record_bytes, prices)
    per_object = min(batch, figures["object_records"], max(1, figures["object_base64_bytes"] * 0.75 // record_bytes))
    batches = events / batch if batch else 0.0
    requests, files = (events - by_file) / traffic.events_per_request, by_file / traffic.events_per_file
    running = {
        "receiver": _receiver(resources, requests, traffic.events_per_request, prices),
        "processor": processor_running(resources, batches, batch, prices),
        "importer": _importer(resources, files, traffic.events_per_file, prices),
        "compactor": _compactor(resources, events, prices),
    }
    return Flow(
        events=events,
        duplicates=events * traffic.duplicate_percent / 100,
        requests=requests,
        request_bytes=traffic.bytes_per_event * traffic.events_per_request,
        files=files,
        file_bytes=traffic.bytes_per_event * traffic.events_per_file,
        record_bytes=record_bytes,
        shards=shards,
        batches=batches,
        objects=batches * math.ceil(batch / per_object) if batch else 0.0,
        object_bytes=per_object * traffic.bytes_per_event * figures["archived_share"],
        deduplicates=_deduplicates(resources),
        checked_hours=figures["recheck_hours"] + _growing_days(resources),
        functions=running,
    )


def shards_of(stream: Resource, events: float, record_bytes: float, prices: PriceList) -> int:
    """The shards of a stream; one on demand has four at least, and twice what it needs."""
    if stream.get("stream_mode_details.stream_mode") != "ON_DEMAND":
        return int(stream.number("shard_count", 1))
    return max(int(prices.figures["on_demand_shards"]), 2 * shards_needed(events, record_bytes, prices))


def shards_needed(events: float, record_bytes: float, prices: PriceList) -> int:
    """The fewest shards that take so many events per second, evenly spread."""
    records, size = prices.limits["shard_records"], prices.limits["shard_bytes"]
    return max(1, math.ceil(max(events / records, events * record_bytes / size)))


def largest_batch(mapping: Resource, record_bytes: float, prices: PriceList) -> float:
    """Events that the mapping hands over at once, at most: payloads hold base64 and about 300 bytes for each record."""
    return max(
        1.0,
        min(mapping.number("batch_size", 100), prices.figures["batch_payload_bytes"] // (record_bytes * 4 / 3 + 300)),
    )


def _batch(resources: Resources, events_per_shard: float, record_bytes: float, prices: PriceList) -> float:
    """Events in a batch: what comes to a lane of a shard until the window ends, counted from the first."""
    mapping = next(resources.of("aws_lambda_event_source_mapping"), None)
    if mapping is None or not events_per_shard:
        return 0.0
    lanes = mapping.number("parallelization_factor", 1)
    window = max(1.0, mapping.number("maximum_batching_window_in_seconds"))  # a shard is polled once a second
    return min(largest_batch(mapping, record_bytes, prices), 1 + events_per_shard / lanes * window)


def _running(
    resources: Resources,
    name: str,
    invocations: float,
    events: float,
    prices: PriceList,
    *,
    wait_ms: float = 0,
    cpu_ms: float = 0,
) -> Running:
    """`wait_ms` and `cpu_ms`: of an invocation, beside what the figures of the function say."""
    function, figures = resources.find("aws_lambda_function", name), prices.functions[name]
    memory = function.number("memory_size", 128) if function else 128.0
    slower = max(1.0, prices.figures["processor_memory_mb"] / memory)
    computing = (figures.cpu_ms + figures.cpu_ms_per_event * events + cpu_ms) * slower
    seconds = (figures.wait_ms + wait_ms + computing) / 1000
    return Running(invocations=invocations, events=events, seconds=seconds, memory_mb=memory)


def _receiver(resources: Resources, requests: float, events: float, prices: PriceList) -> Running:
    return _running(resources, "receiver", requests, events, prices, wait_ms=_puts(events, prices))


def _importer(resources: Resources, files: float, events: float, prices: PriceList) -> Running:
    return _running(resources, "importer", files, events, prices, wait_ms=_puts(events, prices))


def _compactor(resources: Resources, events: float, prices: PriceList) -> Running:
    """One run an hour, where there are events."""
    runs = 1 / _HOUR if events and resources.find("aws_lambda_function", "compactor") else 0.0
    return _running(resources, "compactor", runs, 0, prices)


def _growing_days(resources: Resources) -> float:
    """For how long an hour may get events; of those hours, each run looks at one of a day."""
    compactor = resources.find("aws_lambda_function", "compactor")
    return compactor.number("environment.variables.TAP_CHECK_DAYS") if compactor else 0.0


def _puts(events: float, prices: PriceList) -> float:
    return math.ceil(events / prices.figures["put_records"]) * prices.figures["put_wait_ms"]


def processor_running(resources: Resources, batches: float, batch: float, prices: PriceList) -> Running:
    """How the processor runs with so many batches per second, each of so many events."""
    figures, deduplicates = prices.figures, _deduplicates(resources)
    at_a_time = figures["claims_per_call"] * figures["claim_calls_at_a_time"]
    waits = math.ceil(batch / at_a_time) if deduplicates else 0
    claims = batch if deduplicates else 0
    return _running(
        resources,
        "processor",
        batches,
        batch,
        prices,
        wait_ms=waits * figures["claim_wait_ms"],
        cpu_ms=claims * figures["claim_cpu_ms"],
    )


def _deduplicates(resources: Resources) -> bool:
    return resources.find("aws_dynamodb_table", "ledger") is not None
