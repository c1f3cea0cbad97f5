"""AWS in memory, as far as the Lambda code sees it, with faults to order. Fakes behave; they do not count calls."""
# ruff: noqa: N803 - AWS writes its parameters so

from __future__ import annotations

import hashlib
import io
import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from botocore.exceptions import ClientError, ConnectionClosedError

from tests.faults.dynamodb import inserted

Made = TypeVar("Made")


def client_error(code: str, **more: Any) -> ClientError:
    """An error as the SDK raises it."""
    response: Any = {"Error": {"Code": code, "Message": "ordered by a test"}, **more}
    return ClientError(response, "Operation")


def lost_answer() -> ConnectionClosedError:
    """The error of a call that may well have been carried out."""
    return ConnectionClosedError(endpoint_url="https://aws.test")


@dataclass
class Faulty:
    """Errors for the next calls, in order, None being none: raised before the work is done, or after it."""

    before: list[Exception | None] = field(default_factory=list)
    after: list[Exception | None] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock, compare=False)

    def work(self, do: Callable[[], Made]) -> Made:
        if error := self._next(self.before):
            raise error
        made = do()
        if error := self._next(self.after):
            raise error
        return made

    def _next(self, errors: list[Exception | None]) -> Exception | None:
        with self.lock:  # calls may come from several threads
            return errors.pop(0) if errors else None


class FakeContext:
    """Lambda's context; `milliseconds` are given one after the other, the last one for ever."""

    aws_request_id = "11111111-2222-3333-4444-555555555555"

    def __init__(self, *milliseconds: int) -> None:
        self._milliseconds = list(milliseconds or (60_000,))

    def get_remaining_time_in_millis(self) -> int:
        return self._milliseconds.pop(0) if len(self._milliseconds) > 1 else self._milliseconds[0]


@dataclass
class FakeKinesis(Faulty):
    """A stream; `refuse` says for each call which of its records are refused."""

    taken: list[tuple[str, bytes]] = field(default_factory=list)
    refuse: list[set[int]] = field(default_factory=list)
    calls: list[int] = field(default_factory=list)

    def put_records(self, *, StreamName: str, Records: list[dict[str, Any]]) -> Mapping[str, Any]:
        assert StreamName == "tap-events-test"
        self.calls.append(len(Records))
        return self.work(lambda: self._put(Records))

    def _put(self, records: list[dict[str, Any]]) -> dict[str, Any]:
        refused = self.refuse.pop(0) if self.refuse else set()
        self.taken += [(r["PartitionKey"], r["Data"]) for i, r in enumerate(records) if i not in refused]
        throttled = {"ErrorCode": "ProvisionedThroughputExceededException", "ErrorMessage": "slow down"}
        results = [throttled if i in refused else {"SequenceNumber": str(i)} for i in range(len(records))]
        return {"FailedRecordCount": len(refused), "Records": results}


@dataclass
class FakeS3(Faulty):
    """Buckets with conditional puts; versions are part of an object's name where one is asked for."""

    objects: dict[tuple[str, str], bytes] = field(default_factory=dict)
    reads: int = 0
    between: Callable[[], None] = lambda: None

    def put_object(self, *, Bucket: str, Key: str, Body: bytes, ContentType: str, **condition: str) -> object:
        assert ContentType
        return self.work(lambda: self._put((Bucket, Key), Body, condition))

    def _put(self, name: tuple[str, str], body: bytes, condition: dict[str, str]) -> object:
        present = self.objects.get(name)
        if "IfNoneMatch" in condition and present is not None:
            raise client_error("PreconditionFailed")
        if "IfMatch" in condition and present is None:
            raise client_error("NoSuchKey")
        if "IfMatch" in condition and present is not None and condition["IfMatch"] != _etag(present):
            raise client_error("PreconditionFailed")
        self.objects[name] = body
        return {"ETag": _etag(body)}

    def get_object(self, *, Bucket: str, Key: str, **which: str) -> Mapping[str, Any]:
        self.reads += 1
        found = self.work(lambda: self._get((Bucket, Key), which))
        self.between()
        return found

    def _get(self, name: tuple[str, str], which: dict[str, str]) -> dict[str, Any]:
        if which.get("ExpectedBucketOwner", "111111111111") != "111111111111":
            raise client_error("AccessDenied")
        if name not in self.objects:
            raise client_error("NoSuchKey")
        body = self.objects[name]
        start = int(which.get("Range", "bytes=0-").removeprefix("bytes=").removesuffix("-"))
        if "Range" in which and start >= len(body):
            raise client_error("InvalidRange")
        about = {"ContentRange": f"bytes {start}-{len(body) - 1}/{len(body)}"} if "Range" in which else {}
        return {"Body": io.BytesIO(body[start:]), "ETag": _etag(body), "ContentLength": len(body) - start, **about}

    def bodies(self, bucket: str, prefix: str = "") -> dict[str, bytes]:
        """The objects of a bucket, by key."""
        return {key: body for (of, key), body in self.objects.items() if of == bucket and key.startswith(prefix)}


def _etag(body: bytes) -> str:
    return '"' + hashlib.sha256(body).hexdigest()[:32] + '"'


@dataclass
class FakeLambda(Faulty):
    """Takes events for one function; nobody but a test invokes it with them."""

    queue: list[Any] = field(default_factory=list)
    seen: list[Any] = field(default_factory=list)

    @property
    def calls(self) -> int:
        return len(self.seen)

    def invoke(self, *, FunctionName: str, InvocationType: str, Payload: bytes) -> object:
        assert (FunctionName, InvocationType) == ("importer", "Event")
        assert len(Payload) <= 256 * 1024
        return self.work(lambda: self._queue(json.loads(Payload)))

    def _queue(self, event: Any) -> None:
        self.queue.append(event)
        self.seen.append(event)


@dataclass
class FakeDynamo(Faulty):
    """A table that knows the one statement and the one condition that the ledger uses.

    `refuse` has codes for the statements of the next calls, by their places; `leave` keys that the next reads leave.
    """

    rows: dict[str, dict[str, Any]] = field(default_factory=dict)
    written: list[int] = field(default_factory=list)
    read: list[int] = field(default_factory=list)
    refuse: list[dict[int, str]] = field(default_factory=list)
    leave: list[set[str]] = field(default_factory=list)

    def batch_execute_statement(self, *, Statements: list[dict[str, Any]]) -> Mapping[str, Any]:
        rows = [inserted(**each) for each in Statements]
        ids = [row["id"]["S"] for row in rows]
        assert len(ids) <= 25, "a call has at most 25 statements"
        assert len(set(ids)) == len(ids), "a call may name an item once"
        return self.work(lambda: self._insert(rows))

    def _insert(self, rows: list[dict[str, Any]]) -> dict[str, Any]:
        with self.lock:
            refused = self.refuse.pop(0) if self.refuse else {}
        codes = [refused.get(place) or self._code(row) for place, row in enumerate(rows)]
        self.rows.update((row["id"]["S"], row) for row, code in zip(rows, codes, strict=True) if not code)
        self.written.append(codes.count(None))
        return {"Responses": [{"Error": {"Code": code}} if code else {"TableName": "ledger"} for code in codes]}

    def _code(self, row: dict[str, Any]) -> str | None:
        return "DuplicateItem" if row["id"]["S"] in self.rows else None

    def batch_get_item(self, *, RequestItems: dict[str, Any]) -> Mapping[str, Any]:
        assert RequestItems["ledger"]["ConsistentRead"]
        return self.work(lambda: self._read([key["id"]["S"] for key in RequestItems["ledger"]["Keys"]]))

    def _read(self, ids: list[str]) -> dict[str, Any]:
        left = self.leave.pop(0) if self.leave else set[str]()
        self.read.append(len(ids))
        return {"Responses": {"ledger": [self.rows[id] for id in ids if id in self.rows and id not in left]}}

    def put_item(self, *, Item: dict[str, Any], ConditionExpression: str, **more: Any) -> object:
        assert ConditionExpression == "attribute_not_exists(id) OR expires_at < :now"
        assert more["ReturnValuesOnConditionCheckFailure"] == "ALL_OLD"
        return self.work(lambda: self._replace(Item, int(more["ExpressionAttributeValues"][":now"]["N"])))

    def _replace(self, row: dict[str, Any], now: int) -> None:
        present = self.rows.get(row["id"]["S"])
        if present and int(present["expires_at"]["N"]) >= now:
            raise client_error("ConditionalCheckFailedException", Item=present)
        self.rows[row["id"]["S"]] = row


@dataclass
class FakeSecrets(Faulty):
    """One secret and its versions by stage."""

    stages: dict[str, str | None] = field(default_factory=dict)  # None: the version holds no text
    reads: int = 0
    slow: Callable[[], None] = lambda: None

    def get_secret_value(self, *, SecretId: str, VersionStage: str) -> Mapping[str, Any]:
        assert SecretId
        self.reads += 1
        self.slow()
        return self.work(lambda: self._read(VersionStage))

    def _read(self, stage: str) -> dict[str, Any]:
        if stage not in self.stages:
            raise client_error("ResourceNotFoundException")
        text = self.stages[stage]
        return {} if text is None else {"SecretString": text}


class FakeClock:
    """A clock that stands until a test moves it."""

    def __init__(self, now: float = 1_750_000_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


class ClockContext(FakeContext):
    """Lambda's context of an invocation that may last so many seconds by the clock."""

    def __init__(self, clock: FakeClock, seconds: float) -> None:
        super().__init__()
        self._clock = clock
        self._until = clock.now + seconds

    def get_remaining_time_in_millis(self) -> int:
        return max(0, int(1000 * (self._until - self._clock.now)))
