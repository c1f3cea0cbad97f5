"""Settings of the one name for all regions."""

from typing import Annotated

from pydantic import Field, StringConstraints

from modules.section import Allowed, Section
from modules.web_addresses import DomainName

HostedZoneId = Annotated[
    str,
    StringConstraints(pattern=r"^Z[A-Z0-9]{1,31}$"),
    Allowed("the id of a Route 53 hosted zone: Z and up to 31 of A-Z and 0-9"),
]


class EdgeSettings(Section):
    """DNS failover between the regions; only if this table is given."""

    domain_name: DomainName = Field(description="Name under which clients reach the API, whichever region answers")
    hosted_zone_id: HostedZoneId = Field(description="Route 53 hosted zone of the name")
    signing_region: Annotated[str, Allowed("one of `regions`")] | None = Field(
        None,
        description="Region whose stack owns the signing secret; the others have replicas. By default the first of "
        "`regions`. Before you change it, or that one: runbook, Leave a region",
    )
