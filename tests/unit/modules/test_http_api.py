"""The API: its routes, throttled, logged, and open to whom the settings say."""

import json

import pytest
from cdktf import TerraformStack

from modules.encryption_key import EncryptionKey
from modules.http_api import HttpApi
from modules.http_api_settings import ApiSettings, Auth
from tests.synthesized import Json, Stack
from tests.unit.modules.parts import bare_stack, make_function, make_key


def _routes(stack: Stack) -> dict[str, Json]:
    return {route["route_key"]: route for route in stack.resources("aws_apigatewayv2_route").values()}


def test_the_api_is_an_http_api_without_cors_unless_origins_are_set(dev: Stack) -> None:
    assert dev.arguments("aws_apigatewayv2_api", "api") == {"name": "tap-api-dev-us-east-1", "protocol_type": "HTTP"}


def test_cors_names_origins_and_methods_and_lets_headers_have_any_name(every_stack: dict[str, Stack]) -> None:
    api = every_stack["tap-browser-us-east-1"].resource("aws_apigatewayv2_api", "api")
    assert api["cors_configuration"] == {
        "allow_origins": ["https://app.example.com"],
        "allow_methods": ["GET", "POST"],
        "allow_headers": ["authorization", "*"],
        "expose_headers": ["retry-after"],
        "max_age": 300,
    }


def test_the_stage_is_throttled_measured_and_logged(dev: Stack) -> None:
    stage = dev.arguments("aws_apigatewayv2_stage", "api_stage")
    logs = stage.pop("access_log_settings")
    assert stage == {
        "api_id": "${aws_apigatewayv2_api.api.id}",
        "name": "$default",
        "auto_deploy": True,
        "default_route_settings": {
            "detailed_metrics_enabled": True,
            "throttling_rate_limit": 100,
            "throttling_burst_limit": 200,
        },
    }
    assert logs["destination_arn"].startswith("${aws_cloudwatch_log_group.api_access-logs_")


def test_access_logs_hold_what_the_gateway_knows_and_never_bodies_or_headers(dev: Stack) -> None:
    stage = dev.resource("aws_apigatewayv2_stage", "api_stage")
    assert json.loads(stage["access_log_settings"]["format"]) == {
        "requestId": "$context.requestId",
        "sourceIp": "$context.identity.sourceIp",
        "routeKey": "$context.routeKey",
        "status": "$context.status",
        "responseLatency": "$context.responseLatency",
        "integrationStatus": "$context.integrationStatus",
        "integrationLatency": "$context.integrationLatency",
        "integrationRequestId": "$context.integration.requestId",
        "integrationError": "$context.integrationErrorMessage",
        "authorizerError": "$context.authorizer.error",
    }


@pytest.mark.parametrize(
    ("variant", "authorisation"), [("plain", "NONE"), ("open", "NONE"), ("iam", "AWS_IAM"), ("jwt", "JWT")]
)
def test_events_are_taken_as_the_settings_say_and_all_else_is_open(
    every_stack: dict[str, Stack], variant: str, authorisation: str
) -> None:
    routes = _routes(every_stack[f"tap-{variant}-us-east-1"])
    assert {key: route["authorization_type"] for key, route in routes.items()} == {
        "GET /health": "NONE",
        "POST /process": authorisation,
        "$default": "NONE",
    }


def test_tokens_are_checked_against_issuer_and_audience(every_stack: dict[str, Stack]) -> None:
    stack = every_stack["tap-jwt-us-east-1"]
    assert stack.arguments("aws_apigatewayv2_authorizer", "api_jwt") == {
        "api_id": "${aws_apigatewayv2_api.api.id}",
        "name": "jwt",
        "authorizer_type": "JWT",
        "identity_sources": ["$request.header.Authorization"],
        "jwt_configuration": {"issuer": "https://login.example.com/", "audience": ["tap"]},
    }
    routes = _routes(stack)
    assert routes["POST /process"]["authorizer_id"].startswith("${aws_apigatewayv2_authorizer.api_jwt_")
    assert "authorizer_id" not in routes["GET /health"]
    assert "authorizer_id" not in routes["$default"]


@pytest.mark.parametrize("variant", ["plain", "open", "iam"])
def test_there_is_no_authorizer_without_tokens(every_stack: dict[str, Stack], variant: str) -> None:
    assert not every_stack[f"tap-{variant}-us-east-1"].resources("aws_apigatewayv2_authorizer")


def test_all_routes_go_to_the_receiver_by_one_integration_that_waits_longer_than_it(dev: Stack) -> None:
    assert len(dev.resources("aws_apigatewayv2_integration")) == 1
    assert dev.arguments("aws_apigatewayv2_integration", "api_to-receiver") == {
        "api_id": "${aws_apigatewayv2_api.api.id}",
        "integration_type": "AWS_PROXY",
        "integration_uri": "${aws_lambda_function.receiver.invoke_arn}",
        "payload_format_version": "2.0",
        "timeout_milliseconds": 11_000,
    }
    (target,) = {route["target"] for route in _routes(dev).values()}
    assert target.startswith("integrations/${aws_apigatewayv2_integration.api_to-receiver_")


@pytest.mark.parametrize(
    ("id_", "route", "statement_id"),
    [
        ("health", "GET/health", "HttpApiHealth"),
        ("process", "POST/process", "HttpApiProcess"),
        ("others", "$default", "HttpApiOthers"),
    ],
)
def test_the_gateway_may_invoke_the_receiver_for_exactly_this_route(
    dev: Stack, id_: str, route: str, statement_id: str
) -> None:
    assert dev.arguments("aws_lambda_permission", f"api_invoke-{id_}") == {
        "statement_id": statement_id,
        "action": "lambda:InvokeFunction",
        "function_name": "${aws_lambda_function.receiver.function_name}",
        "principal": "apigateway.amazonaws.com",
        "source_arn": f"${{aws_apigatewayv2_api.api.execution_arn}}/$default/{route}",
    }


def _api(stack: TerraformStack, key: EncryptionKey, auth: Auth, **given: object) -> HttpApi:
    settings = ApiSettings(auth=auth, **given)  # type: ignore[arg-type]
    return HttpApi(stack, "api", key=key, settings=settings, log_retention_days=30)


@pytest.mark.parametrize("given", [{}, {"jwt_issuer": "https://a.example.com"}, {"jwt_audience": ("a",)}])
def test_tokens_without_issuer_or_audience_are_refused(given: dict[str, object]) -> None:
    stack = bare_stack()
    with pytest.raises(ValueError, match="auth 'jwt' needs jwt_issuer and jwt_audience"):
        _api(stack, make_key(stack), "jwt", **given)


def test_a_route_of_several_parts_is_named_after_all_of_them() -> None:
    stack = bare_stack()
    key = make_key(stack)
    api = _api(stack, key, "iam")
    api.route("POST", "/events/batch", make_function(stack, key))
    assert {"events-batch", "invoke-events-batch", "to-processor"} <= {child.node.id for child in api.node.children}


def test_a_function_that_runs_longer_than_the_gateway_waits_is_refused() -> None:
    stack = bare_stack()
    key = make_key(stack)
    api = _api(stack, key, "iam")
    with pytest.raises(ValueError, match=r"a function behind POST /process may run 29 s at most, got 30"):
        api.route("POST", "/process", make_function(stack, key, timeout_seconds=30))


def test_a_function_that_answers_just_in_time_gets_its_route() -> None:
    stack = bare_stack()
    key = make_key(stack)
    api = _api(stack, key, "iam")
    api.route("POST", "/process", make_function(stack, key, timeout_seconds=29))
    assert api.node.try_find_child("process")
