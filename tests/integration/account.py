"""An account on an emulator, and the stacks of `local` in it, with Terraform to deploy them."""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from main import synthesize
from stacks.settings import Environment, Settings, select_environments
from tests.integration.emulator import running_emulator
from tests.integration.target import Target
from tests.project import ENVIRONMENTS, ROOT
from tools.terraform import Terraform

REGION = "us-east-1"
ACCOUNT_ID = "000000000000"
STATE_STACK = "tap-local-state"
PIPELINE_STACK = f"tap-local-{REGION}"
STATE_BUCKET = f"tap-state-local-{REGION}-{ACCOUNT_ID}"


@dataclass(frozen=True, slots=True)
class Provider:
    """The AWS provider as Terraform got it: the variables that lead to it, and the file that locks it."""

    environ: Mapping[str, str]
    lock_file: Path


@dataclass(frozen=True, slots=True)
class Account:
    """One account: where it answers, and the folder that its stacks are synthesized in."""

    url: str
    folder: Path
    provider: Provider

    @property
    def variables(self) -> dict[str, str]:
        """What chooses this account's environment at synthesis."""
        return {"TAP_ENVIRONMENT": "local", "AWS_ENDPOINT_URL": self.url}

    @property
    def settings(self) -> Settings:
        """Those of the tests' own `local`, on this emulator."""
        (local,) = select_environments(ENVIRONMENTS, self.variables)
        return local.settings

    def target(self, region: str = REGION) -> Target:
        """This account in a region."""
        return Target(region=region, account_id=ACCOUNT_ID, endpoint=self.url)

    def client(self, service: str, region: str = REGION) -> Any:
        """A boto3 client of this account."""
        return self.target(region).client(service)

    def environment(self, *, suffix: str = "local", **sections: Mapping[str, object]) -> Environment:
        """`local`, under another suffix or with other settings: `receiver={"memory_mb": 640}`."""
        settings = self.settings
        changed = {name: getattr(settings, name).model_copy(update=dict(new)) for name, new in sections.items()}
        return Environment(name="local", suffix=suffix, settings=settings.model_copy(update=changed))

    def synthesize(self, environments: Sequence[Environment] = (), *, bootstrap: bool = False) -> None:
        """Writes the stacks of these environments, by default those of `local`."""
        synthesize(list(environments) or [self.environment()], self.folder, root=ROOT, bootstrap=bootstrap)

    def terraform(self, stack: str, *, person: str = "one") -> Terraform:
        """Terraform in the stack's folder; each person has an initialization of their own."""
        folder = self.folder / "stacks" / stack
        shutil.copy(self.provider.lock_file, folder)
        return Terraform(folder, {**self.provider.environ, "TF_DATA_DIR": str(folder / f".terraform-{person}")})

    def bootstrap(self) -> None:
        """Makes the state bucket with the state in a file, then moves that state into the bucket."""
        self.synthesize(bootstrap=True)
        terraform = self.terraform(STATE_STACK)
        terraform.init()
        terraform.apply()
        self.synthesize()
        terraform.init("-migrate-state", "-force-copy")

    def terraform_without_state_bucket(self, stack: str) -> Terraform:
        """Terraform in the stack's folder, initialized to keep the state in a file there."""
        terraform = self.terraform(stack)
        terraform.keep_state_in_file()
        terraform.init()
        return terraform


@contextmanager
def new_account(home: Path, provider: Provider, *, enforce_iam: bool = False) -> Iterator[Account]:
    """An empty account on an emulator of its own."""
    with running_emulator(home, enforce_iam=enforce_iam) as url:
        yield Account(url, home / "cdktf.out", provider)
