"""Rules on the HTTP API (APIGateway.*, Lens REL 1)."""

import json
import re

from tests.rules.mutations import drop, put, remove, statement
from tests.rules.reading import Resource, dig, each, granted, parts, refers_to, target
from tests.rules.registry import Case, Check, Checks, rule

_API, _ROUTE, _STAGE = "aws_apigatewayv2_api", "aws_apigatewayv2_route", "aws_apigatewayv2_stage"
_INTEGRATION, _FUNCTION = "aws_apigatewayv2_integration", "aws_lambda_function"
_DOMAIN, _HEALTH = "aws_apigatewayv2_domain_name", "aws_route53_health_check"
_OPEN = "GET /health"
_REST = "$default"
_AUTHORISATION = {"iam": "AWS_IAM", "jwt": "JWT", "signature": "NONE", "open": "NONE"}
_FIELD = re.compile(r"\$context\.[A-Za-z.]+")
# $context fields that hold what a client sent, or who it is.
_PERSONAL = re.compile(r"claims|header|body|\.path|querystring|userAgent|\.user|caller|cognito", re.IGNORECASE)
_LOGGED = {"requestId", "status", "integrationErrorMessage", "integration.requestId"}


@rule(
    "APIGateway.8, CKV_AWS_309",
    broken_by=[
        put(_ROUTE, "authorization_type", "JWT", of="api_process"),
        put(_ROUTE, "authorization_type", "AWS_IAM", of="api_health"),
        drop(_ROUTE, "authorization_type"),
        put(_ROUTE, "authorization_type", "JWT", of="api_others"),
        put(_ROUTE, "route_key", "ANY /process", of="api_others"),
        put(_ROUTE, "route_key", "ANY /{proxy+}", of="api_health"),
        remove(_ROUTE, of="api_others"),
    ],
)
def only_health_is_open(case: Case) -> Checks:
    """POST /process asks for what the settings say, and nothing else for anything: $default takes no events."""
    for api in each(case.stack, _API):
        routes = {one.body["route_key"]: one for one in parts(case.stack, _ROUTE, api, "api_id")}
        yield Check(api.address, set(routes) == {_OPEN, "POST /process", _REST}, f"routes are {sorted(routes)}")
        for key, route in routes.items():
            wanted = "NONE" if key in (_OPEN, _REST) else _AUTHORISATION[case.settings.api.auth]
            got = route.body.get("authorization_type")
            yield Check(route.address, got == wanted, f"authorises by {got}, the settings ask for {wanted}")


@rule(
    "APIGateway.8",
    broken_by=[
        drop(_ROUTE, "authorizer_id", of="api_process"),
        put("aws_apigatewayv2_authorizer", "jwt_configuration.issuer", "http://login.example.com/"),
        drop("aws_apigatewayv2_authorizer", "jwt_configuration.audience"),
        put("aws_apigatewayv2_authorizer", "identity_sources", ["$request.querystring.token"]),
    ],
)
def tokens_are_checked_for_issuer_and_audience(case: Case) -> Checks:
    """A route with JWT has an authorizer of the stack that knows issuer and audience and reads the header."""
    for route in each(case.stack, _ROUTE):
        if route.body.get("authorization_type") == "JWT":
            authorizer = target(case.stack, route.body.get("authorizer_id"), "aws_apigatewayv2_authorizer")
            body = authorizer.body if authorizer else {}
            issuer, audience = dig(body, "jwt_configuration.issuer"), dig(body, "jwt_configuration.audience")
            holds = str(issuer).startswith("https://") and bool(audience)
            yield Check(route.address, holds, f"issuer {issuer}, audience {audience}")
            sources = body.get("identity_sources")
            yield Check(route.address, sources == ["$request.header.Authorization"], f"reads the token from {sources}")


@rule(
    "APIGateway.8",
    broken_by=[
        put(_FUNCTION, "environment.variables.TAP_API_AUTH", "open", of="receiver"),
        drop(_FUNCTION, "environment.variables.TAP_SIGNING_SECRET_ARN", of="receiver"),
        put(_FUNCTION, "environment.variables.TAP_SIGNING_SECRET_ARN", "arn:other", of="receiver"),
        statement("aws_iam_role_policy", "ReadSigningSecret", Resource="arn:other"),
        statement("aws_iam_role_policy", "ReadSigningSecret", Resource="*"),
    ],
)
def the_code_checks_what_the_gateway_leaves(case: Case) -> Checks:
    """Where the gateway authorises nothing, the function behind it is told to check signatures, and has the secret."""
    for function in _behind_routes(case):
        auth = dig(function.body, "environment.variables.TAP_API_AUTH")
        yield Check(function.address, auth == case.settings.api.auth, f"checks {auth!r}")
        value = dig(function.body, "environment.variables.TAP_SIGNING_SECRET_ARN")
        signed, owner = case.settings.api.auth == "signature", case.environment.signing_region
        if owner in (None, case.region):
            known, arn = target(case.stack, value, "aws_secretsmanager_secret") is not None, value
        else:
            # A replica has the name of the secret, which says whose it is, and another ARN.
            known = value == f"{case.settings.project}-signing-{case.environment.suffix}-{owner}"
            arn = f"arn:aws:secretsmanager:{case.region}:{case.settings.account_id}:secret:{value}-??????"
        yield Check(function.address, known == signed and (value is not None) == signed, f"has {value}")
        reads = [
            one["Resource"]
            for one in granted(case.stack, function)
            if one["Action"] == ["secretsmanager:GetSecretValue"]
        ]
        yield Check(function.address, reads == ([[arn]] if signed else []), f"may read the secrets {reads}")


@rule("HTTP API", broken_by=[put(_FUNCTION, "environment.variables.TAP_API_AUTH", "open", of="receiver")])
def production_is_not_open(case: Case) -> Checks:
    """No function of production takes requests unseen."""
    for function in _behind_routes(case) if case.settings.production else []:
        auth = dig(function.body, "environment.variables.TAP_API_AUTH")
        yield Check(
            function.address, auth in ("signature", "iam", "jwt"), f"production takes requests of anybody: {auth}"
        )


@rule(
    "APIGateway.9, CKV_AWS_76",
    broken_by=[
        drop(_STAGE, "access_log_settings"),
        put(_STAGE, "access_log_settings.destination_arn", "arn:aws:logs:us-east-1:111111111111:log-group:other"),
        put(_STAGE, "access_log_settings.format", "$context.requestId $context.status"),
        put(_STAGE, "access_log_settings.format", json.dumps({"a": "$context.authorizer.claims.email"})),
        put(_STAGE, "access_log_settings.format", json.dumps({"a": "$request.header.authorization"})),
        put(_STAGE, "access_log_settings.format", json.dumps({"a": "$context.requestId"})),
    ],
)
def requests_are_logged_without_their_content(case: Case) -> Checks:
    """Every stage logs JSON of $context fields, with the integration's error and request id, to the stack's group."""
    for stage in each(case.stack, _STAGE):
        destination = dig(stage.body, "access_log_settings.destination_arn")
        group = target(case.stack, destination, "aws_cloudwatch_log_group")
        yield Check(stage.address, group is not None, f"logs to {destination}")
        fields = _fields(dig(stage.body, "access_log_settings.format"))
        foreign = [field for field in fields if not _FIELD.fullmatch(field) or _PERSONAL.search(field)]
        yield Check(stage.address, bool(fields) and not foreign, f"format is no JSON of $context fields: {foreign}")
        missing = {f"$context.{name}" for name in _LOGGED} - set(fields)
        yield Check(stage.address, not missing, f"does not log {sorted(missing)}")


@rule(
    "Lens REL 1",
    broken_by=[
        drop(_STAGE, "default_route_settings"),
        put(_STAGE, "default_route_settings.throttling_rate_limit", 0),
        put(_STAGE, "default_route_settings.throttling_burst_limit", 10),
        put(_STAGE, "default_route_settings.detailed_metrics_enabled", False),
        put(_STAGE, "route_settings", [{"route_key": "POST /process", "throttling_rate_limit": 0}]),
    ],
)
def requests_are_throttled_and_measured(case: Case) -> Checks:
    """Every stage has the rate and the burst of the settings, above 0, on all routes, and detailed metrics."""
    settings = case.settings.api
    wanted = {
        "detailed_metrics_enabled": True,
        "throttling_rate_limit": settings.throttle_rate_per_second,
        "throttling_burst_limit": settings.throttle_burst,
    }
    for stage in each(case.stack, _STAGE):
        got = stage.body.get("default_route_settings")
        holds = got == wanted and min(wanted.values()) > 0 and "route_settings" not in stage.body
        yield Check(stage.address, holds, f"route settings are {got}, wanted {wanted}")


@rule(
    "CORS",
    broken_by=[
        put(_API, "cors_configuration", {"allow_origins": ["*"], "allow_methods": ["GET"], "allow_headers": ["a"]}),
        put(_API, "cors_configuration.allow_origins", ["http://app.example.com"]),
        put(_API, "cors_configuration.allow_methods", ["*"]),
        put(_API, "cors_configuration.allow_headers", ["*"]),
        put(_API, "cors_configuration.allow_headers", ["authorization", "ce-id"]),
        put(_API, "cors_configuration.allow_credentials", True),
        drop(_API, "cors_configuration"),
    ],
)
def browsers_are_let_in_by_name(case: Case) -> Checks:
    """CORS names the settings' origins (https in production) and methods; without origins there is none.

    Headers may have any name, as CloudEvents' extensions have; `*` doesn't cover `authorization`. That is safe as long
    as browsers send no cookies.
    """
    origins = list(case.settings.api.cors_origins)
    for api in each(case.stack, _API):
        cors = api.body.get("cors_configuration", {})
        got = cors.get("allow_origins", [])
        yield Check(api.address, got == origins, f"origins are {got}, the settings say {origins}")
        plain = case.settings.production and any(not origin.startswith("https://") for origin in got)
        yield Check(api.address, not plain, f"origins in production are {got}")
        methods, headers = cors.get("allow_methods", []), cors.get("allow_headers", [])
        yield Check(api.address, set(methods) == ({"GET", "POST"} if origins else set()), f"methods are {methods}")
        wanted = {"authorization", "*"} if origins else set()
        yield Check(api.address, set(headers) == wanted, f"headers are {headers}")
        yield Check(api.address, "allow_credentials" not in cors, "lets browsers send cookies, which nobody reads")


@rule(
    "HTTP API",
    broken_by=[
        put(_INTEGRATION, "timeout_milliseconds", 1000),
        put(_INTEGRATION, "timeout_milliseconds", 31000),
        remove(_INTEGRATION),
    ],
)
def the_gateway_waits_for_the_function(case: Case) -> Checks:
    """The gateway gives up after the function does, within its own 30 seconds."""
    for function in _behind_routes(case):
        for one in _integrations(case, function):
            milliseconds = one.body.get("timeout_milliseconds", 30_000)
            holds = function.body["timeout"] * 1000 < milliseconds <= 30_000
            yield Check(one.address, holds, f"waits {milliseconds} ms for a function of {function.body['timeout']} s")
    for route in each(case.stack, _ROUTE):
        found = [one for one in each(case.stack, _INTEGRATION) if refers_to(_target_of(route), one, "id")]
        yield Check(route.address, len(found) == 1, "leads to no integration of the stack")


@rule(
    "multi-region, TLS",
    broken_by=[
        put(_DOMAIN, "domain_name_configuration.security_policy", "TLS_1_0"),
        put(_HEALTH, "type", "HTTP"),
        put(_HEALTH, "resource_path", "/"),
    ],
)
def the_domain_speaks_tls_1_2(case: Case) -> Checks:
    """A custom domain refuses TLS below 1.2, and regions are asked for their health over HTTPS."""
    for domain in each(case.stack, _DOMAIN):
        policy = dig(domain.body, "domain_name_configuration.security_policy")
        yield Check(domain.address, policy == "TLS_1_2", f"security policy is {policy}")
    for health in each(case.stack, _HEALTH):
        asked = (health.body.get("type"), health.body.get("resource_path"))
        yield Check(health.address, asked == ("HTTPS", "/health"), f"asks {asked}")


def _fields(text: str | None) -> list[str]:
    try:
        return list(json.loads(text or "{}").values())
    except ValueError:
        return []


def _target_of(route: Resource) -> str:
    return str(route.body.get("target", "")).removeprefix("integrations/")


def _integrations(case: Case, function: Resource) -> list[Resource]:
    return [one for one in each(case.stack, _INTEGRATION) if refers_to(one.body.get("integration_uri"), function)]


def _behind_routes(case: Case) -> list[Resource]:
    return [one for one in each(case.stack, _FUNCTION) if _integrations(case, one)]
