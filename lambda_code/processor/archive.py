"""The archive bucket."""
# ruff: noqa: N803 - AWS writes its parameters so

from collections.abc import Mapping
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from lambda_code.processor.objects import DamagedObjectError, missing, pack, unpack
from lambda_code.processor.ports import Stored
from lambda_code.processor.records import Arrived
from lambda_code.processor.seen import Seen
from lambda_code.shared.errors import UnavailableError

_TRIES = 6  # how often the object may turn out to exist after all, to be gone, or to be replaced
_THERE = "PreconditionFailed"  # 412 of a conditional put: the object is there, or has changed
# 409: somebody is writing it at the moment; 404: it is gone.
_LOST = (_THERE, "ConditionalRequestConflict", "NoSuchKey")


class S3Client(Protocol):
    """The part of the SDK's S3 client that is used."""

    def get_object(self, *, Bucket: str, Key: str) -> Mapping[str, Any]:
        """Read an object."""

    def put_object(self, *, Bucket: str, Key: str, Body: bytes, ContentType: str, **condition: str) -> object:
        """Store an object under a condition (`IfMatch` or `IfNoneMatch`)."""


class S3Archive:
    """Objects that only grow: created once, and completed with conditional puts."""

    def __init__(self, client: S3Client, bucket: str) -> None:
        self._client = client
        self._bucket = bucket
        self._seen = Seen()

    def store(self, home: str, events: Mapping[str, Arrived], *, is_new: bool) -> Stored:
        """Complete the object by these events; raises UnavailableError. May be called by several threads."""
        unseen = self._seen.without(home, events)
        if not unseen:
            return Stored()
        try:
            stored = self._store(home, unseen, is_new=is_new)
        except (BotoCoreError, ClientError, DamagedObjectError) as error:
            raise UnavailableError(f"{home}: {error}") from error
        self._seen.add(home, unseen)
        return stored

    def _store(self, home: str, events: Mapping[str, Arrived], *, is_new: bool) -> Stored:
        is_there = False
        for _ in range(_TRIES):
            found = None if is_new else self._read(home, may_be_hidden=not is_there)
            present: dict[str, bytes] = {}
            condition = {"IfNoneMatch": "*"}
            if found:
                present = unpack(found["Body"].read())
                condition = {"IfMatch": found["ETag"]}
            absent = missing(events, present)
            if not absent:
                return Stored()
            body = pack({**present, **{sequence: event.line for sequence, event in absent.items()}})
            lost = self._put(home, body, **condition)
            if lost is None:
                return Stored(frozenset(absent), len(body))
            is_new, is_there = False, lost == _THERE
        raise UnavailableError(f"{home}: others keep replacing it")

    def _read(self, home: str, *, may_be_hidden: bool) -> Mapping[str, Any] | None:
        """The object, if it exists. Without s3:ListBucket, S3 answers 403 if it doesn't."""
        try:
            return self._client.get_object(Bucket=self._bucket, Key=home)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code == "NoSuchKey" or (code == "AccessDenied" and may_be_hidden):
                return None
            raise

    def _put(self, home: str, body: bytes, **condition: str) -> str | None:
        """Put the object; return the error code if another put came first."""
        try:
            self._client.put_object(
                Bucket=self._bucket, Key=home, Body=body, ContentType="application/gzip", **condition
            )
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code in _LOST:
                return code
            raise
        return None
