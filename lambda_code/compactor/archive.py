"""The archive bucket: raw objects below `events/`, and files of runs below `compacted/`."""
# ruff: noqa: N803 - AWS writes its parameters so

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Protocol, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from lambda_code.compactor.hours import Hour, NotAnHourError
from lambda_code.compactor.ports import Listing, Object
from lambda_code.shared.errors import UnavailableError

RAW = "events/"
COMPACTED = "compacted/"
_MAX_DELETED = 1000  # keys that one call may remove (S3 API reference, "DeleteObjects")
_DATE = re.compile(r"date=(\d{4}-\d\d-\d\d)/", re.ASCII)
_FOLDER = re.compile(r"date=(\d{4}-\d\d-\d\d)/hour=(\d\d)/", re.ASCII)
_HIDDEN = ("_", ".")  # how names begin of what Athena doesn't read; neither does it read what is empty
_GONE = "NoSuchKey"
_CHANGED = "PreconditionFailed"
_Made = TypeVar("_Made")


class S3Client(Protocol):
    """The part of the SDK's S3 client that is used."""

    def list_objects_v2(self, *, Bucket: str, Prefix: str, **page: str) -> Mapping[str, Any]:
        """A page of keys below a prefix, from a token on; with `Delimiter`, of the folders there."""

    def delete_objects(self, *, Bucket: str, Delete: dict[str, Any]) -> Mapping[str, Any]:
        """Remove objects, each on its condition; those that were not are in the answer."""


class S3Archive:
    """Lists and removes; may be used by several threads."""

    def __init__(self, client: S3Client, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def dates(self) -> Sequence[str]:
        """Days with raw objects, in order; raises UnavailableError."""
        found = (_DATE.fullmatch(name.removeprefix(RAW)) for name in self._folders(RAW))
        return sorted(each[1] for each in found if each)

    def hours(self, date: str) -> Sequence[Hour]:
        """Hours of a day with raw objects, in order; raises UnavailableError."""
        found = (_hour(name.removeprefix(RAW)) for name in self._folders(f"{RAW}date={date}/"))
        return sorted(hour for hour in found if hour)

    def listing(self, hour: Hour) -> Listing:
        """The raw objects of an hour that a query reads; raises UnavailableError."""
        prefix = RAW + hour.folder
        return Listing(tuple(each for each in self._objects(prefix) if _is_read(each, prefix)))

    def remove(self, objects: Sequence[Object]) -> int:
        """Remove those that are still in these states; return how many are not. Raises UnavailableError."""
        return self._remove([{"Key": each.key, "ETag": each.etag} for each in objects])

    def runs(self) -> Mapping[Hour, Mapping[str, float]]:
        """Run folders of all hours, each with the time of its newest file; raises UnavailableError."""
        found: dict[Hour, dict[str, float]] = {}
        for each in self._objects(COMPACTED):
            name = each.key.removeprefix(COMPACTED)
            if hour := _hour(name):
                run, slash, _ = name.removeprefix(hour.folder).partition("/")
                if slash:
                    runs = found.setdefault(hour, {})
                    runs[run] = max(each.modified, runs.get(run, 0.0))
        return found

    def remove_run(self, hour: Hour, run: str) -> None:
        """Remove a run's files; raises UnavailableError."""
        self._remove([{"Key": each.key} for each in self._objects(f"{COMPACTED}{hour.folder}{run}/")])

    def _folders(self, prefix: str) -> Iterator[str]:
        for page in self._pages(prefix, Delimiter="/"):
            yield from (each["Prefix"] for each in page.get("CommonPrefixes", []))

    def _objects(self, prefix: str) -> Iterator[Object]:
        for page in self._pages(prefix):
            for each in page.get("Contents", []):
                modified = float(int(each["LastModified"].timestamp()))  # S3 tells whole seconds; emulators more
                yield Object(each["Key"], each["ETag"], each["Size"], modified)

    def _pages(self, prefix: str, **how: str) -> Iterator[Mapping[str, Any]]:
        """Every page of a listing."""
        while True:
            page = _asked(partial(self._client.list_objects_v2, Bucket=self._bucket, Prefix=prefix, **how))
            yield page
            if not page.get("IsTruncated"):
                return
            how["ContinuationToken"] = page["NextContinuationToken"]

    def _remove(self, named: Sequence[dict[str, str]]) -> int:
        """Remove what is named; return how many have changed."""
        changed = 0
        for start in range(0, len(named), _MAX_DELETED):
            delete = {"Objects": named[start : start + _MAX_DELETED], "Quiet": True}
            answer = _asked(partial(self._client.delete_objects, Bucket=self._bucket, Delete=delete))
            codes = [each["Code"] for each in answer.get("Errors", []) if each["Code"] != _GONE]
            changed += codes.count(_CHANGED)
            if other := sorted({*codes} - {_CHANGED}):
                raise UnavailableError(f"objects were not removed: {', '.join(other)}")
        return changed


def _asked(call: Callable[[], _Made]) -> _Made:
    try:
        return call()
    except (BotoCoreError, ClientError) as error:
        raise UnavailableError(f"the archive: {error}") from error


def _hour(name: str) -> Hour | None:
    """The hour that a key or folder is of; None where it is of none."""
    found = _FOLDER.match(name)
    try:
        return Hour.parse(f"{found[1]}-{found[2]}") if found else None
    except NotAnHourError:
        return None


def _is_read(found: Object, prefix: str) -> bool:
    names = found.key.removeprefix(prefix).split("/")
    return found.size_bytes > 0 and not any(name.startswith(_HIDDEN) for name in names)
