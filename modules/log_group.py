"""Log groups that belong to the stack."""

from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from constructs import Construct

from modules.encryption_key import EncryptionKey
from modules.named_stack import names_of
from modules.observability_settings import LogRetentionDays


class LogGroup(Construct):
    """A log group with our key and a retention, so that none is left behind by a destroy or kept forever.

    Its name ends in what the key's policy lets CloudWatch Logs encrypt: see `EncryptionKey`.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        key: EncryptionKey,
        retention_days: LogRetentionDays,
    ) -> None:
        """`name`: the full name, with the prefix of the service that writes to it."""
        super().__init__(scope, id_)
        self.name = name
        self.arn = names_of(self).arn("logs", f"log-group:{name}")
        self.resource = CloudwatchLogGroup(
            self, "Default", name=name, retention_in_days=retention_days, kms_key_id=key.arn
        )
