"""The inbox bucket."""
# ruff: noqa: N803 - AWS writes its parameters so

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from lambda_code.importer.file import File
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


class GetClient(Protocol):
    """The part of the SDK's S3 client that is used."""

    def get_object(
        self, *, Bucket: str, Key: str, VersionId: str, ExpectedBucketOwner: str, Range: str
    ) -> Mapping[str, Any]:
        """Read a version of an object of that owner's bucket, from a byte on."""


class Source:
    """One file; `size` is that of the object, known as soon as the first block is."""

    def __init__(self, client: GetClient, account_id: str, file: File) -> None:
        self._client = client
        self._account_id = account_id
        self._file = file
        self.size = 0

    def blocks(self, start: int = 0) -> Iterator[bytes]:
        """Its bytes from `start` on; raises UnreadableError where it can never be read, else UnavailableError.

        S3 may close a connection over which little is read, and a file is read as slowly as the stream takes it: then
        reading goes on over another one, as long as each gives something.
        """
        while True:
            begun = start
            try:
                for block in self._read(start):
                    start += len(block)
                    yield block
                return
            except ClientError as error:
                code = error.response["Error"]["Code"]
                if code == "InvalidRange":  # nothing is left from there on; so it is with an empty object, too
                    return
                if reason := _NEVER.get(code):
                    raise UnreadableError(reason, "S3 does not hold the file, or gives it to nobody") from error
                raise UnavailableError(str(error)) from error
            except BotoCoreError as error:
                if start == begun:
                    raise UnavailableError(str(error)) from error

    def _read(self, start: int) -> Iterator[bytes]:
        found = self._client.get_object(
            Bucket=self._file.bucket,
            Key=self._file.key,
            VersionId=self._file.version,
            ExpectedBucketOwner=self._account_id,
            Range=f"bytes={start}-",
        )
        # A server may leave a range out of account (RFC 9110, section 14.2), as emulators do: then all of it comes.
        is_range = "ContentRange" in found
        self.size = int(found["ContentLength"]) + (start if is_range else 0)
        left_out = 0 if is_range else start
        while block := found["Body"].read(_BLOCK_BYTES):
            if left_out < len(block):
                yield block[left_out:]
            left_out = max(0, left_out - len(block))


class Inbox:
    """Reads files block by block; it is never written to."""

    def __init__(self, client: GetClient, account_id: str) -> None:
        self._client = client
        self._account_id = account_id

    def source(self, file: File) -> Source:
        """The file, to be read."""
        return Source(self._client, self._account_id, file)
