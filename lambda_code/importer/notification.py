"""Notifications of S3, read into the files that they name."""

import hashlib
from collections.abc import Mapping
from typing import Any
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


def files_of(event: Mapping[str, Any], bucket: str) -> list[File]:
    """Every file that the notification names; raises NotOursError."""
    if event.get("Event") == "s3:TestEvent":
        return []  # sent once, when the notification is set up
    records = event.get("Records")
    if not isinstance(records, list) or not records:
        raise NotOursError("the notification has no records")
    files = [_file(record, bucket) for record in records]
    return [file for file in files if not file.key.endswith("/")]  # a folder, as consoles make them


def _file(record: Mapping[str, Any], bucket: str) -> File:
    try:
        s3 = record["s3"]
        # S3 encodes keys as forms do; what is no UTF-8 then is no key that S3 takes.
        key = unquote_plus(s3["object"]["key"], errors="strict")
        file = File(s3["bucket"]["name"], key, s3["object"].get("versionId", "null"))
    except (KeyError, TypeError, AttributeError, UnicodeDecodeError):
        raise NotOursError("a record of the notification is malformed") from None
    if file.bucket != bucket or not file.key.startswith(PREFIX):
        raise NotOursError("the object is not in the inbox, or not under its prefix")
    return file
