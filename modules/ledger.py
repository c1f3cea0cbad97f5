"""The table of which event is stored where, so that none is stored twice."""

from dataclasses import dataclass

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
from modules.ledger_scaling import LedgerScaling
from modules.ledger_settings import LedgerCapacitySettings, LedgerSettings
from modules.lifecycle import protected
from modules.named_stack import names_of
from modules.names import Kind
from modules.protection_settings import ProtectionSettings

# Statements are authorised by what they do (DynamoDB developer guide, "IAM security policies with PartiQL for
# DynamoDB"). Rows that are found are read, and those that have expired are replaced.
_CLAIM = ("dynamodb:BatchGetItem", "dynamodb:PartiQLInsert", "dynamodb:PutItem")


@dataclass(frozen=True, kw_only=True, slots=True)
class LedgerProps:
    """What a ledger is; without `capacity` it is on demand."""

    key: EncryptionKey
    settings: LedgerSettings
    capacity: LedgerCapacitySettings | None
    protection: ProtectionSettings


class Ledger(Construct):
    """A table keyed by event identity; rows expire by their time to live (`expires_at`, epoch seconds).

    Its warm throughput is not declared: DynamoDB raises it by itself and refuses to lower it, so that later plans would
    fail, or replace the table (hashicorp/terraform-provider-aws#49032). docs/runbook.md raises it before a peak.
    """

    def __init__(self, scope: Construct, id_: str, props: LedgerProps) -> None:
        """Protected by Terraform (`prevent_destroy`) and DynamoDB (deletion protection)."""
        super().__init__(scope, id_)
        self._key, capacity = props.key, props.capacity
        names = names_of(self)
        self.name = names(id_, Kind.TABLE)
        self.arn = names.arn("dynamodb", f"table/{self.name}")
        self.resource = DynamodbTable(
            self,
            "Default",
            name=self.name,
            billing_mode="PROVISIONED" if capacity else "PAY_PER_REQUEST",
            # Only what it begins with: from then on the capacity follows the load.
            write_capacity=capacity.minimum_units if capacity else None,
            read_capacity=capacity.minimum_units if capacity else None,
            hash_key="id",
            attribute=[DynamodbTableAttribute(name="id", type="S")],
            ttl=DynamodbTableTtl(attribute_name="expires_at", enabled=True),
            point_in_time_recovery=DynamodbTablePointInTimeRecovery(enabled=props.settings.point_in_time_recovery),
            server_side_encryption=DynamodbTableServerSideEncryption(enabled=True, kms_key_arn=props.key.arn),
            deletion_protection_enabled=props.protection.deletion_protection,
            lifecycle=protected(props.protection, moving=("write_capacity", "read_capacity") if capacity else ()),
        )
        if capacity:
            LedgerScaling(self, "scaling", table_name=self.name, table=self.resource, settings=capacity)

    def grant_claim(self, grantee: Grantee) -> None:
        """Lets the grantee claim events by inserts, read the claims that these find, and replace expired ones."""
        grantee.allow(Statement(sid="ClaimEvents", actions=_CLAIM, resources=(self.arn,)))
        self._key.grant_decrypt(grantee, via="dynamodb")
