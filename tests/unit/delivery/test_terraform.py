"""Applying, looking for drift, destroying: what is run, in which order, and what is refused."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.unit.delivery.folders import write_stacks
from tools.delivery.stacks import DeliveryError
from tools.delivery.terraform import apply_plans, destroy_ephemeral, drifted, outputs

_STACKS = {
    "tap-dev-edge": ("tap-dev-us-east-1", "tap-dev-eu-west-1"),
    "tap-dev-us-east-1": (),
    "tap-dev-eu-west-1": (),
    "tap-dev-state": (),
    "tap-dev-delivery": (),
}


class Terraform:
    """Remembers what was run; `fails` says which stack's command ends with which status."""

    def __init__(self, fails: dict[tuple[str, str], int] | None = None) -> None:
        self.ran: list[tuple[str, str]] = []
        self.arguments: list[Sequence[str]] = []
        self._fails = fails or {}

    def __call__(self, folder: Path, arguments: Sequence[str]) -> int:
        self.ran.append((folder.name, arguments[0]))
        self.arguments.append(arguments)
        return self._fails.get((folder.name, arguments[0]), 0)


@pytest.fixture
def outdir(tmp_path: Path) -> Path:
    return write_stacks(tmp_path / "cdktf.out", _STACKS)


@pytest.fixture
def planned(outdir: Path) -> Callable[..., Path]:
    def plan(*names: str) -> Path:
        plans = outdir / "plans"
        plans.mkdir()
        for name in names:
            (plans / f"{name}.tfplan").write_text("a plan")
        return plans

    return plan


def test_plans_are_applied_in_the_order_of_the_stacks(outdir: Path, planned: Callable[..., Path]) -> None:
    plans = planned("tap-dev-edge", "tap-dev-us-east-1", "tap-dev-eu-west-1")
    terraform = Terraform()
    apply_plans([], plans=plans, outdir=outdir, run=terraform)
    applied = [name for name, command in terraform.ran if command == "apply"]
    assert applied == ["tap-dev-eu-west-1", "tap-dev-us-east-1", "tap-dev-edge"]
    assert terraform.arguments[1][-1] == str((plans / "tap-dev-eu-west-1.tfplan").resolve())
    assert "-auto-approve" not in terraform.arguments[1]


def test_the_first_failure_stops_the_rest(outdir: Path, planned: Callable[..., Path]) -> None:
    plans = planned("tap-dev-edge", "tap-dev-us-east-1", "tap-dev-eu-west-1")
    terraform = Terraform({("tap-dev-us-east-1", "apply"): 1})
    with pytest.raises(DeliveryError, match="terraform apply failed in tap-dev-us-east-1"):
        apply_plans([], plans=plans, outdir=outdir, run=terraform)
    assert ("tap-dev-edge", "init") not in terraform.ran


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (["tap-dev-edge"], "no saved plan of tap-dev-edge"),
        (["tap-dev-state"], "tap-dev-state: only people deploy this"),
        (["tap-dev-delivery"], "tap-dev-delivery: only people deploy this"),
        (["tap-qa-edge"], "no such stack: tap-qa-edge; there are"),
    ],
)
def test_what_can_not_be_applied_is_refused_before_anything_is_run(
    outdir: Path, planned: Callable[..., Path], names: list[str], told: str
) -> None:
    terraform = Terraform()
    with pytest.raises(DeliveryError, match=told):
        apply_plans(names, plans=planned("tap-dev-us-east-1"), outdir=outdir, run=terraform)
    assert terraform.ran == []


def test_without_any_saved_plan_it_is_said_how_to_make_one(outdir: Path, planned: Callable[..., Path]) -> None:
    with pytest.raises(DeliveryError, match=r"no saved plan in .*plans: run `make plan` first"):
        apply_plans([], plans=planned(), outdir=outdir, run=Terraform())


def test_outputs_are_read_only_where_terraform_was_initialized(outdir: Path) -> None:
    with pytest.raises(DeliveryError, match="run `make plan STACK=tap-dev-edge` first"):
        outputs("tap-dev-edge", outdir=outdir)


def test_drift_is_what_a_plan_without_a_lock_finds(outdir: Path) -> None:
    terraform = Terraform({("tap-dev-eu-west-1", "plan"): 2})
    assert drifted([], outdir=outdir, run=terraform) == ["tap-dev-eu-west-1"]
    plans = [arguments for arguments in terraform.arguments if arguments[0] == "plan"]
    assert len(plans) == len(_STACKS)
    assert all({"-lock=false", "-detailed-exitcode"} <= set(arguments) for arguments in plans)


def test_a_plan_that_fails_is_no_drift(outdir: Path) -> None:
    with pytest.raises(DeliveryError, match="terraform plan failed in tap-dev-state"):
        drifted([], outdir=outdir, run=Terraform({("tap-dev-state", "plan"): 1}))


@pytest.mark.parametrize("suffix", ["", "dev", "prod", "pr", "pr0", "pr4x", "xpr4"])
def test_only_a_preview_is_destroyed(outdir: Path, suffix: str) -> None:
    with pytest.raises(DeliveryError, match="allowed: pr and a number"):
        destroy_ephemeral(suffix, outdir=outdir, run=Terraform())


def test_a_preview_is_destroyed_in_reverse_order_after_failures_too(tmp_path: Path) -> None:
    stacks = {"tap-pr4-edge": ("tap-pr4-us-east-1",), "tap-pr4-us-east-1": (), "tap-pr42-us-east-1": ()}
    outdir = write_stacks(tmp_path, stacks)
    terraform = Terraform({("tap-pr4-edge", "destroy"): 1})
    with pytest.raises(DeliveryError, match="not destroyed: tap-pr4-edge"):
        destroy_ephemeral("pr4", outdir=outdir, run=terraform)
    assert [name for name, command in terraform.ran if command == "destroy"] == ["tap-pr4-edge", "tap-pr4-us-east-1"]


def test_a_preview_that_was_not_synthesized_is_reported(outdir: Path) -> None:
    with pytest.raises(DeliveryError, match="no stack of pr7"):
        destroy_ephemeral("pr7", outdir=outdir, run=Terraform())
