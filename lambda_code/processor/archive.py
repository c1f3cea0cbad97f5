"""The archive bucket."""
# ruff: noqa: N803 - AWS writes its parameters so

from collections.abc import Mapping
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from lambda_code.processor.objects import DamagedObjectError, pack, unpack
from lambda_code.processor.ports import Stored
from lambda_code.shared.errors import UnavailableError

_TRIES = 4  # how often somebody else may replace an object between our read and our write
# 412 and 409 of a conditional put: it is there, it has changed, or somebody is just writing it.
_LOST = ("PreconditionFailed", "ConditionalRequestConflict")


class S3Client(Protocol):
    """The part of the SDK's S3 client that is used."""

    def get_object(self, *, Bucket: str, Key: str) -> Mapping[str, Any]:
        """Read an object."""

    def put_object(self, *, Bucket: str, Key: str, Body: bytes, ContentType: str, **condition: str) -> object:
        """Store an object under a condition (`IfMatch` or `IfNoneMatch`)."""


class S3Archive:
    """Objects that only grow: created once, and completed by comparing and swapping."""

    def __init__(self, client: S3Client, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def store(self, home: str, lines: dict[str, bytes]) -> Stored:
        """Complete the object by these lines; raises UnavailableError."""
        try:
            return self._create(home, lines) or self._complete(home, lines)
        except (BotoCoreError, ClientError, DamagedObjectError) as error:
            raise UnavailableError(f"{home}: {error}") from error

    def _create(self, home: str, lines: dict[str, bytes]) -> Stored | None:
        body = pack(lines)
        return Stored(len(lines), len(body)) if self._put(home, body, IfNoneMatch="*") else None

    def _complete(self, home: str, lines: dict[str, bytes]) -> Stored:
        for _ in range(_TRIES):
            found = self._client.get_object(Bucket=self._bucket, Key=home)
            present = unpack(found["Body"].read())
            missing = lines.keys() - present.keys()
            if not missing:
                return Stored(0, 0)
            body = pack({**present, **lines})
            if self._put(home, body, IfMatch=found["ETag"]):
                return Stored(len(missing), len(body))
        raise UnavailableError(f"{home}: others keep replacing it")

    def _put(self, home: str, body: bytes, **condition: str) -> bool:
        try:
            self._client.put_object(
                Bucket=self._bucket, Key=home, Body=body, ContentType="application/gzip", **condition
            )
        except ClientError as error:
            if error.response["Error"]["Code"] in _LOST:
                return False
            raise
        return True
