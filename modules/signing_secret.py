"""The secret that clients sign requests with."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from cdktf import TerraformStack
from cdktf_cdktf_provider_aws.secretsmanager_secret import SecretsmanagerSecret
from cdktf_cdktf_provider_aws.secretsmanager_secret import SecretsmanagerSecretReplica as Replica
from cdktf_cdktf_provider_aws.secretsmanager_secret_version import SecretsmanagerSecretVersion
from constructs import Construct

from modules.encryption_key import EncryptionKey
from modules.iam import Grantee, Statement
from modules.named_stack import names_of
from modules.names import Kind, Names
from modules.protection_settings import ProtectionSettings

# Letters and digits: also the base64 of 36 bytes, within the 24 to 64 of Standard Webhooks, "Signature scheme".
_LENGTH = 48


@dataclass(frozen=True, kw_only=True, slots=True)
class SigningSecretProps:
    """`version`: raised by one for a new value; `replicas`: the alias of the key in each other region that reads it."""

    key: EncryptionKey
    version: int
    protection: ProtectionSettings
    replicas: Mapping[str, str] = field(default_factory=dict)


class SigningSecret(Construct):
    """A random secret whose value Terraform passes on without storing it: it is in no state and in no plan.

    Raising `version` creates a new value; the previous one stays valid as `AWSPREVIOUS` while clients change over.
    Secrets Manager copies both to the replicas, which have the same name and can be changed only here.
    """

    def __init__(self, scope: Construct, id_: str, props: SigningSecretProps) -> None:
        """The keys of the replicas must exist, or Secrets Manager gives up on them."""
        super().__init__(scope, id_)
        self._key = props.key
        self.name = names_of(self)(id_, Kind.SECRET)
        self.resource = SecretsmanagerSecret(
            self,
            "Default",
            name=self.name,
            description="Signs requests to POST /process (Standard Webhooks)",
            kms_key_id=props.key.arn,
            recovery_window_in_days=props.protection.secret_recovery_window_days,
            replica=[Replica(region=region, kms_key_id=alias) for region, alias in props.replicas.items()] or None,
        )
        # cdktf has no binding for ephemeral blocks: only an override can write one.
        TerraformStack.of(self).add_override(
            f"ephemeral.aws_secretsmanager_random_password.{id_}",
            {"password_length": _LENGTH, "exclude_punctuation": True},
        )
        SecretsmanagerSecretVersion(
            self,
            "value",
            secret_id=self.resource.id,
            secret_string_wo=f"${{ephemeral.aws_secretsmanager_random_password.{id_}.random_password}}",
            secret_string_wo_version=props.version,
        )
        self.id = self.resource.arn  # ends in characters that AWS makes up

    def grant_read(self, grantee: Grantee) -> None:
        """Lets the grantee read the secret's value."""
        _grant_read(grantee, self.id, self._key)


class SigningReplica:
    """The replica in this region of a secret that another region's stack owns.

    It is called by its name, because the stack doesn't know the characters that AWS made up. Not by an ARN without
    them: a name that ends like `-east-1`, a hyphen and six characters, would be taken for a whole one (Secrets Manager
    API Reference, "GetSecretValue").
    """

    def __init__(self, id_: str, *, owner: Names, here: Names, key: EncryptionKey) -> None:
        """`owner`: names of the stack with the secret `id_`; `key`: the one that encrypts the replica."""
        self.id = owner(id_, Kind.SECRET)
        self._arn, self._key = here.arn("secretsmanager", f"secret:{self.id}-??????"), key

    def grant_read(self, grantee: Grantee) -> None:
        """Lets the grantee read the secret's value."""
        _grant_read(grantee, self._arn, self._key)


def _grant_read(grantee: Grantee, arn: str, key: EncryptionKey) -> None:
    actions = ("secretsmanager:GetSecretValue",)
    grantee.allow(Statement(sid="ReadSigningSecret", actions=actions, resources=(arn,)))
    key.grant_decrypt(grantee, via="secretsmanager")
