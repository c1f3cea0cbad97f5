"""One name for the API, answered by whichever region is healthy and nearest."""

from dataclasses import dataclass

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.acm_certificate import AcmCertificate
from cdktf_cdktf_provider_aws.acm_certificate_validation import AcmCertificateValidation
from cdktf_cdktf_provider_aws.apigatewayv2_api_mapping import Apigatewayv2ApiMapping
from cdktf_cdktf_provider_aws.apigatewayv2_domain_name import Apigatewayv2DomainName
from cdktf_cdktf_provider_aws.apigatewayv2_domain_name import (
    Apigatewayv2DomainNameDomainNameConfiguration as Configuration,
)
from cdktf_cdktf_provider_aws.route53_health_check import Route53HealthCheck
from cdktf_cdktf_provider_aws.route53_record import Route53Record
from cdktf_cdktf_provider_aws.route53_record import Route53RecordAlias as Alias
from cdktf_cdktf_provider_aws.route53_record import Route53RecordLatencyRoutingPolicy as LatencyRouting
from constructs import Construct

from modules.api_domain_settings import EdgeSettings

_VALIDATION_TTL_SECONDS = 300
_HEALTH_INTERVAL_SECONDS = 30
_HEALTH_FAILURES = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class RegionalApi:
    """The API of one region: its id, and the host that `GET /health` answers on."""

    region: str
    api_id: str
    stage: str
    host: str


class ApiDomain(Construct):
    """A domain name in every region, with health checks and latency records: an unhealthy region drops out of DNS.

    Certificates are issued by ACM in each region for the same name, so that one validation record serves all of them.
    """

    def __init__(self, scope: Construct, id_: str, *, settings: EdgeSettings, apis: tuple[RegionalApi, ...]) -> None:
        """`apis`: one or more, of different regions."""
        super().__init__(scope, id_)
        if not apis:
            raise ValueError("a domain needs the API of at least one region")
        self._domain_name, self._zone_id = settings.domain_name, settings.hosted_zone_id
        # The region is in the ids: it is unique and, unlike a place in a list, stable.
        certificates = {api.region: self._certificate(api.region) for api in apis}
        record = self._validation_record(certificates[apis[0].region])
        for api in apis:
            self._serve(api, certificates[api.region], record)

    def _certificate(self, region: str) -> AcmCertificate:
        return AcmCertificate(
            self,
            f"certificate-{region}",
            domain_name=self._domain_name,
            validation_method="DNS",
            region=region,
            tags={"Region": region},
            lifecycle=TerraformResourceLifecycle(create_before_destroy=True),
        )

    def _validation_record(self, certificate: AcmCertificate) -> Route53Record:
        option = certificate.domain_validation_options.get(0)
        return Route53Record(
            self,
            "validation",
            zone_id=self._zone_id,
            name=option.resource_record_name,
            type=option.resource_record_type,
            records=[option.resource_record_value],
            ttl=_VALIDATION_TTL_SECONDS,
        )

    def _serve(self, api: RegionalApi, certificate: AcmCertificate, validation: Route53Record) -> None:
        valid = AcmCertificateValidation(
            self,
            f"valid-{api.region}",
            certificate_arn=certificate.arn,
            validation_record_fqdns=[validation.fqdn],
            region=api.region,
        )
        domain = Apigatewayv2DomainName(
            self,
            f"domain-{api.region}",
            domain_name=self._domain_name,
            domain_name_configuration=Configuration(
                certificate_arn=valid.certificate_arn, endpoint_type="REGIONAL", security_policy="TLS_1_2"
            ),
            region=api.region,
            tags={"Region": api.region},
        )
        Apigatewayv2ApiMapping(
            self,
            f"mapping-{api.region}",
            api_id=api.api_id,
            domain_name=domain.id,
            stage=api.stage,
            region=api.region,
        )
        health = Route53HealthCheck(
            self,
            f"health-{api.region}",
            type="HTTPS",
            fqdn=api.host,
            port=443,
            resource_path="/health",
            request_interval=_HEALTH_INTERVAL_SECONDS,
            failure_threshold=_HEALTH_FAILURES,
        )
        Route53Record(
            self,
            f"route-{api.region}",
            zone_id=self._zone_id,
            name=self._domain_name,
            type="A",
            set_identifier=api.region,
            health_check_id=health.id,
            latency_routing_policy=LatencyRouting(region=api.region),
            alias=Alias(
                name=domain.domain_name_configuration.target_domain_name,
                zone_id=domain.domain_name_configuration.hosted_zone_id,
                evaluate_target_health=True,
            ),
        )
