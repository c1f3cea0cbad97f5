"""Settings of the declared traffic, which decide about no resource: `make cost` computes with them."""

from pydantic import Field

from modules.section import Section


class TrafficSettings(Section):
    """The traffic that the costs of an environment are computed for, in each of its regions."""

    events_per_second: int = Field(
        10, ge=0, le=1_000_000, description="Events that arrive per second in each region, on average, copies included"
    )
    bytes_per_event: int = Field(1024, ge=1, le=262_144, description="Size of an event as it is sent")
    events_per_request: int = Field(1, ge=1, le=500, description="Events in a request to `POST /process`")
    duplicate_percent: int = Field(1, ge=0, le=100, description="Percentage of events that are copies of earlier ones")
    file_percent: int = Field(0, ge=0, le=100, description="Percentage of events that come as files, not as requests")
    events_per_file: int = Field(10_000, ge=1, le=100_000_000, description="Events in a file")
    months: int = Field(
        12, ge=1, le=120, description="Months that it has been running for: what is stored grows with them"
    )
