"""The names that a run works with are those that synthesis gives."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.project import ENVIRONMENTS
from tests.synthesized import Stack
from tools.replay.target import Target, TargetError, from_outputs, from_settings


def test_computed_names_are_the_outputs_of_every_synthesized_pipeline(stacks: dict[str, Stack]) -> None:
    pipelines = {name: stack for name, stack in stacks.items() if "processor_function" in stack.outputs}
    assert pipelines
    for name, stack in pipelines.items():
        target = from_settings(name, ENVIRONMENTS, {})
        assert target.failures_bucket == stack.outputs["failures_bucket"]["value"]
        assert target.processor == stack.outputs["processor_function"]["value"]
        assert target.archive_bucket == stack.outputs["archive_bucket"]["value"]
        assert target.stream == stack.outputs["stream_name"]["value"]
        assert target.ledger_table == stack.outputs["ledger_table"]["value"]
        assert target.workgroup == stack.outputs["query_workgroup"]["value"]
        assert target.database == stack.outputs["query_database"]["value"]
        assert target.compactor == stack.outputs["compactor_function"]["value"]
        assert target.region in name


def test_only_an_emulator_has_an_endpoint_and_the_variable_moves_it() -> None:
    moved = {"AWS_ENDPOINT_URL": "http://127.0.0.1:5000"}
    assert from_settings("tap-local-us-east-1", ENVIRONMENTS, moved).endpoint_url == "http://127.0.0.1:5000"
    assert from_settings("tap-dev-us-east-1", ENVIRONMENTS, moved).endpoint_url is None


def test_an_ephemeral_environment_is_named_as_at_its_deployment() -> None:
    environ = {"TAP_ENVIRONMENT": "dev", "TAP_ENVIRONMENT_SUFFIX": "pr42"}
    target = from_settings("tap-pr42-eu-west-1", ENVIRONMENTS, environ)
    assert (target.region, target.processor) == ("eu-west-1", "tap-processor-pr42-eu-west-1")


def test_an_unknown_stack_is_told_with_those_that_there_are() -> None:
    with pytest.raises(TargetError, match=r"no stack 'tap-dev'; there is: tap-dev-us-east-1, .*TAP_ENVIRONMENT=dev"):
        from_settings("tap-dev", ENVIRONMENTS, {})


def test_wrong_settings_are_told(tmp_path: Path) -> None:
    with pytest.raises(TargetError, match="no TOML file"):
        from_settings("tap-dev-us-east-1", tmp_path, {})


OUTPUTS = {
    "processor_function": "tap-processor-dev-eu-west-1",
    "failures_bucket": "tap-failures-dev-eu-west-1-111111111111",
    "archive_bucket": "tap-archive-dev-eu-west-1-111111111111",
    "stream_name": "tap-events-dev-eu-west-1",
    "alerts_topic_arn": "arn:aws:sns:eu-west-1:111111111111:tap-alerts-dev-eu-west-1",
}


@pytest.mark.parametrize(
    "content",
    [
        {name: {"sensitive": False, "type": "string", "value": value} for name, value in OUTPUTS.items()},
        {"tap-dev-us-east-1": {}, "tap-dev-eu-west-1": OUTPUTS},
    ],
)
def test_outputs_are_read_as_terraform_and_as_cdktf_write_them(content: Any, tmp_path: Path) -> None:
    path = tmp_path / "outputs.json"
    path.write_text(json.dumps(content))
    assert from_outputs("tap-dev-eu-west-1", path) == Target(
        region="eu-west-1",
        account_id="111111111111",
        processor="tap-processor-dev-eu-west-1",
        failures_bucket="tap-failures-dev-eu-west-1-111111111111",
        archive_bucket="tap-archive-dev-eu-west-1-111111111111",
        stream="tap-events-dev-eu-west-1",
        ledger_table=None,
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "can't be read: No such file"),
        ("{", "not JSON"),
        ("[]", "no processor_function, failures_bucket, archive_bucket, stream_name, alerts_topic_arn"),
        ('{"tap-dev-eu-west-1": 1}', "no processor_function"),
        (json.dumps({**OUTPUTS, "failures_bucket": {"value": 1}}), "no failures_bucket; allowed"),
        (json.dumps({**OUTPUTS, "alerts_topic_arn": "topic"}), "no ARN in alerts_topic_arn"),
    ],
)
def test_other_files_are_refused(text: str | None, said: str, tmp_path: Path) -> None:
    path = tmp_path / "outputs.json"
    if text is not None:
        path.write_text(text)
    with pytest.raises(TargetError, match=said):
        from_outputs("tap-dev-eu-west-1", path)
