"""The stream on AWS, or on an emulator."""

import time
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from botocore.config import Config

from tools.replay.services import asked, session_of
from tools.replay.stretch import Record
from tools.replay.target import Target

if TYPE_CHECKING:
    from mypy_boto3_kinesis import KinesisClient

# All readers of a shard share 5 calls per second (Kinesis developer guide, "Quotas"), and the mapping needs its own.
_PAUSE_SECONDS = 0.5


class KinesisStream:
    """Reads shards from a point in time on."""

    def __init__(self, client: "KinesisClient", name: str, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self._client = client
        self._name = name
        self._sleep = sleep

    def shards(self) -> list[str]:
        """Every shard whose records the stream still has, also those that were split or merged. Raises ServiceError."""
        list_shards, what = self._client.list_shards, f"listing the shards of {self._name}"
        page = asked(what, partial(list_shards, StreamName=self._name))
        found = page["Shards"]
        # By the token alone: with the name beside it Kinesis refuses the call, which the SDK's paginator doesn't know.
        while token := page.get("NextToken"):
            page = asked(what, partial(list_shards, NextToken=token))
            found += page["Shards"]
        return [shard["ShardId"] for shard in found]

    def records(self, shard: str, start: datetime) -> Iterator[Record]:
        """The records that arrived at `start` or later, up to the newest. Raises ServiceError."""
        what = f"reading {shard} of {self._name}"
        begin = partial(self._client.get_shard_iterator, StreamName=self._name, ShardId=shard, Timestamp=start)
        first = asked(what, lambda: begin(ShardIteratorType="AT_TIMESTAMP"))
        place: str | None = first["ShardIterator"]
        while place:
            page = asked(what, partial(self._client.get_records, ShardIterator=place))
            yield from page["Records"]
            if not page["MillisBehindLatest"]:
                return
            place = page.get("NextShardIterator")
            self._sleep(_PAUSE_SECONDS)


def open_stream(target: Target) -> KinesisStream:
    """The stack's stream. Raises ServiceError."""
    config = Config(retries={"mode": "standard", "total_max_attempts": 8}, connect_timeout=5, read_timeout=60)
    client = asked(
        "connecting",
        lambda: session_of(target).client("kinesis", config=config, endpoint_url=target.endpoint_url),
    )
    return KinesisStream(client, target.stream)
