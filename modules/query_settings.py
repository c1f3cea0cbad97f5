"""Settings of what answers questions about the archive."""

from pydantic import Field

from modules.section import Days, Section


class QuerySettings(Section):
    """Tables over the archive for Athena, and their compaction. They cost nothing while nobody asks and nothing comes.

    A query costs what it reads, 5 USD per TB and at least 10 MB in us-east-1 (Amazon Athena pricing).
    """

    enabled: bool = Field(
        True,
        description="Keep tables over the archive, saved queries, and a bucket for results. Empty that bucket before "
        "you turn this off where `protection.force_destroy` is false. Never turn it off once "
        "`storage.raw_expiration_days` has removed objects: only the tables say which files hold their events",
    )
    compaction: bool = Field(
        True,
        description="Rewrite closed hours as columnar files by Athena, hourly, and prove them equal: without it, every "
        "query reads all of the events of its hours",
    )
    scan_limit_mb: int = Field(
        102_400,
        ge=10,
        le=100_000_000,
        description="Most that one query may read: Athena ends what reads more (Athena API Reference: "
        "WorkGroupConfiguration, 10 MB at least)",
    )
    results_expiration_days: Days = Field(7, description="Age at which the results of queries are deleted")

    @property
    def compacts(self) -> bool:
        """Whether there is anything to compact for, and it is compacted."""
        return self.enabled and self.compaction
