"""The calls that are made, checked against the SDK's own descriptions, and how refusals are told."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError, NoCredentialsError
from botocore.response import StreamingBody
from botocore.stub import Stubber

from tools.replay.ports import Answer, ServiceError
from tools.replay.services import LambdaProcessor, S3Failures, connect
from tools.replay.stream import KinesisStream
from tools.replay.target import Target

TARGET = Target(
    region="us-east-1",
    account_id="111111111111",
    processor="processor",
    failures_bucket="failures",
    archive_bucket="archive",
    stream="events",
    ledger_table="ledger",
)
OF_OURS = {"Bucket": "failures", "ExpectedBucketOwner": "111111111111"}
KEY = {"Key": "aws/lambda/x"}
SESSION = boto3.Session("access", "secret", region_name="us-east-1")


class Stubbed:
    """A client that answers as it is told and never calls anybody."""

    def __init__(self, service: Any) -> None:
        self.client: Any = SESSION.client(service)
        self.stubber = Stubber(self.client)
        self.stubber.activate()


@pytest.fixture
def s3() -> Iterator[Stubbed]:
    stubbed = Stubbed("s3")
    yield stubbed
    stubbed.stubber.assert_no_pending_responses()


@pytest.fixture
def function() -> Iterator[Stubbed]:
    stubbed = Stubbed("lambda")
    yield stubbed
    stubbed.stubber.assert_no_pending_responses()


@pytest.fixture
def kinesis() -> Iterator[Stubbed]:
    stubbed = Stubbed("kinesis")
    yield stubbed
    stubbed.stubber.assert_no_pending_responses()


def body(content: bytes) -> StreamingBody:
    return StreamingBody(io.BytesIO(content), len(content))


def test_every_page_is_listed(s3: Stubbed) -> None:
    ask = {"Bucket": "failures", "Prefix": "aws/lambda/", "ExpectedBucketOwner": "111111111111"}
    first = {"IsTruncated": True, "NextContinuationToken": "more", "Contents": [{"Key": "a"}, {"Key": "b"}]}
    s3.stubber.add_response("list_objects_v2", first, ask)
    s3.stubber.add_response("list_objects_v2", {"Contents": [{"Key": "c"}]}, ask | {"ContinuationToken": "more"})
    assert list(S3Failures(s3.client, TARGET).keys()) == ["a", "b", "c"]


def test_an_empty_bucket_has_nothing(s3: Stubbed) -> None:
    s3.stubber.add_response("list_objects_v2", {})
    assert list(S3Failures(s3.client, TARGET).keys()) == []


def test_reading_and_removing_are_for_the_own_bucket_only(s3: Stubbed) -> None:
    s3.stubber.add_response("get_object", {"Body": body(b"content")}, OF_OURS | KEY)
    s3.stubber.add_response("delete_object", {}, OF_OURS | KEY)
    failures = S3Failures(s3.client, TARGET)
    assert failures.read("aws/lambda/x") == b"content"
    failures.remove("aws/lambda/x")


def test_what_is_gone_is_none(s3: Stubbed) -> None:
    s3.stubber.add_client_error("get_object", "NoSuchKey")
    assert S3Failures(s3.client, TARGET).read("aws/lambda/x") is None


@pytest.mark.parametrize("error", [None, "Unhandled"])
def test_the_function_is_invoked_and_waited_for(function: Stubbed, error: str | None) -> None:
    ask = {"FunctionName": "processor", "InvocationType": "RequestResponse", "Payload": b"{}"}
    answer = {"StatusCode": 200, "Payload": body(b"[]"), **({"FunctionError": error} if error else {})}
    function.stubber.add_response("invoke", answer, ask)
    assert LambdaProcessor(function.client, TARGET).invoke(b"{}") == Answer(b"[]", error)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("TooManyRequestsException", "throttled: wait, or give a smaller --concurrency"),
        ("ResourceNotFoundException", "is the stack deployed"),
        ("AccessDeniedException", "permissions in --help"),
        ("ServiceException", "nothing is lost"),
    ],
)
def test_a_refusal_says_what_to_do(function: Stubbed, code: str, said: str) -> None:
    function.stubber.add_client_error("invoke", code, "no")
    with pytest.raises(ServiceError, match=rf"^invoking processor: {code}: no .*{said}"):
        LambdaProcessor(function.client, TARGET).invoke(b"{}")


@pytest.mark.parametrize(
    ("operation", "code", "said"),
    [
        ("list_objects_v2", "NoSuchBucket", "listing failures: .*is the stack deployed"),
        ("get_object", "AccessDenied", "reading aws/lambda/x: .*permissions"),
        ("delete_object", "AccessDenied", "replaying it again does no harm"),
    ],
)
def test_a_refusal_of_the_bucket_says_what_to_do(s3: Stubbed, operation: str, code: str, said: str) -> None:
    failures = S3Failures(s3.client, TARGET)
    calls: dict[str, Callable[[], object]] = {
        "list_objects_v2": lambda: list(failures.keys()),
        "get_object": lambda: failures.read("aws/lambda/x"),
        "delete_object": lambda: failures.remove("aws/lambda/x"),
    }
    s3.stubber.add_client_error(operation, code)
    with pytest.raises(ServiceError, match=said):
        calls[operation]()


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (NoCredentialsError(), "no AWS credentials: log in, or set AWS_PROFILE"),
        (EndpointConnectionError(endpoint_url="http://127.0.0.1:1"), "Could not connect to the endpoint"),
    ],
)
def test_without_credentials_or_connection_it_says_so(error: Exception, said: str) -> None:
    class Client:
        def invoke(self, **_: object) -> None:
            raise error

    client: Any = Client()
    with pytest.raises(ServiceError, match=said):
        LambdaProcessor(client, TARGET).invoke(b"{}")


def test_no_retry_overtakes_the_longest_invocation() -> None:
    emulated = Target(**{**_fields(TARGET), "endpoint_url": "http://127.0.0.1:4566"})
    _, processor = connect(emulated, concurrency=7)
    config: Any = processor._client.meta.config
    assert config.read_timeout > 900
    assert config.max_pool_connections == 7
    assert processor._client.meta.endpoint_url == "http://127.0.0.1:4566"


def test_an_unknown_profile_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    with pytest.raises(ServiceError, match=r"connecting: .*nobody"):
        connect(TARGET, concurrency=1)


def _fields(target: Target) -> dict[str, Any]:
    return {name: getattr(target, name) for name in target.__slots__}


def test_every_page_of_a_shard_is_read_up_to_the_newest_record(kinesis: Stubbed) -> None:
    start, naps = datetime(2026, 1, 31, tzinfo=UTC), list[float]()
    ask = {"StreamName": "events", "ShardId": "s1", "ShardIteratorType": "AT_TIMESTAMP", "Timestamp": start}
    record = {"SequenceNumber": "1", "Data": b"{}", "PartitionKey": "k", "ApproximateArrivalTimestamp": start}
    kinesis.stubber.add_response(
        "list_shards", {"Shards": [_shard("s1")], "NextToken": "more"}, {"StreamName": "events"}
    )
    kinesis.stubber.add_response("list_shards", {"Shards": [_shard("s2")]}, {"NextToken": "more"})
    kinesis.stubber.add_response("get_shard_iterator", {"ShardIterator": "i1"}, ask)
    behind = {"Records": [record], "NextShardIterator": "i2", "MillisBehindLatest": 5}
    kinesis.stubber.add_response("get_records", behind, {"ShardIterator": "i1"})
    newest = {"Records": [record], "NextShardIterator": "i3", "MillisBehindLatest": 0}
    kinesis.stubber.add_response("get_records", newest, {"ShardIterator": "i2"})
    stream = KinesisStream(kinesis.client, "events", sleep=naps.append)
    assert stream.shards() == ["s1", "s2"]
    assert [*stream.records("s1", start)] == [record, record]
    assert naps == [0.5]


def test_a_closed_shard_ends(kinesis: Stubbed) -> None:
    kinesis.stubber.add_response("get_shard_iterator", {"ShardIterator": "i1"})
    kinesis.stubber.add_response("get_records", {"Records": [], "MillisBehindLatest": 5})
    assert [*KinesisStream(kinesis.client, "events", sleep=lambda _: None).records("s1", datetime.now(UTC))] == []


def test_a_stream_that_cannot_be_read_is_told(kinesis: Stubbed) -> None:
    kinesis.stubber.add_client_error("get_shard_iterator", "AccessDeniedException", "not you")
    with pytest.raises(ServiceError, match="reading s1 of events: AccessDeniedException: not you"):
        next(KinesisStream(kinesis.client, "events").records("s1", datetime.now(UTC)))


def _shard(id_: str) -> dict[str, Any]:
    return {
        "ShardId": id_,
        "HashKeyRange": {"StartingHashKey": "0", "EndingHashKey": "1"},
        "SequenceNumberRange": {"StartingSequenceNumber": "0"},
    }
