"""Where unstorable events are kept: the prefix `quarantine/` of the failures bucket."""
# ruff: noqa: N803 - AWS writes its parameters so

from typing import Protocol

from botocore.exceptions import BotoCoreError, ClientError

from lambda_code.shared.errors import UnavailableError

PREFIX = "quarantine/"


class PutClient(Protocol):
    """The part of the SDK's S3 client that is used."""

    def put_object(self, *, Bucket: str, Key: str, Body: bytes, ContentType: str) -> object:
        """Store an object."""


class Quarantine:
    """Keeps entries under names that a retry repeats, so that it overwrites them instead of adding more."""

    def __init__(self, client: PutClient, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def put(self, name: str, body: bytes) -> None:
        """Store the entry as `quarantine/<name>`; raises UnavailableError."""
        key = PREFIX + name
        try:
            self._client.put_object(Bucket=self._bucket, Key=key, Body=body, ContentType="application/json")
        except (BotoCoreError, ClientError) as error:
            raise UnavailableError(str(error)) from error
