"""Notifications of S3, read into the files that they name."""

import hashlib
from urllib.parse import unquote_plus

import msgspec

from lambda_code.shared.errors import RefusedError

PREFIX = "incoming/"
"""Where files are put to be imported."""


class NotOursError(RefusedError):
    """The notification is none of S3 about an object in our inbox."""

    code = "not_ours"


class File(msgspec.Struct, frozen=True):
    """One version of an object; what is put again under the same key is another file."""

    bucket: str
    key: str
    version: str

    def line_id(self, number: int) -> str:
        """The id of the event in a line that has none: the same whenever this version is read."""
        return hashlib.sha256(msgspec.json.encode([self.bucket, self.key, self.version, number])).hexdigest()

    @property
    def name(self) -> str:
        """A name for what is noted about the file: short, and safe as part of a key."""
        return self.line_id(0)[:32]


class _Object(msgspec.Struct):
    key: str
    size: int | None = None
    version: str = msgspec.field(name="versionId", default="null")


class _Bucket(msgspec.Struct):
    name: str


class _S3(msgspec.Struct):
    bucket: _Bucket
    object: _Object


class _Record(msgspec.Struct):
    s3: _S3


def files_of(event: object, bucket: str) -> list[File]:
    """Every file that the notification names; raises NotOursError."""
    if not isinstance(event, dict):
        raise NotOursError("the notification is not an object")
    if event.get("Event") == "s3:TestEvent":
        return []  # sent once, when the notification is set up
    records = event.get("Records")
    if not isinstance(records, list) or not records:
        raise NotOursError("the notification has no records")
    found = [_read(record, bucket) for record in records]
    return [File(each.bucket.name, each.object.key, each.object.version) for each in found if not _is_folder(each)]


def _read(record: object, bucket: str) -> _S3:
    try:
        found = msgspec.convert(record, _Record).s3
        # S3 encodes keys as forms do; what is no UTF-8 then is no key that S3 takes.
        found.object.key = unquote_plus(found.object.key, errors="strict")
        (found.object.key + found.object.version).encode()
    except ValueError:
        raise NotOursError("a record of the notification is malformed") from None
    if found.bucket.name != bucket or not found.object.key.startswith(PREFIX):
        raise NotOursError("the object is not in the inbox, or not under its prefix")
    return found


def _is_folder(found: _S3) -> bool:
    """Whether it is the empty object that consoles make of a folder; a file may have such a key, too."""
    return found.object.key.endswith("/") and found.object.size == 0
