"""The commands that the README names, through the `cdktf` command line, as a person types them."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.account import PIPELINE_STACK, STATE_BUCKET, STATE_STACK, Account, Provider, new_account
from tests.project import ROOT, copy_project
from tools.terraform import Done

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def empty_account(provider: Provider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    """An account with nothing in it; skips where the command line can't be installed."""
    installed = subprocess.run([ROOT / "tools/setup/ensure", "cli"], capture_output=True, text=True, check=False)
    if installed.returncode:
        pytest.skip(f"the cdktf command line can't be installed: {installed.stderr}")
    with new_account(tmp_path_factory.mktemp("command-line"), provider) as account:
        copy_project(_project(account))
        yield account


def _project(account: Account) -> Path:
    return account.folder.parent / "project"


def _cdktf(account: Account, *arguments: str, **variables: str) -> Done:
    # Its lock for other platforms takes a registry and a minute; these stacks are not kept.
    every = ("--auto-approve", "--skip-provider-lock", f"--output={account.folder}")
    return subprocess.run(
        ["./cdktf", *arguments, *every],
        cwd=_project(account),
        env={**account.provider.environ, **account.variables, **variables},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def _state_file(account: Account) -> Path:
    return account.folder.parent / f"terraform.{STATE_STACK}.tfstate"


def test_bootstrap_deploy_and_destroy_leave_an_empty_account(empty_account: Account) -> None:
    first = _cdktf(empty_account, "deploy", STATE_STACK, TAP_BOOTSTRAP="1")
    assert first.returncode == 0, first.stdout
    assert "17 added, 0 changed, 0 destroyed" in first.stdout
    assert _state_file(empty_account).is_file()

    second = _cdktf(empty_account, "deploy", STATE_STACK, "--migrate-state")
    assert second.returncode == 0, second.stdout
    assert "0 added, 0 changed, 0 destroyed" in second.stdout
    s3 = empty_account.client("s3")
    assert s3.head_object(Bucket=STATE_BUCKET, Key=f"local/{STATE_STACK}.tfstate")["ContentLength"] > 0

    third = _cdktf(empty_account, "deploy", STATE_STACK, PIPELINE_STACK)
    assert third.returncode == 0, third.stdout
    assert s3.head_object(Bucket=STATE_BUCKET, Key=f"local/{PIPELINE_STACK}.tfstate")["ContentLength"] > 0

    destroyed = _cdktf(empty_account, "destroy", PIPELINE_STACK)
    assert destroyed.returncode == 0, destroyed.stdout

    # In a folder that has just used the state; elsewhere a `cdktf diff` comes first, to learn where it is.
    gone = _cdktf(empty_account, "destroy", STATE_STACK, "--migrate-state", TAP_BOOTSTRAP="1")
    assert gone.returncode == 0, gone.stdout
    assert s3.list_buckets()["Buckets"] == []


def test_a_pipeline_without_a_state_bucket_is_refused_with_its_name(empty_account: Account) -> None:
    refused = _cdktf(empty_account, "deploy", PIPELINE_STACK)
    assert refused.returncode == 1
    assert f'S3 bucket "{STATE_BUCKET}" does not exist' in refused.stdout + refused.stderr
