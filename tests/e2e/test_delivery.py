"""What workflows do: apply the plan that was seen and nothing else, find what was changed by hand, clear up."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from main import synthesize
from stacks.settings import Environment, select_environments
from tests.integration.account import STATE_BUCKET, STATE_STACK, Account, Provider, new_account
from tests.project import ENVIRONMENTS, ROOT
from tools import plan
from tools.delivery.stacks import DeliveryError
from tools.delivery.states import left_behind, left_over
from tools.delivery.terraform import apply_plans, destroy_ephemeral, drifted
from tools.plan_review import __main__ as review

pytestmark = pytest.mark.e2e

_PREVIEW = "tap-pr7-us-east-1"


class Runner:
    """Runs Terraform in an account."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def __call__(self, folder: Path, arguments: Sequence[str]) -> int:
        return self._account.terraform(folder.name).run(*arguments).returncode


@pytest.fixture(scope="module")
def own_account(provider: Provider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    with new_account(tmp_path_factory.mktemp("delivery"), provider) as account:
        account.bootstrap()
        yield account


def test_drift_is_what_somebody_changed_by_hand(own_account: Account) -> None:
    own_account.synthesize()
    run, s3 = Runner(own_account), own_account.client("s3")
    assert drifted([STATE_STACK], outdir=own_account.folder, run=run) == []
    s3.put_bucket_versioning(Bucket=STATE_BUCKET, VersioningConfiguration={"Status": "Suspended"})
    assert drifted([STATE_STACK], outdir=own_account.folder, run=run) == [STATE_STACK]
    s3.put_bucket_versioning(Bucket=STATE_BUCKET, VersioningConfiguration={"Status": "Enabled"})


def test_a_preview_is_applied_from_its_plan_once_and_destroyed_whole(own_account: Account) -> None:
    preview, run, s3 = _synthesize_preview(own_account), Runner(own_account), own_account.client("s3")
    outdir, plans = own_account.folder, own_account.folder / "plans"
    plans.mkdir()
    terraform = own_account.terraform(_PREVIEW)
    terraform.init()
    terraform.succeed("plan", "-input=false", "-lock=false", f"-out={plans / f'{_PREVIEW}.tfplan'}")

    apply_plans([], plans=plans, outdir=outdir, run=run)
    assert left_over(preview, s3) == ["pr7"]
    assert left_behind(preview, [_PREVIEW], s3) == []
    assert left_behind(preview, [], s3) == [_PREVIEW]
    with pytest.raises(DeliveryError, match=f"terraform apply failed in {_PREVIEW}"):
        apply_plans([], plans=plans, outdir=outdir, run=run)

    destroy_ephemeral("pr7", outdir=outdir, run=run)
    assert left_over(preview, s3) == []
    assert left_behind(preview, [], s3) == []


def test_of_a_protected_stack_that_left_the_code_it_is_planned_what_goes(
    own_account: Account, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = _in_regions(own_account, "us-east-1", "eu-west-1")
    own_account.synthesize([both])
    terraform = own_account.terraform("tap-local-eu-west-1")
    terraform.init()
    terraform.apply()
    synthesize([_in_regions(own_account, "us-east-1")], tmp_path / "cdktf.out", root=ROOT)

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(os, "umask", lambda _: 0)
    assert plan.main(["*-eu-west-1", "--base", str(own_account.folder)]) == 0
    assert review.main(["--configuration", str(ROOT / "plan-review.toml")]) == 2
    text = (tmp_path / "cdktf.out/plans/review.md").read_text()
    assert "`tap-local-eu-west-1` (removed from the code)" in text
    assert "(`stack-removed`)" in text
    assert "`aws_kinesis_stream.events` **destroy**" in text
    assert not list((tmp_path / "cdktf.out/plans").glob("*.tfplan"))


def _in_regions(account: Account, *regions: str) -> Environment:
    local = account.environment(protection={"deletion_protection": True, "force_destroy": False})
    return Environment(name="local", suffix="local", settings=local.settings.model_copy(update={"regions": regions}))


def _synthesize_preview(account: Account) -> Environment:
    variables = {**account.variables, "TAP_ENVIRONMENT_SUFFIX": "pr7"}
    (preview,) = select_environments(ENVIRONMENTS, variables)
    synthesize([preview], account.folder, root=ROOT)
    return preview
