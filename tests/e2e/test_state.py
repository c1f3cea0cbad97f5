"""The remote state: in its own bucket, encrypted, and locked."""

import pytest

from tests.e2e.conftest import Applied
from tests.integration.account import ACCOUNT_ID, PIPELINE_STACK, REGION, STATE_BUCKET, STATE_STACK, Account
from tests.integration.changes import changes
from tests.integration.deployment import Deployment

pytestmark = pytest.mark.e2e


def test_after_bootstrap_the_state_stack_keeps_its_state_in_its_own_bucket(account: Account) -> None:
    terraform = account.terraform(STATE_STACK)
    assert terraform.outputs()["state_bucket"] == STATE_BUCKET
    assert "aws_s3_bucket.state" in terraform.succeed("state", "list").splitlines()
    account.client("s3").head_object(Bucket=STATE_BUCKET, Key=f"local/{STATE_STACK}.tfstate")


def test_the_move_of_its_state_changes_nothing(account: Account) -> None:
    terraform = account.terraform(STATE_STACK)
    assert changes(terraform.planned(terraform.folder / "after-move.tfplan")) == {}


def test_someone_who_comes_later_finds_the_state_without_bootstrap(account: Account) -> None:
    terraform = account.terraform(STATE_STACK, person="later")
    terraform.init()
    assert changes(terraform.planned(terraform.folder / "later.tfplan")) == {}


def test_each_stack_has_a_key_of_its_own_in_the_bucket(deployment: Deployment) -> None:
    found = deployment.client("s3").list_objects_v2(Bucket=STATE_BUCKET)["Contents"]
    assert {f"local/{STATE_STACK}.tfstate", f"local/{PIPELINE_STACK}.tfstate"} <= {item["Key"] for item in found}


def test_states_are_versioned_and_encrypted_with_the_states_key(deployment: Deployment) -> None:
    s3, key = deployment.client("s3"), f"local/{PIPELINE_STACK}.tfstate"
    assert s3.get_bucket_versioning(Bucket=STATE_BUCKET)["Status"] == "Enabled"
    stored = s3.head_object(Bucket=STATE_BUCKET, Key=key)
    assert stored["ServerSideEncryption"] == "aws:kms"
    alias = f"arn:aws:kms:{REGION}:{ACCOUNT_ID}:alias/tap-state-local-{REGION}"
    assert stored["SSEKMSKeyId"] == alias


def test_while_somebody_applies_nobody_else_can(deployment: Deployment, applied: Applied) -> None:
    lock = {"Bucket": STATE_BUCKET, "Key": f"local/{PIPELINE_STACK}.tfstate.tflock"}
    deployment.client("s3").put_object(**lock, Body=b'{"ID":"11111111-1111-1111-1111-111111111111","Who":"somebody"}')
    try:
        refused = applied.terraform.run("apply", "-input=false", "-no-color", "-auto-approve")
    finally:
        deployment.client("s3").delete_object(**lock)
    assert refused.returncode == 1
    assert "Error acquiring the state lock" in refused.stderr
    assert "somebody" in refused.stderr
