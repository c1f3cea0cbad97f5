"""The table of which event is stored where, so that none is stored twice."""

from cdktf_cdktf_provider_aws.dynamodb_table import (
    DynamodbTable,
    DynamodbTableAttribute,
    DynamodbTablePointInTimeRecovery,
    DynamodbTableServerSideEncryption,
    DynamodbTableTtl,
)
from constructs import Construct

from modules.encryption_key import EncryptionKey
from modules.iam import Grantee, Statement
from modules.lifecycle import protected
from modules.named_stack import names_of
from modules.names import Kind
from modules.protection_settings import ProtectionSettings

# A transaction of puts is authorised put by put (DynamoDB developer guide, "Using IAM with DynamoDB transactions").
_CLAIM = ("dynamodb:PutItem",)


class Ledger(Construct):
    """An on-demand table keyed by event identity; rows expire by their time to live (`expires_at`, epoch seconds)."""

    def __init__(self, scope: Construct, id_: str, *, key: EncryptionKey, protection: ProtectionSettings) -> None:
        """Protected by Terraform (`prevent_destroy`) and DynamoDB (deletion protection)."""
        super().__init__(scope, id_)
        self._key = key
        names = names_of(self)
        self.name = names(id_, Kind.TABLE)
        self.arn = names.arn("dynamodb", f"table/{self.name}")
        self.resource = DynamodbTable(
            self,
            "Default",
            name=self.name,
            billing_mode="PAY_PER_REQUEST",
            hash_key="id",
            attribute=[DynamodbTableAttribute(name="id", type="S")],
            ttl=DynamodbTableTtl(attribute_name="expires_at", enabled=True),
            point_in_time_recovery=DynamodbTablePointInTimeRecovery(enabled=True),
            server_side_encryption=DynamodbTableServerSideEncryption(enabled=True, kms_key_arn=key.arn),
            deletion_protection_enabled=protection.deletion_protection,
            lifecycle=protected(protection),
        )

    def grant_claim(self, grantee: Grantee) -> None:
        """Lets the grantee claim events by conditional writes; a rejected one returns the existing claim."""
        grantee.allow(Statement(sid="ClaimEvents", actions=_CLAIM, resources=(self.arn,)))
        self._key.grant_decrypt(grantee, via="dynamodb")
