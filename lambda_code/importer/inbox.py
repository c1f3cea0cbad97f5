"""The inbox bucket."""
# ruff: noqa: N803 - AWS writes its parameters so

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from lambda_code.importer.notification import File
from lambda_code.importer.text import UnreadableError
from lambda_code.shared.errors import UnavailableError

_BLOCK_BYTES = 256 * 1024
_NEVER = {
    "NoSuchKey": "gone",
    "NoSuchVersion": "gone",
    "MethodNotAllowed": "gone",  # the version is a mark of deletion
    "KeyTooLongError": "unreadable",
    "InvalidArgument": "unreadable",  # no version has such a name
    "InvalidRequest": "unreadable",  # encrypted with a key that only the sender has (SSE-C)
    "InvalidObjectState": "unreadable",  # in a storage class that must be restored first
}
"""S3's error codes (API reference, "Error responses") that no retry changes, and the reasons that are noted."""
MAX_FILE_BYTES = 5 * 1024**3
"""Largest file, as it is stored: what one PUT may hold, and far more than is read in the time of an invocation."""


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
        """The file's bytes; raises UnreadableError where it can never be read, else UnavailableError."""
        try:
            found = self._client.get_object(
                Bucket=file.bucket, Key=file.key, VersionId=file.version, ExpectedBucketOwner=self._account_id
            )
            if found["ContentLength"] > MAX_FILE_BYTES:
                raise UnreadableError("file_too_large", f"a file has at most {MAX_FILE_BYTES} bytes")
            while block := found["Body"].read(_BLOCK_BYTES):
                yield block
        except ClientError as error:
            reason = _NEVER.get(error.response["Error"]["Code"])
            if reason:
                raise UnreadableError(reason, "S3 does not hold the file, or gives it to nobody") from error
            raise UnavailableError(str(error)) from error
        except BotoCoreError as error:
            raise UnavailableError(str(error)) from error
