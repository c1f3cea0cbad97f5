"""Records the plans of this folder again: `python -m tests.unit.plan_review.record [SCENARIO ...]`.

Needs Terraform with an AWS provider that knows the types of the scenarios. Everything is deployed to an emulator,
changed, and planned; from what `terraform show -json` says, only what doesn't change anything and what a review never
reads is left out.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import boto3

from stacks import speed

speed.install()

from main import synthesize  # noqa: E402
from stacks.settings import Environment, Settings, select_environments  # noqa: E402  # after install()
from tests.integration.emulator import running_emulator  # noqa: E402
from tests.project import ENVIRONMENTS, ROOT  # noqa: E402
from tests.unit.plan_review.scenarios import BASE_EDITS, BASES, SCENARIOS, Json, Scenario  # noqa: E402
from tools.plan_review.reading import GONE  # noqa: E402
from tools.terraform import Terraform  # noqa: E402
from tools.terraform.environ import clean_environ  # noqa: E402

PLANS = Path(__file__).parent / "plans"
DRIFT = "drift"
_KEPT = ("format_version", "terraform_version", "resource_changes", "resource_drift", "output_changes", "complete")
_POLICIES = (
    "aws_iam_role_policy",
    "aws_kms_key",
    "aws_s3_bucket_policy",
    "aws_sns_topic_policy",
    "aws_sqs_queue_policy",
)


class Recorder:
    """An emulator with the bases deployed, and what plans changes of them."""

    def __init__(self, home: Path, url: str) -> None:
        """`home`: an empty folder; `url`: where the emulator answers."""
        self._home, self._url = home, url
        self._environ = clean_environ(
            os.environ, TF_PLUGIN_CACHE_DIR=os.environ.get("TF_PLUGIN_CACHE_DIR", str(home / "cache"))
        )
        (home / "cache").mkdir()

    def deploy(self, base: str) -> None:
        """Deploys every region of the base."""
        for stack in self._stacks(base, Scenario(), self._home / "bases" / base):
            terraform = self._terraform(stack)
            terraform.apply()

    def plan(self, scenario: Scenario, folder: Path) -> dict[str, Json]:
        """The plan of each stack that the scenario concerns, by name."""
        plans = {}
        for stack in self._stacks(scenario.base, scenario, folder):
            terraform, file = self._terraform(stack), str(stack / "saved.tfplan")
            terraform.succeed("plan", "-input=false", "-no-color", "-lock=false", f"-out={file}", *scenario.options)
            plans[stack.name] = json.loads(terraform.succeed("show", "-json", file))
        return plans

    def drift(self, base: str) -> None:
        """Changes something behind Terraform's back."""
        client = boto3.client(
            "kinesis",
            endpoint_url=self._url,
            region_name="us-east-1",
            aws_access_key_id="000000000000",
            aws_secret_access_key="emulator",
        )
        client.increase_stream_retention_period(StreamName=f"tap-events-{base}-us-east-1", RetentionPeriodHours=48)

    def _stacks(self, base: str, scenario: Scenario, folder: Path) -> Iterable[Path]:
        variables = {"TAP_ENVIRONMENT": "local", "AWS_ENDPOINT_URL": self._url}
        (local,) = select_environments(ENVIRONMENTS, variables)
        settings = _with(_with(local.settings, BASES[base]), scenario.settings)
        environment = Environment(name="local", suffix=base, settings=settings)
        synthesize([environment], folder, root=self._root(scenario.code))
        for region in settings.regions:
            stack = folder / "stacks" / f"tap-{base}-{region}"
            text = json.loads((stack / "cdk.tf.json").read_text())
            for edit in (BASE_EDITS.get(base), scenario.edit):
                if edit:
                    edit(text)
            (stack / "cdk.tf.json").write_text(json.dumps(text))
            state = str(self._home / f"{stack.name}.tfstate")
            override = {"terraform": {"backend": {"local": {"path": state}}}}
            (stack / "state_override.tf.json").write_text(json.dumps(override))
            yield stack

    def _terraform(self, stack: Path) -> Terraform:
        terraform = Terraform(stack, self._environ)
        terraform.init()
        return terraform

    def _root(self, code: Mapping[str, str]) -> Path:
        """The project, or a copy of what packages are made from with the code changed."""
        if not code:
            return ROOT
        copy = self._home / "project"
        shutil.copytree(ROOT / "lambda_code", copy / "lambda_code", ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / "pyproject.toml", copy)
        (copy / ".cache").mkdir()
        (copy / ".cache" / "wheels").symlink_to((ROOT / ".cache" / "wheels").resolve())
        for name, more in code.items():
            with (copy / name).open("a") as file:
                file.write(more)
        return copy


def _with(settings: Settings, changes: Mapping[str, Any]) -> Settings:
    """The settings with sections changed, unchecked: some of it a team would be refused."""
    update = {
        name: getattr(settings, name).model_copy(update=value) if isinstance(value, Mapping) else value
        for name, value in changes.items()
    }
    return settings.model_copy(update=update)


def trimmed(plan: Json) -> Json:
    """The plan without what stays as it is, and without the copies of everything that a review never reads."""
    kept = {name: plan[name] for name in _KEPT if name in plan}
    changes = map(_as_in_aws, plan.get("resource_changes", []))
    kept["resource_changes"] = [one for one in changes if _is_change(one)]
    outputs = plan.get("output_changes", {}).items()
    kept["prior_state"] = _arns(plan)
    kept["output_changes"] = {name: one for name, one in outputs if one["actions"] != ["no-op"]}
    return kept


def _is_change(one: Json) -> bool:
    before, after = one["change"]["before"], one["change"]["after"]
    same = one["change"]["actions"] == ["update"] and before == after
    return (one["change"]["actions"] != ["no-op"] and not same) or "previous_address" in one


def _as_in_aws(one: Json) -> Json:
    """The emulator says that an alarm on a percentile is one on the average, too, which AWS does not."""
    before, after = one["change"]["before"], one["change"]["after"]
    if before and after and after.get("extended_statistic") and not after.get("statistic"):
        return one | {"change": one["change"] | {"before": before | {"statistic": after["statistic"]}}}
    return one


def _arns(plan: Json) -> Json:
    """Of what is deployed, the ARNs of keys and secrets."""
    module = plan.get("prior_state", {}).get("values", {}).get("root_module", {})
    found = [one for one in module.get("resources", []) if one["type"] in ("aws_kms_key", "aws_secretsmanager_secret")]
    names = ("address", "mode", "type", "name")
    resources = [{n: one[n] for n in names} | {"values": {"arn": one["values"]["arn"]}} for one in found]
    return {"format_version": "1.0", "values": {"root_module": {"resources": resources}}}


def policies(stack: Json) -> Json:
    """What of a synthesized stack a review reads: its policies, with references for what isn't known yet."""
    found: Json = stack["resource"]
    bodies = {type_: found[type_] for type_ in _POLICIES if type_ in found}
    return {"resource": {t: {i: {"policy": b["policy"]} for i, b in many.items()} for t, many in bodies.items()}}


def main(names: list[str]) -> int:
    """Records the named scenarios, or all."""
    chosen = {name: SCENARIOS[name] for name in names or SCENARIOS}
    with tempfile.TemporaryDirectory() as home, running_emulator(Path(home)) as url:
        recorder = Recorder(Path(home), url)
        for base in {scenario.base for scenario in chosen.values()} - {"nothing"} | ({"small"} if not names else set()):
            recorder.deploy(base)
        failed = False
        for name, scenario in chosen.items():
            try:
                _write(name, recorder.plan(scenario, Path(home) / name), Path(home) / name, is_gone=scenario.is_gone)
            except AssertionError as error:
                failed = True
                print(f"{name}: {str(error)[-600:]}", file=sys.stderr)
        if not names:
            recorder.drift("small")
            drifted = Scenario(base="small", options=())
            _write(DRIFT, recorder.plan(drifted, Path(home) / DRIFT), Path(home) / DRIFT)
    return int(failed)


def _write(name: str, plans: Mapping[str, Json], folder: Path, *, is_gone: bool = False) -> None:
    shutil.rmtree(PLANS / name, ignore_errors=True)
    (PLANS / name).mkdir(parents=True)
    for stack, plan in plans.items():
        found = json.dumps(trimmed(plan), separators=(",", ":"))
        (PLANS / name / f"{stack}.json").write_text(found + "\n")
        if is_gone:
            (PLANS / name / f"{stack}{GONE}").touch()
        if '"policy":true' in found:
            text = policies(json.loads((folder / "stacks" / stack / "cdk.tf.json").read_text()))
            (PLANS / name / f"{stack}.tf.json").write_text(json.dumps(text, separators=(",", ":")) + "\n")
    print(f"{name}: {len(plans)} plans", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
