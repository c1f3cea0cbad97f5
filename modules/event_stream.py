"""The stream that every event goes through."""

from cdktf_cdktf_provider_aws.kinesis_stream import KinesisStream
from cdktf_cdktf_provider_aws.kinesis_stream import KinesisStreamStreamModeDetails as StreamMode
from constructs import Construct

from modules.encryption_key import EncryptionKey
from modules.iam import Grantee, Statement
from modules.lifecycle import protected
from modules.names import Kind, Names

_WRITE = ("kinesis:PutRecords",)
# What an event source mapping calls (Lambda developer guide, "Configuring permissions" for Kinesis). ListStreams,
# which that page also names, is for the console: it has no resource level and a mapping works without it.
_READ = (
    "kinesis:DescribeStream",
    "kinesis:DescribeStreamSummary",
    "kinesis:GetRecords",
    "kinesis:GetShardIterator",
    "kinesis:ListShards",
)


class EventStream(Construct):
    """A Kinesis stream under our key; `shards` of `None` lets AWS scale it (mode ON_DEMAND).

    Retention: 24 to 8,760 hours (API `IncreaseStreamRetentionPeriod`).
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        names: Names,
        key: EncryptionKey,
        shards: int | None,
        retention_hours: int,
        protect: bool,
    ) -> None:
        """Named after its construct id."""
        super().__init__(scope, id_)
        if not 24 <= retention_hours <= 8760:
            raise ValueError(f"retention_hours must be 24 to 8760, got {retention_hours}")
        self._key = key
        self.retention_hours = retention_hours
        self.name = names(id_, Kind.STREAM)
        self.arn = names.arn("kinesis", f"stream/{self.name}")
        stream = KinesisStream(
            self,
            "Default",
            name=self.name,
            stream_mode_details=StreamMode(stream_mode="PROVISIONED" if shards else "ON_DEMAND"),
            shard_count=shards,
            retention_period=retention_hours,
            encryption_type="KMS",
            kms_key_id=key.arn,
            enforce_consumer_deletion=True,
            lifecycle=protected(protect),
        )
        self.attribute_arn = stream.arn

    def grant_write(self, grantee: Grantee) -> None:
        """Lets the grantee put records."""
        grantee.allow(Statement(sid="WriteEvents", actions=_WRITE, resources=(self.arn,)))
        self._key.grant_encrypt(grantee, via="kinesis")

    def grant_read(self, grantee: Grantee) -> None:
        """Lets an event source mapping that acts as the grantee read records."""
        grantee.allow(Statement(sid="ReadEvents", actions=_READ, resources=(self.arn,)))
        self._key.grant_decrypt(grantee, via="kinesis")
