"""The HTTP API in front of the receiver."""

import json

from cdktf_cdktf_provider_aws.apigatewayv2_api import Apigatewayv2Api
from cdktf_cdktf_provider_aws.apigatewayv2_api import Apigatewayv2ApiCorsConfiguration as Cors
from cdktf_cdktf_provider_aws.apigatewayv2_authorizer import Apigatewayv2Authorizer
from cdktf_cdktf_provider_aws.apigatewayv2_authorizer import Apigatewayv2AuthorizerJwtConfiguration as JwtConfiguration
from cdktf_cdktf_provider_aws.apigatewayv2_integration import Apigatewayv2Integration
from cdktf_cdktf_provider_aws.apigatewayv2_route import Apigatewayv2Route
from cdktf_cdktf_provider_aws.apigatewayv2_stage import Apigatewayv2Stage
from cdktf_cdktf_provider_aws.apigatewayv2_stage import Apigatewayv2StageAccessLogSettings as AccessLogs
from cdktf_cdktf_provider_aws.apigatewayv2_stage import Apigatewayv2StageDefaultRouteSettings as RouteSettings
from cdktf_cdktf_provider_aws.lambda_permission import LambdaPermission
from constructs import Construct

from modules.encryption_key import EncryptionKey
from modules.function import Function
from modules.http_api_settings import LONGEST_FUNCTION_SECONDS, ApiSettings
from modules.log_group import LogGroup
from modules.named_stack import names_of
from modules.names import Kind
from modules.observability_settings import LogRetentionDays

STAGE = "$default"  # its URL has no path of its own
# Only what API Gateway itself knows of a request ($context, API Gateway developer guide, "Logging variables for HTTP
# APIs"): never a body or a header, and only what a saved query shows, since each request pays for it. Every line
# has a time of its own. `integrationRequestId` is the request id that the function logs.
_ACCESS_LOG = {
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
# Any, since extensions of CloudEvents are headers of any name. `*` means no more than the header's name, and only
# without cookies, which are never allowed; it doesn't cover `authorization` (Fetch standard, "CORS protocol").
_CORS_HEADERS = ["authorization", "*"]
# Every other request (API Gateway developer guide, "Create routes for HTTP APIs").
_ANYTHING_ELSE = "$default"


class HttpApi(Construct):
    """An HTTP API with one stage, throttling, detailed metrics and JSON access logs."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        key: EncryptionKey,
        settings: ApiSettings,
        log_retention_days: LogRetentionDays,
    ) -> None:
        """Named after its construct id."""
        super().__init__(scope, id_)
        self.name = names_of(self)(id_, Kind.API)
        self.resource = Apigatewayv2Api(
            self,
            "Default",
            name=self.name,
            protocol_type="HTTP",
            cors_configuration=_cors(settings.cors_origins),
        )
        self.logs = LogGroup(
            self,
            "access-logs",
            # Groups under this prefix share one entry of the account's size-limited resource policy for delivered logs
            # (CloudWatch Logs user guide, "Enabling logging from AWS services").
            name=f"/aws/vendedlogs/{self.name}",
            key=key,
            retention_days=log_retention_days,
        )
        Apigatewayv2Stage(
            self,
            "stage",
            api_id=self.resource.id,
            name=STAGE,
            auto_deploy=True,
            access_log_settings=AccessLogs(destination_arn=self.logs.resource.arn, format=json.dumps(_ACCESS_LOG)),
            default_route_settings=RouteSettings(
                detailed_metrics_enabled=True,
                throttling_rate_limit=settings.throttle_rate_per_second,
                throttling_burst_limit=settings.throttle_burst,
            ),
        )
        self._auth = settings.auth
        self._authorizer = self._jwt_authorizer(settings) if settings.auth == "jwt" else None
        self._integrations: dict[str, Apigatewayv2Integration] = {}
        self.arn, self.url, self.stage = self.resource.arn, self.resource.api_endpoint, STAGE

    def route(self, method: str, path: str, function: Function, *, public: bool = False) -> None:
        """Sends `method path` to the function; a `public` route needs no authorization, whatever `auth` says."""
        authorisation = "NONE" if public else {"iam": "AWS_IAM", "jwt": "JWT"}.get(self._auth, "NONE")
        self._add(path.strip("/").replace("/", "-"), f"{method} {path}", f"{method}{path}", function, authorisation)

    def catch_all(self, function: Function) -> None:
        """Sends every other request to the function, unauthorized: it must answer that there is no such path or method.

        So do browsers' preflights, which can't be authorized; the API's CORS configuration adds headers to the answers.
        """
        self._add("others", _ANYTHING_ELSE, _ANYTHING_ELSE, function, "NONE")

    def _add(self, role: str, route_key: str, resource: str, function: Function, authorisation: str) -> None:
        """`resource` is what follows the stage in the ARN by which API Gateway invokes the function for the route."""
        if function.settings.timeout_seconds > LONGEST_FUNCTION_SECONDS:
            raise ValueError(
                f"a function behind {route_key} may run {LONGEST_FUNCTION_SECONDS} s at most, "
                f"got {function.settings.timeout_seconds}"
            )
        Apigatewayv2Route(
            self,
            role,
            api_id=self.resource.id,
            route_key=route_key,
            target=f"integrations/{self._integration(function).id}",
            authorization_type=authorisation,
            authorizer_id=self._authorizer.id if self._authorizer and authorisation == "JWT" else None,
        )
        LambdaPermission(
            self,
            f"invoke-{role}",
            statement_id=f"HttpApi{role.capitalize()}",
            action="lambda:InvokeFunction",
            function_name=function.resource.function_name,
            principal="apigateway.amazonaws.com",
            source_arn=f"{self.resource.execution_arn}/{STAGE}/{resource}",
        )

    def _integration(self, function: Function) -> Apigatewayv2Integration:
        id_ = function.node.id
        if id_ not in self._integrations:
            self._integrations[id_] = Apigatewayv2Integration(
                self,
                f"to-{id_}",
                api_id=self.resource.id,
                integration_type="AWS_PROXY",
                integration_uri=function.resource.invoke_arn,
                payload_format_version="2.0",
                timeout_milliseconds=(function.settings.timeout_seconds + 1) * 1000,
            )
        return self._integrations[id_]

    def _jwt_authorizer(self, settings: ApiSettings) -> Apigatewayv2Authorizer:
        if not settings.jwt_issuer or not settings.jwt_audience:
            raise ValueError("auth 'jwt' needs jwt_issuer and jwt_audience")
        return Apigatewayv2Authorizer(
            self,
            "jwt",
            api_id=self.resource.id,
            name="jwt",
            authorizer_type="JWT",
            identity_sources=["$request.header.Authorization"],
            jwt_configuration=JwtConfiguration(issuer=settings.jwt_issuer, audience=list(settings.jwt_audience)),
        )


def _cors(origins: tuple[str, ...]) -> Cors | None:
    if not origins:
        return None
    return Cors(
        allow_origins=list(origins),
        allow_methods=["GET", "POST"],
        allow_headers=_CORS_HEADERS,
        expose_headers=["retry-after"],
        max_age=300,
    )
