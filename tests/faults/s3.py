"""A model of S3: strongly consistent, with versions, and with conditional puts.

From the user guide, "How to prevent object overwrites with conditional writes": `If-None-Match: *` and `If-Match` fail
with 412 `PreconditionFailed`; with 409 `ConditionalRequestConflict` where another write is under way; `If-Match` on an
object that is not there is 404 `NoSuchKey`. An ETag of an object under a KMS key is opaque, so each write has its own.
"""
# ruff: noqa: N803 - AWS writes its parameters so

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from tests.faults.injection import Faults, client_error

OWNER = "111111111111"


class Version(NamedTuple):
    """One state of an object."""

    body: bytes
    tag: str


@dataclass
class Buckets:
    """All buckets; what is put again is another version."""

    versions: dict[tuple[str, str], list[Version]] = field(default_factory=dict)
    writes: int = 0

    def put(self, bucket: str, key: str, body: bytes) -> str:
        self.writes += 1
        self.versions.setdefault((bucket, key), []).append(Version(body, f'"{self.writes}"'))
        return self.versions[bucket, key][-1].tag

    def latest(self, bucket: str, key: str) -> Version | None:
        found = self.versions.get((bucket, key))
        return found[-1] if found else None

    def delete(self, bucket: str, key: str) -> None:
        self.versions.pop((bucket, key), None)

    def bodies(self, bucket: str, prefix: str = "") -> dict[str, bytes]:
        """The objects as they are now, by key."""
        found = self.versions.items()
        return {key: each[-1].body for (of, key), each in found if of == bucket and key.startswith(prefix)}


@dataclass
class S3Client:
    """What the SDK gives the functions."""

    buckets: Buckets
    faults: Faults

    def put_object(self, *, Bucket: str, Key: str, Body: bytes, ContentType: str, **condition: str) -> object:
        assert ContentType
        return self.faults.call("s3", lambda: self._put(Bucket, Key, Body, condition))

    def _put(self, bucket: str, key: str, body: bytes, condition: Mapping[str, str]) -> object:
        present = self.buckets.latest(bucket, key)
        if "IfNoneMatch" in condition and present:
            raise client_error("PreconditionFailed")
        if "IfMatch" in condition and present is None:
            raise client_error("NoSuchKey")
        if "IfMatch" in condition and present and present.tag != condition["IfMatch"]:
            raise client_error("PreconditionFailed")
        return {"ETag": self.buckets.put(bucket, key, body)}

    def get_object(self, *, Bucket: str, Key: str, **which: str) -> Mapping[str, Any]:
        return self.faults.call("s3", lambda: self._get(Bucket, Key, which))

    def _get(self, bucket: str, key: str, which: Mapping[str, str]) -> dict[str, Any]:
        if which.get("ExpectedBucketOwner", OWNER) != OWNER:
            raise client_error("AccessDenied")
        versions = self.buckets.versions.get((bucket, key), [])
        wanted = which.get("VersionId")
        found = [each for each in versions if wanted in (None, each.tag)]
        if not found:
            raise client_error("NoSuchVersion" if wanted else "NoSuchKey")
        body, tag = found[-1]
        start = int(which.get("Range", "bytes=0-").removeprefix("bytes=").removesuffix("-"))
        if "Range" in which and start >= len(body):
            raise client_error("InvalidRange")
        about = {"ContentRange": f"bytes {start}-{len(body) - 1}/{len(body)}"} if "Range" in which else {}
        return {"Body": io.BytesIO(body[start:]), "ETag": tag, "ContentLength": len(body) - start, **about}
