"""Which Terraform commands are run where, in which order, and where the state is meanwhile."""

import io
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.project import ENVIRONMENTS, ROOT
from tools import process
from tools.local.accounts import Account
from tools.local.deployment import Deployment
from tools.local.environment import local_environment
from tools.local.errors import LocalError
from tools.progress import Progress

_BACKEND = {"s3": {"bucket": "tap-state-local"}}
_NEEDS = {"aws": {"source": "hashicorp/aws", "version": "~> 6.25"}}
_PROVIDERS = Path("providers")


class S3:
    """A client of an account with or without a state bucket."""

    has_bucket = False

    def head_bucket(self, *, Bucket: str) -> None:  # noqa: N803
        assert Bucket == "tap-state-local"
        if not self.has_bucket:
            raise ClientError({"Error": {"Code": "404", "Message": "Not Found"}}, "HeadBucket")


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> S3:
    """The account's S3."""
    client = S3()
    monkeypatch.setattr(Account, "client", lambda *_: client)
    return client


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was run: stack, command with its deciding options, and where the state was."""
    found: list[str] = []

    def run(
        command: list[str], *, folder: Path, on_line: Callable[[str], None] | None = None, **_: Any
    ) -> process.Done:
        state = "file" if (folder / "state_override.tf.json").exists() else "bucket"
        options = [option for option in command[2:] if option in ("-reconfigure", "-migrate-state")]
        found.append(" ".join([folder.name, command[1], *options, state]))
        if on_line:
            on_line(json.dumps({"type": "apply_complete"}))
        return process.Done(command, 0, '{"api_id": {"value": "abc"}}', "")

    monkeypatch.setattr(process, "run", run)
    return found


@pytest.fixture
def deployment(tmp_path: Path) -> Deployment:
    """Two regions, synthesized."""
    environment = local_environment(ENVIRONMENTS.parent, "http://127.0.0.1:4711", ["us-east-1", "eu-west-1"])
    found = Deployment(folder=tmp_path, environment=environment, progress=Progress(io.StringIO()))
    stack = json.dumps({"terraform": {"backend": _BACKEND, "required_providers": _NEEDS}})
    (found.terraform("tap-local-state").folder / "cdk.tf.json").write_text(stack)
    return found


def test_a_stack_s_provider_comes_from_its_folder_and_goes_into_no_cache(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TF_PLUGIN_CACHE_DIR", "cache")
    monkeypatch.setenv("TF_CLI_CONFIG_FILE", "names-a-cache.tfrc")
    environ = deployment.terraform("tap-local-state").environ
    assert "TF_PLUGIN_CACHE_DIR" not in environ
    assert environ["TF_CLI_CONFIG_FILE"] == os.devnull


def test_what_an_earlier_run_was_locked_to_is_forgotten(deployment: Deployment, s3: S3, ran: list[str]) -> None:
    assert (s3.has_bucket, ran) == (False, [])
    lock = deployment.terraform("tap-local-state").folder / ".terraform.lock.hcl"
    lock.touch()
    deployment.deploy(_PROVIDERS)
    assert not lock.exists()


def test_the_state_is_bootstrapped_in_a_file_and_then_moved_into_its_bucket(
    deployment: Deployment, s3: S3, ran: list[str]
) -> None:
    assert not s3.has_bucket
    deployment.deploy(_PROVIDERS)
    assert ran == [
        "tap-local-state init -reconfigure file",
        "tap-local-state apply file",
        "tap-local-state init -migrate-state bucket",
        "tap-local-us-east-1 init -reconfigure bucket",
        "tap-local-us-east-1 apply bucket",
        "tap-local-eu-west-1 init -reconfigure bucket",
        "tap-local-eu-west-1 apply bucket",
    ]


def test_a_state_bucket_that_is_there_is_used(deployment: Deployment, s3: S3, ran: list[str]) -> None:
    s3.has_bucket = True
    deployment.deploy(_PROVIDERS)
    assert ran[:2] == ["tap-local-state init -reconfigure bucket", "tap-local-state apply bucket"]
    assert "tap-local-state init -migrate-state bucket" not in ran


def test_pipelines_are_destroyed_first_and_the_state_from_a_file(
    deployment: Deployment, s3: S3, ran: list[str]
) -> None:
    s3.has_bucket = True
    deployment.destroy(_PROVIDERS)
    assert ran == [
        "tap-local-eu-west-1 init -reconfigure bucket",
        "tap-local-eu-west-1 destroy bucket",
        "tap-local-us-east-1 init -reconfigure bucket",
        "tap-local-us-east-1 destroy bucket",
        "tap-local-state init -migrate-state file",
        "tap-local-state destroy file",
    ]
    assert not (deployment.folder / "cdktf.out/stacks/tap-local-state").exists()


def test_without_a_state_bucket_no_pipeline_has_anything_to_destroy(
    deployment: Deployment, s3: S3, ran: list[str]
) -> None:
    assert not s3.has_bucket
    deployment.destroy(_PROVIDERS)
    assert [line.split()[0] for line in ran] == ["tap-local-state"] * 2


@pytest.mark.usefixtures("ran")
def test_outputs_and_needs_are_read_from_terraform_and_from_the_stack(deployment: Deployment) -> None:
    assert deployment.outputs("eu-west-1") == {"api_id": "abc"}
    assert deployment.needs() == _NEEDS


def test_stacks_are_synthesized_for_the_regions_and_the_emulator(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands: list[list[str]] = []

    def run(command: list[str], **_: Any) -> process.Done:
        commands.append(command)
        return process.Done(command, 0, "", "")

    monkeypatch.setattr(process, "run", run)
    deployment.synthesize(ROOT)
    assert commands[0][3:] == [
        str(deployment.folder / "cdktf.out"),
        "http://127.0.0.1:4711",
        "us-east-1",
        "eu-west-1",
    ]


def test_a_synthesis_that_fails_says_why(deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "run", lambda *_, **__: process.Done([], 1, "", "no wheel\n"))
    with pytest.raises(LocalError, match="synthesis failed: no wheel"):
        deployment.synthesize(ROOT)
