"""OpenTofu in the place of Terraform, where it is on the PATH: a pipeline's whole life, and `make local`."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from stacks.provider_lock import lock_file
from tests.e2e.planning import planned
from tests.integration.account import PIPELINE_STACK, STATE_BUCKET, STATE_STACK, Account, Provider, new_account
from tests.integration.provider import fetched
from tests.project import clean_environ, copy_project
from tests.synthesized import Stack
from tools.terraform import Terraform, TerraformError

pytestmark = pytest.mark.e2e

_VARIABLE = {"TERRAFORM_BINARY_NAME": "tofu"}


@pytest.fixture(scope="module")
def tofu(dev: Stack, tmp_path_factory: pytest.TempPathFactory) -> Provider:
    """The provider as OpenTofu gets it, from its own registry or a mirror of that."""
    if shutil.which("tofu") is None:
        pytest.skip("tofu is not on the PATH: install OpenTofu 1.11 or later")
    return fetched(dev, tmp_path_factory.mktemp("tofu"), **_VARIABLE)


@pytest.fixture(scope="module")
def tofu_account(tofu: Provider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    with new_account(tmp_path_factory.mktemp("tofu-account"), tofu) as account:
        account.bootstrap()  # moves the state of the state stack from a file into its bucket
        yield account


def test_a_pipeline_is_planned_applied_as_it_was_planned_locked_and_destroyed(tofu_account: Account) -> None:
    s3 = tofu_account.client("s3")
    states = [f"local/{STATE_STACK}.tfstate", f"local/{PIPELINE_STACK}.tfstate"]
    terraform = tofu_account.terraform(PIPELINE_STACK)
    terraform.init()
    assert 'provider "registry.opentofu.org/hashicorp/aws"' in (terraform.folder / ".terraform.lock.hcl").read_text()
    file = terraform.folder / "saved.tfplan"
    terraform.plan(file)
    terraform.apply(str(file))
    assert [item["Key"] for item in s3.list_objects_v2(Bucket=STATE_BUCKET)["Contents"]] == states
    assert planned(terraform) == {}
    assert "whsec_" not in s3.get_object(Bucket=STATE_BUCKET, Key=states[1])["Body"].read().decode()

    lock = {"Bucket": STATE_BUCKET, "Key": f"{states[1]}.tflock"}
    s3.put_object(**lock, Body=b'{"ID":"11111111-1111-1111-1111-111111111111","Who":"somebody"}')
    refused = terraform.run("apply", "-input=false", "-no-color", "-auto-approve")
    s3.delete_object(**lock)
    assert refused.returncode == 1
    assert "Error acquiring the state lock" in refused.stderr

    terraform.destroy()
    assert terraform.succeed("state", "list") == ""


def test_the_lock_file_of_terraform_is_refused_with_what_to_do(dev: Stack, tofu: Provider, tmp_path: Path) -> None:
    shutil.copy(dev.folder / "cdk.tf.json", tmp_path)
    shutil.copy(lock_file({}), tmp_path)
    with pytest.raises(TerraformError, match="that of another program than tofu: run `make synth` with the same TERRA"):
        Terraform(tmp_path, tofu.environ).init("-backend=false")


def test_make_local_deploys_sends_and_leaves_nothing_behind(tofu: Provider, tmp_path: Path) -> None:
    project = copy_project(tmp_path / "project")
    config = {name: value for name, value in os.environ.items() if name == "TF_CLI_CONFIG_FILE"}
    cache = {"TF_PLUGIN_CACHE_DIR": tofu.environ["TF_PLUGIN_CACHE_DIR"]}

    def local(command: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "tools.local", command],
            cwd=project,
            env=clean_environ(**_VARIABLE, **config, **cache),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    try:
        local("up")
        assert "archive" in local("send")
    finally:
        down = local("down")
    assert "Nothing is left: no resources" in down
