"""Settings of the stream."""

from typing import Literal

from pydantic import Field

from modules.section import Section

StreamMode = Literal["PROVISIONED", "ON_DEMAND"]


class StreamSettings(Section):
    """The Kinesis stream that holds events until they are stored."""

    mode: StreamMode = Field("PROVISIONED", description="A fixed number of shards, or as many as the load needs")
    shards: int = Field(
        1, ge=1, le=500, description="Shards, each 1 MB or 1,000 events per second; only with mode PROVISIONED"
    )
    retention_hours: int = Field(
        168,
        ge=24,
        le=8760,
        description="How long an event stays in the stream, which is the time to fix a failure "
        "(Kinesis: Change the data retention period)",
    )
