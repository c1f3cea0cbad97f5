"""An account on an emulator, and the stacks of `local` in it."""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3

from stacks.settings import select_environments
from stacks.synthesis import synthesize
from tests.integration.emulator import running_emulator
from tests.integration.terraform import Terraform

ROOT = Path(__file__).parent.parent.parent
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

    def client(self, service: str) -> Any:
        """A boto3 client of this account."""
        return boto3.client(  # type: ignore[call-overload]  # the stubs want a literal
            service,
            endpoint_url=self.url,
            region_name=REGION,
            aws_access_key_id=ACCOUNT_ID,
            aws_secret_access_key="emulator",
        )

    def synthesize(self, *, bootstrap: bool = False) -> None:
        """Writes the stacks of `local`."""
        environments = select_environments(ROOT / "environments", self.variables)
        synthesize(environments, self.folder, root=ROOT, bootstrap=bootstrap)

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


@contextmanager
def new_account(home: Path, provider: Provider) -> Iterator[Account]:
    """An empty account on an emulator of its own."""
    with running_emulator(home) as url:
        yield Account(url, home / "cdktf.out", provider)
