"""What clients call: the API, its domain and its records."""

from tools.plan_review.acts import destroyed, ended
from tools.plan_review.amounts import above, cap_lowered, cap_raised, less, raised, zero
from tools.plan_review.predicates import becomes, differs, fewer, fewer_fields, more, switched_off, switched_on
from tools.plan_review.rules.broken import CLIENTS_REFUSED, CLIENTS_THROTTLED, ENDPOINT_LOST, ROUTE_LOST
from tools.plan_review.rules.exposed import AUTHORIZER_CHANGED, CORS_WIDER, TLS_WEAKENED
from tools.plan_review.rules.flow import FAILOVER_WEAKENED, LESS_ROOM, REDIRECTED, STOPPED
from tools.plan_review.rules.silenced import ACCESS_LOGS_OFF, GUARD_RAISED, METRICS_OFF
from tools.plan_review.verdicts.rows import FREE, RESOURCE, Table

_CORS = "cors_configuration.allow_headers cors_configuration.allow_methods cors_configuration.allow_origins"
_LIMITS = "default_route_settings.throttling_burst_limit default_route_settings.throttling_rate_limit"

ENDPOINTS: Table = {
    "aws_apigatewayv2_api": {
        RESOURCE: ended(ENDPOINT_LOST),
        "name description protocol_type version api_key_selection_expression route_selection_expression": FREE,
        "cors_configuration.allow_credentials": switched_on(CORS_WIDER),
        _CORS: (more(CORS_WIDER), fewer(CLIENTS_REFUSED)),
        "cors_configuration.expose_headers": fewer(CLIENTS_REFUSED),
        "cors_configuration.max_age": FREE,
        "disable_execute_api_endpoint": switched_on(ENDPOINT_LOST),
    },
    "aws_apigatewayv2_authorizer": {
        RESOURCE: destroyed(AUTHORIZER_CHANGED),
        "name": FREE,
        "api_id": differs(AUTHORIZER_CHANGED),
        "authorizer_type authorizer_uri identity_sources": differs(AUTHORIZER_CHANGED),
        "jwt_configuration.audience jwt_configuration.issuer": differs(AUTHORIZER_CHANGED),
    },
    "aws_apigatewayv2_integration": {
        RESOURCE: destroyed(ROUTE_LOST),
        "description integration_method": FREE,
        "api_id": differs(ROUTE_LOST),
        "integration_type integration_uri connection_type": differs(REDIRECTED),
        "payload_format_version": differs(ROUTE_LOST),
        "timeout_milliseconds": less(LESS_ROOM),
    },
    "aws_apigatewayv2_route": {
        RESOURCE: destroyed(ROUTE_LOST),
        "api_id": differs(ROUTE_LOST),
        "authorization_scopes": fewer(AUTHORIZER_CHANGED),
        "authorizer_id": differs(AUTHORIZER_CHANGED),
        "route_key": differs(ROUTE_LOST),
        "target": differs(REDIRECTED),
    },
    "aws_apigatewayv2_stage": {
        RESOURCE: ended(ENDPOINT_LOST),
        "api_id name description deployment_id": FREE,
        "access_log_settings.destination_arn": differs(ACCESS_LOGS_OFF),
        "access_log_settings.format": fewer_fields(ACCESS_LOGS_OFF),
        "auto_deploy": switched_off(ROUTE_LOST),
        "default_route_settings.detailed_metrics_enabled": switched_off(METRICS_OFF),
        _LIMITS: (zero(STOPPED), cap_raised(GUARD_RAISED), cap_lowered(CLIENTS_THROTTLED)),
    },
    "aws_apigatewayv2_api_mapping": {
        RESOURCE: destroyed(ENDPOINT_LOST),
        "api_id stage": differs(REDIRECTED),
        "domain_name api_mapping_key": differs(ENDPOINT_LOST),
    },
    "aws_apigatewayv2_domain_name": {
        RESOURCE: ended(ENDPOINT_LOST),
        "domain_name domain_name_configuration.endpoint_type": FREE,  # a change replaces it
        "domain_name_configuration.certificate_arn": differs(ENDPOINT_LOST),
        "domain_name_configuration.security_policy": becomes("TLS_1_0", None)(TLS_WEAKENED),
    },
    "aws_acm_certificate": {
        RESOURCE: destroyed(ENDPOINT_LOST),
        "domain_name validation_method": differs(ENDPOINT_LOST),
        "subject_alternative_names": fewer(ENDPOINT_LOST),
        "key_algorithm options type validation_option": FREE,
    },
    "aws_acm_certificate_validation": {
        RESOURCE: FREE,
        "certificate_arn validation_record_fqdns": FREE,
    },
    "aws_route53_zone": {
        RESOURCE: ended(ENDPOINT_LOST),
        "name comment": FREE,
        "force_destroy": switched_on(ENDPOINT_LOST),
        "zone_id": FREE,
    },
    "aws_route53_record": {
        RESOURCE: ended(ENDPOINT_LOST),
        "alias.zone_id fqdn": FREE,
        "name set_identifier type zone_id": differs(ENDPOINT_LOST),
        "ttl": raised(FAILOVER_WEAKENED),
        "alias.name records latency_routing_policy.region": differs(REDIRECTED),
        "alias.evaluate_target_health": switched_off(FAILOVER_WEAKENED),
        "health_check_id": differs(FAILOVER_WEAKENED),
    },
    "aws_route53_health_check": {
        RESOURCE: destroyed(FAILOVER_WEAKENED),
        "enable_sni fqdn ip_address port resource_path search_string type": differs(FAILOVER_WEAKENED),
        "failure_threshold": above(none=3)(FAILOVER_WEAKENED),
        "request_interval": above(none=30)(FAILOVER_WEAKENED),
        "disabled invert_healthcheck": switched_on(FAILOVER_WEAKENED),
        "regions": fewer(FAILOVER_WEAKENED),
        "measure_latency reference_name": FREE,
    },
}
