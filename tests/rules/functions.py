"""Rules on functions and who may invoke them (Lambda.*)."""

import base64
import hashlib
import re

from tests.rules.mutations import Mutation, add, drop, put, remove, statement
from tests.rules.reading import Resource, dig, each, granted, is_our_key, parts, target
from tests.rules.registry import Case, Check, Checks, rule
from tests.synthesized import Json

_FUNCTION = "aws_lambda_function"
_PERMISSION = "aws_lambda_permission"
_INVOKE = "aws_lambda_function_event_invoke_config"
_RECURSION = "aws_lambda_function_recursion_config"
_NOTIFICATION = "aws_s3_bucket_notification"
_ROLE = "aws_iam_role_policy"
_RUNTIMES = {"python3.13"}
_SECRET_NAME = re.compile(r"SECRET|TOKEN|PASSWORD|PASSWD|CREDENTIAL|PRIVATE|API_?KEY")
_SECRET_VALUE = re.compile(r"secret_string|random_password|AKIA[0-9A-Z]{16}|-----BEGIN|\bwhsec_")


@rule("Lambda.2", broken_by=[put(_FUNCTION, "runtime", "python3.9"), put(_FUNCTION, "architectures", ["x86_64"])])
def runtime_is_one_of_ours(case: Case) -> Checks:
    """Every function runs on an allowed runtime, on the processors that its package is built for."""
    for function in each(case.stack, _FUNCTION):
        runtime, processors = function.body.get("runtime"), function.body.get("architectures")
        yield Check(function.address, runtime in _RUNTIMES, f"runtime is {runtime}, allowed: {sorted(_RUNTIMES)}")
        yield Check(function.address, processors == [case.settings.architecture], f"architectures are {processors}")


@rule(
    "Lambda.7, CKV_AWS_50",
    broken_by=[
        put(_FUNCTION, "tracing_config.mode", "PassThrough"),
        put(_FUNCTION, "tracing_config.mode", "Active", of="processor"),
        drop(_FUNCTION, "tracing_config"),
    ],
)
def calls_are_traced(case: Case) -> Checks:
    """Every function is traced, unless the settings say otherwise."""
    for function in each(case.stack, _FUNCTION):
        own: bool | None = getattr(case.settings, function.id).tracing
        wanted = "Active" if (case.settings.observability.tracing if own is None else own) else "PassThrough"
        mode = dig(function.body, "tracing_config.mode")
        yield Check(function.address, mode == wanted, f"tracing is {mode}, the settings say {wanted}")


@rule(
    "CKV_AWS_116",
    broken_by=[
        drop(_FUNCTION, "dead_letter_config", of="importer"),
        put(_FUNCTION, "dead_letter_config.target_arn", "arn:aws:sqs:us-east-1:111111111111:other", of="importer"),
        remove(_INVOKE, of="importer"),
        put(_INVOKE, "maximum_retry_attempts", 0, of="importer"),
        statement(_ROLE, "SendDeadLetters", Action="sqs:ReceiveMessage", of="importer"),
    ],
)
def asynchronous_calls_end_in_dead_letters(case: Case) -> Checks:
    """Every function that is notified has retries with an end, and a queue of this stack behind them."""
    for function in _notified(case):
        queue = target(case.stack, dig(function.body, "dead_letter_config.target_arn"), "aws_sqs_queue")
        arn = f":{queue.body['name']}" if queue else "none"
        may_send = any(
            one["Action"] == ["sqs:SendMessage"] and all(resource.endswith(arn) for resource in one["Resource"])
            for one in granted(case.stack, function)
        )
        yield Check(function.address, queue is not None and may_send, "has no dead-letter queue that it may send to")
        configs = parts(case.stack, _INVOKE, function, "function_name")
        limits = [(one.body["maximum_retry_attempts"], one.body["maximum_event_age_in_seconds"]) for one in configs]
        yield Check(function.address, limits == [(2, 21600)], f"retries and age of asynchronous events are {limits}")


@rule("CKV_AWS_115, small accounts", broken_by=[put(_FUNCTION, "reserved_concurrent_executions", 10)])
def concurrency_is_reserved_only_on_demand(case: Case) -> Checks:
    """Reserved concurrency is unset unless the settings set it: small accounts refuse it."""
    for function in each(case.stack, _FUNCTION):
        wanted = getattr(case.settings, function.id).reserved_concurrency
        got = function.body.get("reserved_concurrent_executions")
        yield Check(function.address, got == wanted, f"reserves {got}, the settings say {wanted}")


@rule(
    "CKV_AWS_173, CKV_AWS_45, terraform-provider-aws#11595",
    broken_by=[
        drop(_FUNCTION, "kms_key_arn"),
        put(_FUNCTION, "environment.variables.TAP_SIGNING_SECRET", "x"),
        put(_FUNCTION, "environment.variables.TAP_STACK", "AKIA" + "A" * 16),
        put(
            _FUNCTION,
            "environment.variables.TAP_X",
            "${ephemeral.aws_secretsmanager_random_password.x.random_password}",
        ),
    ],
)
def the_environment_holds_no_secret(case: Case) -> Checks:
    """Every function's variables are encrypted with our key, and hold ARNs of secrets at most."""
    for function in each(case.stack, _FUNCTION):
        yield Check(function.address, is_our_key(case.stack, function.body.get("kms_key_arn")), "has not our key")
        for name, value in dig(function.body, "environment.variables").items():
            named = _SECRET_NAME.search(name) and not name.endswith("_ARN")
            yield Check(function.address, not named and not _SECRET_VALUE.search(value), f"{name} may hold a secret")


@rule(
    "no recursion, recursion",
    broken_by=[
        remove(_RECURSION),
        put(_RECURSION, "recursive_loop", "Allow", of="processor_recursion"),
        put(_RECURSION, "recursive_loop", "Terminate", of="importer_recursion"),
    ],
)
def a_function_that_calls_itself_is_stopped(case: Case) -> Checks:
    """Every function has recursion detection set to Terminate, but the importer: it hands on what it can't finish."""
    for function in each(case.stack, _FUNCTION):
        wanted = "Allow" if function.address.endswith(".importer") else "Terminate"
        found = [one.body["recursive_loop"] for one in parts(case.stack, _RECURSION, function, "function_name")]
        yield Check(function.address, found == [wanted], f"recursive_loop is {found}")


@rule(
    "terraform-aws-lambda#339",
    broken_by=[put(_FUNCTION, "source_code_hash", "AAAA"), drop(_FUNCTION, "source_code_hash")],
)
def the_hash_is_that_of_the_package(case: Case) -> Checks:
    """Every function's source_code_hash is that of the bytes which lie beside the Terraform."""
    for function in each(case.stack, _FUNCTION):
        package = case.stack.folder / function.body["filename"]
        digest = base64.b64encode(hashlib.sha256(package.read_bytes()).digest()).decode()
        yield Check(function.address, function.body.get("source_code_hash") == digest, "hash and package differ")


def _by_a_service_of_any_account(stack: Json) -> None:
    for body in stack["resource"].get(_PERMISSION, {}).values():
        body["source_arn"] = "*"


@rule(
    "Lambda.1, CKV_AWS_301, CKV_AWS_364, terraform-provider-aws#1582",
    broken_by=[
        put(_PERMISSION, "principal", "*"),
        put(_PERMISSION, "principal", "arn:aws:iam::111111111111:root"),
        drop(_PERMISSION, "source_arn"),
        Mutation("any source", _by_a_service_of_any_account),
        put(_PERMISSION, "source_arn", "${aws_apigatewayv2_api.api.execution_arn}/*/*", of="api"),
        put(_PERMISSION, "source_arn", "${aws_apigatewayv2_api.api.execution_arn}/$default/GET/*", of="api"),
        put(_PERMISSION, "source_arn", "${aws_apigatewayv2_api.api.execution_arn}/*/$default", of="api_invoke-others"),
        drop(_PERMISSION, "source_account", of="inbox"),
        put(_PERMISSION, "action", "lambda:*"),
        put(_PERMISSION, "function_url_auth_type", "NONE"),
        add("aws_lambda_function_url", function_name="x", authorization_type="NONE"),
    ],
)
def only_named_sources_invoke(case: Case) -> Checks:
    """Every permission is one service's, from one exact source: a route of the API, or a bucket of this account."""
    for permission in each(case.stack, _PERMISSION):
        body = permission.body
        yield Check(permission.address, body.get("action") == "lambda:InvokeFunction", "allows more than invoking")
        yield Check(permission.address, "function_url_auth_type" not in body, "opens a function URL")
        if body.get("principal") == "s3.amazonaws.com":
            bucket = target(case.stack, body.get("source_arn"), "aws_s3_bucket")
            own = body.get("source_account") == case.settings.account_id
            yield Check(permission.address, bucket is not None and own, "needs the bucket's ARN and its account")
        else:
            routes = [one.body["route_key"].replace(" ", "") for one in each(case.stack, "aws_apigatewayv2_route")]
            exact = re.fullmatch(
                r"\$\{aws_apigatewayv2_api\.[\w-]+\.execution_arn\}/\$default/(\S+)", body.get("source_arn", "")
            )
            holds = body.get("principal") == "apigateway.amazonaws.com" and exact is not None and exact[1] in routes
            yield Check(permission.address, holds, f"source {body.get('source_arn')} is no route of the API")
    for url in each(case.stack, "aws_lambda_function_url"):
        yield Check(url.address, False, "is a second way in, past the API")


def _notified(case: Case) -> list[Resource]:
    targets = [
        target(case.stack, one["lambda_function_arn"], _FUNCTION)
        for notification in each(case.stack, _NOTIFICATION)
        for one in notification.body.get("lambda_function", [])
    ]
    return [one for one in targets if one]
