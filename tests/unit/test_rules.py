"""Every rule holds in every synthesized stack, and every rule can fail."""

from pathlib import Path

import pytest
from cdktf import App
from cdktf_cdktf_provider_aws.s3_bucket_public_access_block import S3BucketPublicAccessBlock

from stacks.identity import StackKind, write_identities
from stacks.release import Release
from stacks.settings import Environment, TapStackArgs
from stacks.state_location import StateLocation
from stacks.tap_stack import TapStack
from tests.project import ROOT
from tests.rules import RULES, Case, Rule, cases_of
from tests.rules.mutations import Mutation
from tests.synthesized import VARIANTS, Stack, read_stacks
from tests.unit.settings.factory import make_settings

# Security Hub (FSBP) and checkov ids of what the pipeline is made of.
_CONTROLS = """
Kinesis.1 CKV_AWS_43 CKV_AWS_185 Kinesis.3 S3.8 CKV_AWS_53 CKV_AWS_56 S3.5 S3.12 S3.17 CKV_AWS_145 S3.14 S3.10 S3.13
CKV_AWS_21 CKV_AWS_300 S3.9 CKV_AWS_18 S3.11 Lambda.1 CKV_AWS_301 CKV_AWS_364 Lambda.2 Lambda.7 CKV_AWS_50 CKV_AWS_116
CKV_AWS_115 CKV_AWS_173 CKV_AWS_45 APIGateway.8 CKV_AWS_309 APIGateway.9 CKV_AWS_76 CORS SNS.1 SNS.4 CKV_AWS_26
CKV_AWS_169 SQS.1 SQS.3 DynamoDB.1 DynamoDB.2 DynamoDB.6 CKV_AWS_28 CKV_AWS_119 KMS.3 KMS.4 KMS.5 SecretsManager.3
CKV_AWS_149 CloudWatch.15 CloudWatch.16 CloudWatch.17 CKV_AWS_158 CKV_AWS_338 IAM.1 IAM.21 CKV_AWS_62 CKV_AWS_63
CKV_AWS_286 CKV_AWS_290 CKV_AWS_355
"""


@pytest.fixture(scope="session")
def cases(environments: list[Environment], every_stack: dict[str, Stack]) -> list[Case]:
    """Every stack with its environment."""
    return cases_of((*VARIANTS, *environments), every_stack)


@pytest.fixture(scope="session")
def breakable(cases: list[Case]) -> list[Case]:
    """The same in the order in which mutations try them: first what is held to the production rules."""
    return sorted(cases, key=lambda case: (not case.settings.production, case.stack.identity.kind is StackKind.STATE))


def test_every_stack_has_an_environment(cases: list[Case], every_stack: dict[str, Stack]) -> None:
    assert sorted(case.stack.name for case in cases) == sorted(every_stack)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_rule_holds_in_every_stack(rule: Rule, cases: list[Case]) -> None:
    assert rule.violations(cases) == [], rule.title


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_rule_finds_what_it_is_about(rule: Rule, cases: list[Case]) -> None:
    assert rule.subjects(cases) > 0, f"{rule.name} finds nothing to look at: it would hold whatever the stacks were"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_rule_has_a_title_and_a_mutation(rule: Rule) -> None:
    assert rule.title
    assert rule.broken_by, f"{rule.name} has no mutation: nothing shows that it can fail"


@pytest.mark.parametrize(
    ("rule", "mutation"),
    [pytest.param(rule, one, id=f"{rule.name}: {one.text}") for rule in RULES for one in rule.broken_by],
)
def test_rule_fires_when_its_subject_is_broken(rule: Rule, mutation: Mutation, breakable: list[Case]) -> None:
    for case in breakable:
        broken = case.mutated(mutation)
        if broken.stack.json != case.stack.json:
            others = [other for other in breakable if other is not case] if rule.over_all else []
            assert rule.violations([broken, *others]), f"{rule.name} overlooks in {case.stack.name}: {mutation.text}"
            return
    pytest.fail(f"no stack has what this mutation breaks: {mutation.text}")


@pytest.mark.parametrize("control", _CONTROLS.split())
def test_every_control_has_a_rule(control: str) -> None:
    covered = {one.strip() for rule in RULES for one in rule.controls.split(",")}
    assert control in covered


def test_a_broken_stack_that_is_really_synthesized_is_caught(tmp_path: Path) -> None:
    environment = Environment(name="broken", suffix="broken", settings=make_settings())
    app = App(outdir=str(tmp_path), context={"excludeStackIdFromLogicalIds": "true"})
    stack = TapStack(
        app,
        "tap-broken-us-east-1",
        TapStackArgs(environment_suffix="broken", region="us-east-1", settings=environment.settings, environ={}),
        state=StateLocation.of(environment),
        release=Release.build(ROOT, environment),
    )
    block = stack.node.find_child("archive").node.find_child("public-access-block")
    assert isinstance(block, S3BucketPublicAccessBlock)
    block.add_override("block_public_acls", False)
    app.synth()
    write_identities(tmp_path, [environment.pipeline("us-east-1")])

    case = Case(read_stacks(tmp_path)["tap-broken-us-east-1"], environment)
    broken = {rule.name: rule.violations([case]) for rule in RULES if rule.violations([case])}

    assert set(broken) == {"public_access_is_blocked", "overrides_are_only_where_there_is_no_binding"}
    assert broken["public_access_is_blocked"] == [
        "tap-broken-us-east-1 aws_s3_bucket.archive: needs one aws_s3_bucket_public_access_block with all four true"
    ]
