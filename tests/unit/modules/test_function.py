"""A function: its own role, its own log group, and nothing that it does not need."""

import json

import pytest

from modules.iam import Statement
from stacks.settings import FUNCTIONS
from tests.synthesized import UNUSUAL, Stack
from tests.unit.modules.parts import bare_stack, make_function, make_key


def test_every_field_of_the_receiver_is_what_its_setting_says(prod: Stack) -> None:
    receiver = prod.arguments("aws_lambda_function", "receiver")
    assert receiver.pop("filename").endswith("/receiver.zip")
    assert len(receiver.pop("source_code_hash")) == 44
    assert [name[:-9] for name in receiver.pop("depends_on")] == [
        "aws_cloudwatch_log_group.receiver_logs",
        "aws_iam_role_policy.receiver_policy",
    ]
    assert receiver.pop("role").startswith("${aws_iam_role.receiver_role_")
    assert receiver == {
        "function_name": "tap-receiver-prod-us-east-1",
        "runtime": "python3.13",
        "architectures": ["arm64"],
        "handler": "lambda_code.receiver.handler.handle",
        "memory_size": 1024,
        "timeout": 10,
        "kms_key_arn": "${aws_kms_key.key.arn}",
        "environment": {
            "variables": {
                "TAP_STACK": "tap-prod-us-east-1",
                "TAP_ENVIRONMENT": "prod",
                "TAP_VERSION": receiver["environment"]["variables"]["TAP_VERSION"],
                "TAP_STREAM_NAME": "tap-events-prod-us-east-1",
                "TAP_API_AUTH": "signature",
                "TAP_REQUESTS_PER_MINUTE": "60000",
                "TAP_SIGNING_SECRET_ARN": "${aws_secretsmanager_secret.signing.arn}",
            }
        },
        "tracing_config": {"mode": "Active"},
        "logging_config": {
            "log_format": "JSON",
            "application_log_level": "INFO",
            "system_log_level": "WARN",
            "log_group": "/aws/lambda/tap-receiver-prod-us-east-1",
        },
    }


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_runs_its_own_handler_from_its_own_package(dev: Stack, function: str) -> None:
    body = dev.resource("aws_lambda_function", function)
    assert body["handler"] == f"lambda_code.{function}.handler.handle"
    assert (dev.folder / body["filename"]).name == f"{function}.zip"
    assert (dev.folder / body["filename"]).is_file()


def test_sizes_are_not_swapped(every_stack: dict[str, Stack]) -> None:
    functions = every_stack["zap-unusual-ap-south-1"].resources("aws_lambda_function")
    keys = ("memory_size", "timeout", "reserved_concurrent_executions")
    assert {name: tuple(body[key] for key in keys) for name, body in functions.items()} == {
        name: (size["memory_mb"], size["timeout_seconds"], size["reserved_concurrency"])
        for name, size in ((name, UNUSUAL[name]) for name in FUNCTIONS)
    }


def test_no_concurrency_is_reserved_unless_a_setting_says_so(dev: Stack) -> None:
    bodies = dev.resources("aws_lambda_function").values()
    assert not [body for body in bodies if "reserved_concurrent_executions" in body]


def test_another_architecture_is_a_setting(every_stack: dict[str, Stack]) -> None:
    bodies = every_stack["tap-intel-us-east-1"].resources("aws_lambda_function").values()
    assert [body["architectures"] for body in bodies] == [["x86_64"]] * len(FUNCTIONS)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_without_tracing_nothing_is_traced_nor_allowed_to_be(every_stack: dict[str, Stack], function: str) -> None:
    traced, untraced = every_stack["tap-plain-us-east-1"], every_stack["tap-untraced-us-east-1"]
    assert traced.resource("aws_lambda_function", function)["tracing_config"] == {"mode": "Active"}
    assert traced.granted(function)["SendTraces"] == {
        "Sid": "SendTraces",
        "Effect": "Allow",
        "Action": ["xray:PutTraceSegments", "xray:PutTelemetryRecords"],
        "Resource": "*",
    }
    assert untraced.resource("aws_lambda_function", function)["tracing_config"] == {"mode": "PassThrough"}
    assert "SendTraces" not in untraced.granted(function)


def test_a_function_may_differ_from_the_others_in_whether_it_is_traced(every_stack: dict[str, Stack]) -> None:
    unusual = every_stack["zap-unusual-ap-south-1"]
    assert {name for name in FUNCTIONS if "SendTraces" in unusual.granted(name)} == {"receiver"}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_role_of_its_own_may_be_assumed_by_lambda_only(dev: Stack, function: str) -> None:
    role = dev.arguments("aws_iam_role", f"{function}_role")
    (statement,) = json.loads(role.pop("assume_role_policy"))["Statement"]
    assert role == {"name": f"tap-{function}-dev-us-east-1"}
    assert statement["Principal"] == {"Service": "lambda.amazonaws.com"}
    assert "Condition" not in statement
    policy = dev.resource("aws_iam_role_policy", f"{function}_policy")
    assert policy["role"].startswith(f"${{aws_iam_role.{function}_role_")
    assert dev.resource("aws_lambda_function", function)["role"] == policy["role"].replace(".id}", ".arn}")


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_may_write_to_its_own_log_group_but_not_create_one(dev: Stack, function: str) -> None:
    group = f"/aws/lambda/tap-{function}-dev-us-east-1"
    assert dev.granted(function)["WriteLogs"] == {
        "Sid": "WriteLogs",
        "Effect": "Allow",
        "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
        "Resource": f"arn:aws:logs:us-east-1:111111111111:log-group:{group}:*",
    }
    assert dev.resource("aws_lambda_function", function)["logging_config"]["log_group"] == group


@pytest.mark.parametrize(
    ("function", "sids"),
    [
        (
            "receiver",
            "DecryptViaSecretsmanager EncryptViaKinesis ReadSigningSecret SendTraces WriteEvents WriteLogs",
        ),
        (
            "processor",
            "ClaimEvents DecryptViaDynamodb DecryptViaKinesis DecryptViaS3 EncryptViaS3 ListFailedBatches PutArchive "
            "PutFailedBatches PutFailures ReadArchive ReadEvents SendTraces WriteLogs",
        ),
        (
            "importer",
            "DecryptViaS3 DecryptViaSqs EncryptViaKinesis EncryptViaS3 EncryptViaSqs InvokeItself ListInbox "
            "PutFailures ReadVersionsOfInbox SendDeadLetters SendTraces WriteEvents WriteLogs",
        ),
    ],
)
def test_a_function_may_do_this_and_nothing_else(dev: Stack, function: str, sids: str) -> None:
    assert list(dev.granted(function)) == sids.split()


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_that_triggers_itself_is_stopped_unless_it_is_meant_to(dev: Stack, function: str) -> None:
    assert dev.arguments("aws_lambda_function_recursion_config", f"{function}_recursion") == {
        "function_name": f"${{aws_lambda_function.{function}.function_name}}",
        "recursive_loop": "Allow" if function == "importer" else "Terminate",
    }


def test_a_function_that_is_meant_to_invokes_itself_and_no_other(dev: Stack) -> None:
    granted = dev.granted("importer")["InvokeItself"]
    assert granted["Action"] == "lambda:InvokeFunction"
    assert granted["Resource"] == "arn:aws:lambda:us-east-1:111111111111:function:tap-importer-dev-us-east-1"
    assert not any("InvokeItself" in dev.granted(function) for function in ("receiver", "processor"))


def test_only_what_is_invoked_asynchronously_has_dead_letters(dev: Stack) -> None:
    functions = dev.resources("aws_lambda_function")
    assert {name: functions[name].get("dead_letter_config") for name in ("receiver", "processor", "importer")} == {
        "receiver": None,
        "processor": None,
        "importer": {"target_arn": "${aws_sqs_queue.dead-letters.arn}"},
    }
    with_dead_letters = [name for name, body in functions.items() if "dead_letter_config" in body]
    assert len(dev.resources("aws_lambda_function_event_invoke_config")) == len(with_dead_letters)
    assert dev.arguments("aws_lambda_function_event_invoke_config", "importer_asynchronous") == {
        "function_name": "${aws_lambda_function.importer.function_name}",
        "maximum_event_age_in_seconds": 21600,
        "maximum_retry_attempts": 2,
    }


def test_grants_of_one_sid_become_one_statement() -> None:
    stack = bare_stack()
    function = make_function(stack, make_key(stack))
    function.allow(Statement(sid="Put", actions=("s3:PutObject",), resources=("arn:a",)))
    function.allow(Statement(sid="Put", actions=("s3:PutObject",), resources=("arn:b",)))
    with pytest.raises(ValueError, match="two statements called 'Put' differ"):
        function.allow(Statement(sid="Put", actions=("s3:GetObject",), resources=("arn:b",)))
    statements = json.loads(function.policy.policy_input or "")["Statement"]
    assert [s["Resource"] for s in statements if s["Sid"] == "Put"] == [["arn:a", "arn:b"]]
    assert [s["Sid"] for s in statements] == sorted(s["Sid"] for s in statements)
