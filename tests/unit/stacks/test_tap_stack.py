"""The pipeline as a whole: what it is told, what each function is told."""

from collections.abc import Iterator, Mapping

import pytest

from lambda_code.importer import notification
from lambda_code.processor.records import read_batch
from lambda_code.shared import quarantine
from stacks import prefixes
from stacks.settings import FUNCTIONS
from tests.function_code import settings_of
from tests.synthesized import Stack


class _Recorded(Mapping[str, str]):
    """Variables that remember which of them were asked for; not those that may be missing, and are."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables, self.asked = variables, set[str]()

    def __getitem__(self, name: str) -> str:
        value = self._variables[name]
        self.asked.add(name)
        return value

    def __iter__(self) -> Iterator[str]:
        return iter(self._variables)

    def __len__(self) -> int:
        return len(self._variables)


def _variables(stack: Stack, function: str) -> dict[str, str]:
    found: dict[str, str] = stack.resource("aws_lambda_function", function)["environment"]["variables"]
    return found


def _pipelines(every_stack: dict[str, Stack], function: str) -> list[Stack]:
    return [stack for stack in every_stack.values() if function in stack.resources("aws_lambda_function")]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_reads_every_variable_that_its_stack_sets_and_no_other(
    every_stack: dict[str, Stack], function: str
) -> None:
    pipelines = _pipelines(every_stack, function)
    assert len(pipelines) > 20
    for stack in pipelines:
        given = _variables(stack, function)
        recorded = _Recorded({**given, "AWS_REGION": "us-east-1", "AWS_LAMBDA_FUNCTION_NAME": function})
        settings_of(function).Settings.from_environ(recorded)
        assert {name for name in recorded.asked if name.startswith("TAP_")} == set(given), stack.name


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_declares_the_variables_that_some_stack_sets(every_stack: dict[str, Stack], function: str) -> None:
    pipelines = _pipelines(every_stack, function)
    assert set(settings_of(function).VARIABLES) == {name for stack in pipelines for name in _variables(stack, function)}


def test_the_functions_are_told_where_to_read_and_write(dev: Stack) -> None:
    def bucket(role: str) -> str:
        return f"tap-{role}-dev-us-east-1-111111111111"

    assert _variables(dev, "processor") == {
        "TAP_STACK": "tap-dev-us-east-1",
        "TAP_ARCHIVE_BUCKET": bucket("archive"),
        "TAP_FAILURES_BUCKET": bucket("failures"),
        "TAP_DEDUPLICATION_DAYS": "35",
        "TAP_LEDGER_TABLE": "tap-ledger-dev-us-east-1",
    }
    assert _variables(dev, "importer") == {
        "TAP_STACK": "tap-dev-us-east-1",
        "TAP_STREAM_NAME": "tap-events-dev-us-east-1",
        "TAP_INBOX_BUCKET": bucket("inbox"),
        "TAP_FAILURES_BUCKET": bucket("failures"),
        "TAP_ACCOUNT_ID": "111111111111",
        "TAP_INBOX_RULES": '{"ignored_names": ["_*", ".*", "*.filepart", "*.tmp", "*.crc"], "records_paths": {}}',
    }


@pytest.mark.parametrize(
    ("variant", "auth", "has_secret"),
    [("plain", "signature", True), ("iam", "iam", False), ("jwt", "jwt", False), ("open", "open", False)],
)
def test_the_receiver_is_told_who_may_send_and_of_the_secret_only_where_it_checks_signatures(
    every_stack: dict[str, Stack], variant: str, auth: str, has_secret: bool
) -> None:
    variables = _variables(every_stack[f"tap-{variant}-us-east-1"], "receiver")
    assert variables["TAP_API_AUTH"] == auth
    assert ("TAP_SIGNING_SECRET_ARN" in variables) == has_secret


def test_without_deduplication_the_processor_is_told_of_no_ledger(every_stack: dict[str, Stack]) -> None:
    variables = _variables(every_stack["tap-forgetful-us-east-1"], "processor")
    assert variables["TAP_DEDUPLICATION_DAYS"] == "0"
    assert "TAP_LEDGER_TABLE" not in variables


def test_no_variable_holds_a_secret(every_stack: dict[str, Stack]) -> None:
    for stack in every_stack.values():
        for function in stack.resources("aws_lambda_function").values():
            values = [value for value in function["environment"]["variables"].values() if "${" in value]
            assert set(values) <= {"${aws_secretsmanager_secret.signing.arn}"}


def test_nothing_in_a_pipeline_is_shared_by_a_whole_account(every_stack: dict[str, Stack]) -> None:
    """The last pipeline that writes such a thing wins, and the first that is destroyed takes it from the others."""
    shared = {
        "aws_api_gateway_account",
        "aws_budgets_budget",
        "aws_s3_account_public_access_block",
        "aws_cloudwatch_log_resource_policy",
        "aws_sns_sms_preferences",
        "aws_ses_account_vdm_attributes",
    }
    pipelines = [stack for stack in every_stack.values() if stack.resources("aws_lambda_function")]
    assert not [stack.name for stack in pipelines if shared & set(stack.json["resource"])]


def test_roles_and_notifications_name_the_prefixes_that_the_functions_use() -> None:
    record = {
        "eventID": "shardId-000000000000:1",
        "kinesis": {"sequenceNumber": "1", "data": "", "approximateArrivalTimestamp": 0},
    }
    archived = read_batch([record]).home.partition("date=")[0]
    used = (notification.PREFIX, quarantine.PREFIX, archived)
    assert used == (prefixes.INCOMING, prefixes.QUARANTINE, prefixes.ARCHIVED)
