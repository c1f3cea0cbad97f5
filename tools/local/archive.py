"""Reads the archive bucket while events arrive."""

import gzip
import json
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from tools.local.accounts import Client
from tools.local.errors import LocalError

Event = Mapping[str, Any]

_POLL_SECONDS = 0.02
_WAIT_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Arrival:
    """An event in the archive: its object, and when it was first seen there (seconds since 1970)."""

    event: Event
    key: str
    seen_at: float


class Archive:
    """Reads the objects that are new or have changed since the last call."""

    def __init__(self, s3: Client, bucket: str) -> None:
        self._s3 = s3
        self.bucket = bucket
        self._read: set[tuple[str, str]] = set()

    def skip_what_is_there(self) -> None:
        """Marks everything that is in the archive now as read."""
        self._read.update(self._objects())

    def new_events(self) -> list[Arrival]:
        """Every event of the objects that are new or have changed."""
        found = []
        for key, tag in self._objects():
            if (key, tag) not in self._read:
                self._read.add((key, tag))
                body = self._s3.get_object(Bucket=self.bucket, Key=key)["Body"].read()
                found += [Arrival(json.loads(line), key, time.time()) for line in gzip.decompress(body).splitlines()]
        return found

    def wait_for(
        self, count: int, wanted: Callable[[Event], bool], on_progress: Callable[[str], None]
    ) -> list[Arrival]:
        """Waits for `count` events for which `wanted` is true; raises LocalError when they don't arrive."""
        found: dict[tuple[str, str], Arrival] = {}
        end = time.monotonic() + _WAIT_SECONDS
        while len(found) < count and time.monotonic() < end:
            for one in self.new_events():
                if wanted(one.event):
                    found.setdefault((one.event["source"], one.event["id"]), one)
            on_progress(f"{len(found)} of {count}")
            if len(found) < count:
                time.sleep(_POLL_SECONDS)
        if len(found) < count:
            raise LocalError(
                f"only {len(found)} of {count} events arrived in {self.bucket} within {_WAIT_SECONDS:.0f} s: "
                "`make local-logs` shows the functions' logs, `make local-status` what was quarantined"
            )
        return list(found.values())

    def _objects(self) -> Collection[tuple[str, str]]:
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix="events/")
        return [(item["Key"], item["ETag"]) for page in pages for item in page.get("Contents", [])]
