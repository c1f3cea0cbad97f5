"""Where an environment keeps its Terraform state."""

from dataclasses import dataclass
from typing import Any

from cdktf import S3BackendEndpointConfig

from modules.names import Kind, Names
from stacks.emulator import emulator_access
from stacks.settings import Environment, Settings


@dataclass(frozen=True, kw_only=True, slots=True)
class StateLocation:
    """A bucket and a key, whose names are known before they exist."""

    names: Names
    settings: Settings

    @classmethod
    def of(cls, environment: Environment) -> "StateLocation":
        """One bucket per environment; an ephemeral environment uses that of the environment that it is a copy of."""
        settings = environment.settings
        names = Names(
            project=settings.project,
            suffix=environment.name,
            region=settings.state.region,
            account_id=settings.account_id,
        )
        return cls(names=names, settings=settings)

    @property
    def bucket(self) -> str:
        """Name of the state bucket."""
        return self.names("state", Kind.BUCKET)

    @property
    def key_alias_arn(self) -> str:
        """ARN of the alias of the key that encrypts the state."""
        return self.names.arn("kms", f"alias/{self.names('state', Kind.KEY_ALIAS)}")

    def backend(self, *, suffix: str, stack: str) -> dict[str, Any]:
        """Arguments of the S3 backend, and of whoever reads it, for the state of one stack: one object key each."""
        arguments: dict[str, Any] = {
            "bucket": self.bucket,
            "key": f"{suffix}/{stack}.tfstate",
            "region": self.names.region,
            "encrypt": True,
            "kms_key_id": self.key_alias_arn,
            "allowed_account_ids": [self.settings.account_id],
        }
        if self.settings.emulator is None:
            return arguments
        url = self.settings.emulator.endpoint_url
        return (
            arguments
            | emulator_access(self.settings.account_id)
            | {
                "endpoints": S3BackendEndpointConfig(s3=url, iam=url, sts=url),
                "use_path_style": True,
                "skip_metadata_api_check": True,
            }
        )
