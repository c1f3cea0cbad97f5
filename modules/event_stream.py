"""The stream that every event goes through."""

from cdktf_cdktf_provider_aws.kinesis_stream import KinesisStream
from cdktf_cdktf_provider_aws.kinesis_stream import KinesisStreamStreamModeDetails as StreamMode
from constructs import Construct

from modules.encryption_key import EncryptionKey
from modules.event_stream_settings import StreamSettings
from modules.iam import Grantee, Statement
from modules.lifecycle import protected
from modules.named_stack import names_of
from modules.names import Kind
from modules.protection_settings import ProtectionSettings

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
    """A Kinesis stream under our key."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        key: EncryptionKey,
        settings: StreamSettings,
        protection: ProtectionSettings,
    ) -> None:
        """Named after its construct id."""
        super().__init__(scope, id_)
        self._key = key
        self.retention_hours = settings.retention_hours
        # None on demand: they come and go with the load.
        self.shards = settings.shards if settings.mode == "PROVISIONED" else None
        names = names_of(self)
        self.name = names(id_, Kind.STREAM)
        self.arn = names.arn("kinesis", f"stream/{self.name}")
        self.resource = KinesisStream(
            self,
            "Default",
            name=self.name,
            stream_mode_details=StreamMode(stream_mode=settings.mode),
            shard_count=self.shards,
            retention_period=settings.retention_hours,
            encryption_type="KMS",
            kms_key_id=key.arn,
            enforce_consumer_deletion=True,
            lifecycle=protected(protection),
        )

    def grant_write(self, grantee: Grantee) -> None:
        """Lets the grantee put records."""
        grantee.allow(Statement(sid="WriteEvents", actions=_WRITE, resources=(self.arn,)))
        self._key.grant_encrypt(grantee, via="kinesis")

    def grant_read(self, grantee: Grantee) -> None:
        """Lets an event source mapping that acts as the grantee read records."""
        grantee.allow(Statement(sid="ReadEvents", actions=_READ, resources=(self.arn,)))
        self._key.grant_decrypt(grantee, via="kinesis")
