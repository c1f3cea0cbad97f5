"""Which stacks there are."""

import tomllib

from stacks.identity import StackKind
from stacks.settings import FUNCTIONS, Environment
from tests.project import ROOT
from tests.synthesized import Stack


def test_an_environment_has_one_state_and_one_pipeline_per_region(
    stacks: dict[str, Stack], environments: list[Environment]
) -> None:
    expected = [
        f"tap-{environment.name}-{role}"
        for environment in environments
        for role in ("state", *environment.settings.regions)
    ]
    assert sorted(stacks) == sorted(expected)
    assert len(stacks) == 11


def test_a_pipeline_lives_in_the_region_and_account_that_its_settings_name(
    stacks: dict[str, Stack], environments: list[Environment]
) -> None:
    for environment in environments:
        for region in environment.settings.regions:
            stack = stacks[f"tap-{environment.name}-{region}"]
            assert stack.json["provider"]["aws"][0]["region"] == region
            assert stack.resource("aws_kinesis_stream", "events")["name"].endswith(f"-{environment.name}-{region}")
            assert environment.settings.account_id in stack.resource("aws_s3_bucket", "archive")["bucket"]


def test_the_project_s_short_name_is_a_setting_and_written_nowhere(every_stack: dict[str, Stack]) -> None:
    for name in ("zap-unusual-ap-south-1", "zap-unusual-state"):
        text = (every_stack[name].folder / "cdk.tf.json").read_text()
        assert text.replace("lambda_code", "").count("tap-") == 0


def test_health_tells_the_version_of_the_project(stacks: dict[str, Stack]) -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    pipelines = [stack for stack in stacks.values() if stack.identity.kind is StackKind.PIPELINE]
    functions = [stack.resource("aws_lambda_function", "receiver") for stack in pipelines]
    assert {function["environment"]["variables"]["TAP_VERSION"] for function in functions} == {version}


def test_packages_are_those_of_the_environment_s_architecture(every_stack: dict[str, Stack]) -> None:
    hashes = {
        variant: every_stack[f"tap-{variant}-us-east-1"].resource("aws_lambda_function", "receiver")["source_code_hash"]
        for variant in ("plain", "open", "intel")
    }
    assert hashes["plain"] == hashes["open"] != hashes["intel"]


def test_regions_of_an_environment_get_the_same_packages(stacks: dict[str, Stack]) -> None:
    for id_ in FUNCTIONS:
        functions = [
            stacks[f"tap-prod-{region}"].resource("aws_lambda_function", id_) for region in ("us-east-1", "eu-west-1")
        ]
        assert len({function["source_code_hash"] for function in functions}) == 1
