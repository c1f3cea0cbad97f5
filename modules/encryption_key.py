"""The customer-managed KMS key of a stack."""

from cdktf_cdktf_provider_aws.kms_alias import KmsAlias
from cdktf_cdktf_provider_aws.kms_key import KmsKey
from constructs import Construct

from modules.iam import Grantee, Statement, policy_document
from modules.lifecycle import protected
from modules.named_stack import names_of
from modules.names import Kind, Names
from modules.protection_settings import ProtectionSettings

_ENCRYPT = ("kms:GenerateDataKey",)
_DECRYPT = ("kms:Decrypt",)
_THIS_KEY = ("*",)  # in a key policy this is the key itself


class EncryptionKey(Construct):
    """One rotated key with an alias; its key policy names the services that use it directly.

    Everybody else needs permissions in IAM, and only through a named service (`kms:ViaService`). The policy is built
    from names, never from attributes of other resources, which would create dependency cycles.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        purpose: str,
        protection: ProtectionSettings,
        services: tuple[Statement, ...] = (),
    ) -> None:
        """`services`: statements for AWS services, and for the role that deploys, who use the key directly."""
        super().__init__(scope, id_)
        names = self._names = names_of(self)
        self.resource = KmsKey(
            self,
            "Default",
            description=f"Encrypts the {purpose} of {names.project}-{names.suffix} in {names.region}",
            enable_key_rotation=True,
            deletion_window_in_days=protection.kms_deletion_window_days,
            policy=policy_document([_administered_by_iam(names), *services]),
            lifecycle=protected(protection),
        )
        # An alias names it: AWS makes the key's id, and so its ARN.
        self.name, self.arn = key_alias(names, purpose), self.resource.arn
        KmsAlias(self, "alias", name=self.name, target_key_id=self.resource.key_id)

    def grant_encrypt(self, grantee: Grantee, *, via: str) -> None:
        """Lets the grantee encrypt through the AWS service `via` (its endpoint name: `kinesis`, `s3`, ...)."""
        self._grant(grantee, f"EncryptVia{via.capitalize()}", _ENCRYPT, via)

    def grant_decrypt(self, grantee: Grantee, *, via: str) -> None:
        """Lets the grantee decrypt through the AWS service `via` (its endpoint name: `kinesis`, `s3`, ...)."""
        self._grant(grantee, f"DecryptVia{via.capitalize()}", _DECRYPT, via)

    def _grant(self, grantee: Grantee, sid: str, actions: tuple[str, ...], via: str) -> None:
        service = f"{via}.{self._names.region}.amazonaws.com"
        condition = {"StringEquals": {"kms:ViaService": service}}
        grantee.allow(Statement(sid=sid, actions=actions, resources=(self.arn,), conditions=condition))


def key_alias(names: Names, purpose: str) -> str:
    """The alias of the key with this purpose, also that of another stack."""
    return f"alias/{names(purpose, Kind.KEY_ALIAS)}"


def log_groups_encrypt(names: Names) -> Statement:
    """Lets CloudWatch Logs use the key for the project's groups (its user guide, "Encrypt log data using AWS KMS")."""
    group = f"log-group:/aws/*/{names.project}-*"
    return Statement(
        sid="LogGroups",
        principals={"Service": f"logs.{names.region}.amazonaws.com"},
        actions=(
            "kms:Encrypt",
            "kms:Decrypt",
            "kms:ReEncryptFrom",
            "kms:ReEncryptTo",
            "kms:GenerateDataKey",
            "kms:GenerateDataKeyWithoutPlaintext",
            "kms:DescribeKey",
        ),
        resources=_THIS_KEY,
        # The encryption context contains account and region: CloudWatch Logs documents no other condition.
        conditions={"ArnLike": {"kms:EncryptionContext:aws:logs:arn": names.arn("logs", group)}},
    )


def alarms_publish(names: Names) -> Statement:
    """Lets the project's alarms publish to a topic under the key (SNS developer guide, "Managing encryption keys")."""
    return Statement(
        sid="AlarmsToEncryptedTopic",
        principals={"Service": "cloudwatch.amazonaws.com"},
        actions=("kms:Decrypt", "kms:GenerateDataKey"),
        resources=_THIS_KEY,
        conditions={
            "ArnLike": {"aws:SourceArn": names.arn("cloudwatch", f"alarm:{names.project}-*")},
            "StringEquals": {"aws:SourceAccount": names.account_id},
        },
    )


def event_rules_publish() -> Statement:
    """Lets EventBridge publish to a topic under the key: use it for a key of nothing but alarms.

    SNS developer guide, "Managing encryption keys": a key's policy can't name source account or ARN for EventBridge.
    """
    return Statement(
        sid="EventRulesToEncryptedTopic",
        principals={"Service": "events.amazonaws.com"},
        actions=("kms:Decrypt", "kms:GenerateDataKey"),
        resources=_THIS_KEY,
    )


def _administered_by_iam(names: Names) -> Statement:
    """Enables IAM policies for the key; without it, nobody could repair a wrong key policy.

    Source: KMS developer guide, "Default key policy".
    """
    root = {"AWS": names.global_arn("iam", "root")}
    return Statement(sid="AccountAdministersByIam", principals=root, actions=("kms:*",), resources=_THIS_KEY)
