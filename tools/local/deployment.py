"""Deploys the stacks of `local` as any environment's: the state stack first, and every state in its bucket."""

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from stacks.provider_lock import LOCK_FILE
from stacks.settings import Environment
from tools.local.accounts import Account
from tools.local.errors import LocalError
from tools.local.synthesis import synthesize_apart
from tools.progress import Progress
from tools.terraform import Terraform
from tools.terraform.environ import clean_environ
from tools.terraform.messages import Counter
from tools.terraform.provider import CACHE

_STATE_FILE = "state.tfstate"  # in the folder of the state stack, as long as the bucket doesn't exist


@dataclass(frozen=True, kw_only=True, slots=True)
class Deployment:
    """Works below `folder`, where the stacks are synthesized and Terraform's output is kept."""

    folder: Path
    environment: Environment
    progress: Progress

    @property
    def stacks(self) -> list[str]:
        """Names of all stacks, in the order of deployment."""
        return [one.name for one in self.environment.stacks]

    def account(self, region: str) -> Account:
        """The account that it is deployed to."""
        settings = self.environment.settings
        if settings.emulator is None:
            raise LocalError(
                'environments/local.toml has no [emulator]: `make local` needs one, such as endpoint_url = "http://127.0.0.1:4566"'
            )
        return Account(url=settings.emulator.endpoint_url, account_id=settings.account_id, region=region)

    def terraform(self, stack: str) -> Terraform:
        """Terraform in the folder of a stack.

        The provider comes from a folder that may lead into the user's cache. With that cache as the place to install
        it to, it would be copied over itself: so no setting of the user's names a cache here.
        """
        terraform = terraform_in(self.folder / "cdktf.out/stacks" / stack, self.folder)
        environ = {name: value for name, value in terraform.environ.items() if name != CACHE}
        return replace(terraform, environ={**environ, "TF_CLI_CONFIG_FILE": os.devnull})

    def synthesize(self, root: Path) -> None:
        """Writes all stacks."""
        with self.progress.step("Synthesize") as step:
            settings = self.environment.settings
            synthesize_apart(
                root,
                self.folder / "cdktf.out",
                url=self.account(settings.state.region).url,
                regions=settings.regions,
                log=self.folder / "terraform.log",
            )
            step.detail = f"{len(self.stacks)} stacks"

    def needs(self) -> Mapping[str, Mapping[str, str]]:
        """The `required_providers` of the stacks."""
        found: Mapping[str, Mapping[str, str]] = self._synthesized_state()["required_providers"]
        return found

    def deploy(self, providers: Path) -> None:
        """Applies every stack."""
        state, *pipelines = self.stacks
        terraform = self.terraform(state)
        if not self._has_state_bucket():
            terraform.keep_state_in_file(_STATE_FILE)
            self._apply(state, providers)
            terraform.keep_state_in_bucket()
            with self.progress.step("Move its state into its bucket"):
                self._init(terraform, providers, "-migrate-state", "-force-copy")
        else:
            self._apply(state, providers)
        for stack in pipelines:
            self._apply(stack, providers)

    def destroy(self, providers: Path) -> None:
        """Destroys every stack, the state stack last; without a state bucket no pipeline was deployed."""
        state, *pipelines = self.stacks
        if self._has_state_bucket():
            for stack in reversed(pipelines):
                self._destroy(stack, providers, "-reconfigure")
        terraform = self.terraform(state)
        terraform.keep_state_in_file(_STATE_FILE)
        self._destroy(state, providers, "-migrate-state", "-force-copy")
        shutil.rmtree(terraform.folder)

    def outputs(self, region: str) -> dict[str, str]:
        """The outputs of the region's pipeline."""
        return self.terraform(self.environment.pipeline(region).name).outputs()

    def _apply(self, stack: str, providers: Path) -> None:
        with self.progress.step(f"Deploy {stack}") as step:
            terraform = self.terraform(stack)
            self._init(terraform, providers, "-reconfigure")
            terraform.apply(on_line=Counter(lambda text: setattr(step, "detail", text)))

    def _destroy(self, stack: str, providers: Path, *options: str) -> None:
        with self.progress.step(f"Destroy {stack}") as step:
            terraform = self.terraform(stack)
            self._init(terraform, providers, *options)
            terraform.destroy(on_line=Counter(lambda text: setattr(step, "detail", text)))

    def _init(self, terraform: Terraform, providers: Path, *options: str) -> None:
        # Whatever an earlier run was locked to, there is one provider now.
        (terraform.folder / LOCK_FILE).unlink(missing_ok=True)
        terraform.init(f"-plugin-dir={providers}", *options)

    def _state_bucket(self) -> str:
        return str(self._synthesized_state()["backend"]["s3"]["bucket"])

    def _synthesized_state(self) -> Mapping[str, Any]:
        """The `terraform` block of the state stack, read from the synthesized JSON: computing it would start cdktf."""
        text = (self.terraform(self.stacks[0]).folder / "cdk.tf.json").read_text()
        found: Mapping[str, Any] = json.loads(text)["terraform"]
        return found

    def _has_state_bucket(self) -> bool:
        s3 = self.account(self.environment.settings.state.region).client("s3")
        try:
            s3.head_bucket(Bucket=self._state_bucket())
        except ClientError:
            return False
        return True


def terraform_in(folder: Path, home: Path) -> Terraform:
    """Terraform in a folder, with its output kept in `home`."""
    folder.mkdir(parents=True, exist_ok=True)
    return Terraform(folder, clean_environ(os.environ), home / "terraform.log")
