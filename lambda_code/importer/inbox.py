"""The inbox bucket."""
# ruff: noqa: N803 - AWS writes its parameters so

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from lambda_code.importer.notification import File
from lambda_code.importer.text import UnreadableError
from lambda_code.shared.errors import UnavailableError

_BLOCK_BYTES = 256 * 1024
_GONE = ("NoSuchKey", "NoSuchVersion", "MethodNotAllowed")  # the last one: the version is a mark of deletion


class GetClient(Protocol):
    """The part of the SDK's S3 client that is used."""

    def get_object(self, *, Bucket: str, Key: str, VersionId: str, ExpectedBucketOwner: str) -> Mapping[str, Any]:
        """Read one version of an object of that owner's bucket."""


class Inbox:
    """Reads files block by block; it is never written to."""

    def __init__(self, client: GetClient, account_id: str) -> None:
        self._client = client
        self._account_id = account_id

    def blocks(self, file: File) -> Iterator[bytes]:
        """The file's bytes; raises UnreadableError where it is gone, else UnavailableError."""
        try:
            found = self._client.get_object(
                Bucket=file.bucket, Key=file.key, VersionId=file.version, ExpectedBucketOwner=self._account_id
            )
            while block := found["Body"].read(_BLOCK_BYTES):
                yield block
        except ClientError as error:
            if error.response["Error"]["Code"] in _GONE:
                raise UnreadableError("gone", "the file was deleted before it was read") from error
            raise UnavailableError(str(error)) from error
        except BotoCoreError as error:
            raise UnavailableError(str(error)) from error
