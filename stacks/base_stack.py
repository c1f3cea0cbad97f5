"""What every stack has: one provider with tags, a Terraform version, and a place for its state."""

from collections.abc import Iterable
from typing import Any

from cdktf import LocalBackend, S3Backend, TerraformStack
from cdktf_cdktf_provider_aws.provider import AwsProvider, AwsProviderDefaultTags
from constructs import Construct

from modules.named_stack import NamedStack
from modules.names import Names
from stacks.emulator import emulator_provider
from stacks.identity import StackIdentity
from stacks.provider_lock import required_providers
from stacks.settings import Settings
from stacks.state_location import StateLocation

# 1.11 is the first with write-only arguments, which keep the signing secret out of state (changelogs of Terraform 1.11
# and OpenTofu 1.11).
_TERRAFORM = ">= 1.11.0, < 2.0.0"


class BaseStack(NamedStack):
    """A stack of one region of one environment; state goes to the environment's bucket, locked by S3 itself."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        settings: Settings,
        suffix: str,
        region: str,
        state: StateLocation | None,
    ) -> None:
        """Without `state`, it is a file in the project's folder: only for a state bucket that doesn't exist yet."""
        names = Names(project=settings.project, suffix=suffix, region=region, account_id=settings.account_id)
        super().__init__(scope, id_, names=names)
        self.add_override("terraform.required_version", _TERRAFORM)
        providers = required_providers(is_emulator=settings.emulator is not None)
        self.add_override("terraform.required_providers", providers)
        AwsProvider(
            self,
            "aws",
            region=region,
            default_tags=[AwsProviderDefaultTags(tags=self._tags(settings))],
            **_reach(settings),
        )
        if state is None:
            # Terraform runs in cdktf.out/stacks/<stack>; an absolute path would put this machine into the plan.
            LocalBackend(self, path=f"../../../terraform.{id_}.tfstate")
        else:
            S3Backend(self, **state.backend(suffix=suffix, stack=id_))
            # S3Backend has no argument for it.
            self.add_override("terraform.backend.s3.use_lockfile", True)

    def _tags(self, settings: Settings) -> dict[str, str]:
        """All known at synthesis: a time or a commit here would change every resource at every deploy."""
        return {
            "Project": settings.project,
            "Environment": self.names.suffix,
            "Region": self.names.region,
            "Stack": self.node.id,
            "Owner": settings.owner,
            "CostCenter": settings.cost_centre,
            "Repository": settings.repository,
            "ManagedBy": "cdktf",
        }


def made(app: Construct, stacks: Iterable[StackIdentity]) -> list[TerraformStack]:
    """These stacks, which were made in the app before."""
    return [TerraformStack.of(app.node.find_child(one.name)) for one in stacks]


def _reach(settings: Settings) -> dict[str, Any]:
    # Terraform refuses credentials of another account before it plans anything.
    own: dict[str, Any] = {"allowed_account_ids": [settings.account_id]}
    if settings.emulator:
        return own | emulator_provider(settings.account_id, settings.emulator.endpoint_url)
    return own
