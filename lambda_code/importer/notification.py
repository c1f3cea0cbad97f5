"""What invokes the importer: S3's notifications about files, and imports that an earlier invocation hands on."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote_plus

import msgspec

from lambda_code.importer.file import File, Import
from lambda_code.shared.errors import RefusedError

PREFIX = "incoming/"
"""Where files are put to be imported."""

_FORMAT = 1  # of what is handed on; raise it with every change of Import, of what it holds, or of what that means


class NotOursError(RefusedError):
    """The notification is none of S3 about an object in our inbox."""

    code = "not_ours"


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


def handed_on(begun: Import) -> dict[str, Any]:
    """The import as the event of another invocation."""
    return {"tapImport": msgspec.to_builtins(begun), "format": _FORMAT}


def imports_of(event: object, bucket: str) -> list[Import]:
    """Every import that is to begin, or to go on; raises NotOursError."""
    if not isinstance(event, dict):
        raise NotOursError("the notification is not an object")
    if event.get("Event") == "s3:TestEvent":
        return []  # sent once, when the notification is set up
    if "tapImport" in event:
        return [_going_on(event, bucket)]
    records = event.get("Records")
    if not isinstance(records, list) or not records:
        raise NotOursError("the notification has no records")
    found = [_read(record) for record in records]
    files = [File(each.bucket.name, each.object.key, each.object.version) for each in found if not _is_folder(each)]
    for each in found:
        _check(each.bucket.name, each.object.key, bucket)
    return [Import(file=file) for file in files]


def _going_on(event: Mapping[str, Any], bucket: str) -> Import:
    """From where it was handed on, or from the first line where other code did that: nothing is stored twice so."""
    try:
        file = msgspec.convert(event["tapImport"]["file"], File)
        begun = Import(file=file)
        if event.get("format") == _FORMAT:
            begun = msgspec.convert(event["tapImport"], Import)
    except (ValueError, TypeError, KeyError):
        raise NotOursError("an import that was handed on is malformed") from None
    _check(file.bucket, file.key, bucket)
    return begun


def _read(record: object) -> _S3:
    try:
        found = msgspec.convert(record, _Record).s3
        # S3 encodes keys as forms do; what is no UTF-8 then is no key that S3 takes.
        found.object.key = unquote_plus(found.object.key, errors="strict")
        (found.object.key + found.object.version).encode()
    except ValueError:
        raise NotOursError("a record of the notification is malformed") from None
    return found


def _check(of: str, key: str, bucket: str) -> None:
    if of != bucket or not key.startswith(PREFIX):
        raise NotOursError("the object is not in the inbox, or not under its prefix")


def _is_folder(found: _S3) -> bool:
    """Whether it is the empty object that consoles make of a folder; a file may have such a key, too."""
    return found.object.key.endswith("/") and found.object.size == 0
