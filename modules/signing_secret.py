"""The secret that clients sign requests with."""

from cdktf import TerraformStack
from cdktf_cdktf_provider_aws.secretsmanager_secret import SecretsmanagerSecret
from cdktf_cdktf_provider_aws.secretsmanager_secret_version import SecretsmanagerSecretVersion
from constructs import Construct

from modules.encryption_key import EncryptionKey
from modules.iam import Grantee, Statement
from modules.named_stack import names_of
from modules.names import Kind
from modules.protection_settings import ProtectionSettings

# Letters and digits: also the base64 of 36 bytes, within the 24 to 64 of Standard Webhooks, "Signature scheme".
_LENGTH = 48


class SigningSecret(Construct):
    """A random secret whose value Terraform passes on without storing it: it is in no state and in no plan.

    Raising `version` creates a new value; the previous one stays valid as `AWSPREVIOUS` while clients change over.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        key: EncryptionKey,
        version: int,
        protection: ProtectionSettings,
    ) -> None:
        """`version`: raised by one for a new value."""
        super().__init__(scope, id_)
        self._key = key
        self.name = names_of(self)(id_, Kind.SECRET)
        self.resource = SecretsmanagerSecret(
            self,
            "Default",
            name=self.name,
            description="Signs requests to POST /process (Standard Webhooks)",
            kms_key_id=key.arn,
            recovery_window_in_days=protection.secret_recovery_window_days,
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
            secret_string_wo_version=version,
        )
        self.arn = self.resource.arn  # ends in characters that AWS makes up

    def grant_read(self, grantee: Grantee) -> None:
        """Lets the grantee read the secret's value."""
        actions = ("secretsmanager:GetSecretValue",)
        grantee.allow(Statement(sid="ReadSigningSecret", actions=actions, resources=(self.arn,)))
        self._key.grant_decrypt(grantee, via="secretsmanager")
