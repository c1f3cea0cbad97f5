"""What stacks tell others; the list of names is in tests/snapshot."""

from typing import Any

from stacks.settings import FUNCTIONS
from tests.synthesized import Stack


def _values(stack: Stack) -> dict[str, Any]:
    return {name: output["value"] for name, output in stack.outputs.items()}


def test_a_pipeline_tells_the_names_of_what_it_made(dev: Stack) -> None:
    assert _values(dev) == {
        "api_url": "${aws_apigatewayv2_api.api.api_endpoint}",
        "api_id": "${aws_apigatewayv2_api.api.id}",
        "stream_name": dev.resource("aws_kinesis_stream", "events")["name"],
        "archive_bucket": dev.resource("aws_s3_bucket", "archive")["bucket"],
        "inbox_bucket": dev.resource("aws_s3_bucket", "inbox")["bucket"],
        "failures_bucket": dev.resource("aws_s3_bucket", "failures")["bucket"],
        "ledger_table": dev.resource("aws_dynamodb_table", "ledger")["name"],
        "query_database": dev.resource("aws_glue_catalog_database", "query_catalog")["name"],
        "query_workgroup": dev.resource("aws_athena_workgroup", "query_workgroup")["name"],
        "results_bucket": dev.resource("aws_s3_bucket", "results")["bucket"],
        "signing_secret_arn": "${aws_secretsmanager_secret.signing.arn}",
        **{f"{role}_function": dev.resource("aws_lambda_function", role)["function_name"] for role in FUNCTIONS},
        "dead_letter_queue": dev.resource("aws_sqs_queue", "dead-letters")["name"],
        "alerts_topic_arn": "${aws_sns_topic.alerts.arn}",
        "pages_topic_arn": "${aws_sns_topic.pages.arn}",
        "dashboard_name": dev.resource("aws_cloudwatch_dashboard", "dashboard")["dashboard_name"],
        "key_alias": dev.resource("aws_kms_alias", "key_alias")["name"],
        "alerts_key_alias": dev.resource("aws_kms_alias", "alerts-key_alias")["name"],
    }


def test_a_state_stack_tells_bucket_and_key(stacks: dict[str, Stack]) -> None:
    assert _values(stacks["tap-dev-state"]) == {
        "state_bucket": "tap-state-dev-us-east-1-111111111111",
        "state_key_alias": "alias/tap-state-dev-us-east-1",
    }


def test_an_edge_tells_the_name_that_all_regions_share(every_stack: dict[str, Stack]) -> None:
    assert _values(every_stack["tap-edged-edge"]) == {"api_url": "https://events.example.com"}


def test_every_output_is_described_and_none_is_secret(every_stack: dict[str, Stack]) -> None:
    for stack in every_stack.values():
        assert stack.outputs
        for output in stack.outputs.values():
            assert set(output) == {"value", "description"}
            assert output["description"]


def test_what_a_stack_does_not_have_it_does_not_tell(every_stack: dict[str, Stack]) -> None:
    everything = set(every_stack["tap-plain-us-east-1"].outputs)
    assert everything - set(every_stack["tap-forgetful-us-east-1"].outputs) == {"ledger_table"}
    assert everything - set(every_stack["tap-iam-us-east-1"].outputs) == {"signing_secret_arn"}
