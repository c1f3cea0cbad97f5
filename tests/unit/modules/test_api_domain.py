"""One name for the API, answered by whichever region is healthy."""

import pytest

from modules.api_domain import ApiDomain
from modules.api_domain_settings import EdgeSettings
from tests.synthesized import Stack
from tests.unit.modules.parts import bare_stack

_REGIONS = ("us-east-1", "eu-west-1")
_DOMAIN, _ZONE = "events.example.com", "Z0123456789ABCDEFGHIJ"


@pytest.fixture(scope="module")
def edge(every_stack: dict[str, Stack]) -> Stack:
    """The edge stack of a variant with two regions."""
    return every_stack["tap-edged-edge"]


@pytest.mark.parametrize("region", _REGIONS)
def test_a_region_has_a_certificate_that_is_replaced_before_it_is_destroyed(edge: Stack, region: str) -> None:
    assert edge.arguments("aws_acm_certificate", f"domain_certificate-{region}") == {
        "domain_name": _DOMAIN,
        "validation_method": "DNS",
        "region": region,
        "tags": {"Region": region},
        "lifecycle": {"create_before_destroy": True},
    }
    valid = edge.arguments("aws_acm_certificate_validation", f"domain_valid-{region}")
    assert valid["certificate_arn"].startswith(f"${{aws_acm_certificate.domain_certificate-{region}_")
    assert valid["validation_record_fqdns"][0].startswith("${aws_route53_record.domain_validation_")
    assert valid["region"] == region


def test_one_record_validates_the_certificates_of_all_regions(edge: Stack) -> None:
    record = edge.arguments("aws_route53_record", "domain_validation")
    option = "domain_validation_options).0.resource_record_"
    assert (record["zone_id"], record["ttl"]) == (_ZONE, 300)
    for key, attribute in (("name", "name"), ("type", "type")):
        assert record[key].endswith(f"{option}{attribute}}}")
    assert record["records"][0].endswith(f"{option}value}}")


@pytest.mark.parametrize("region", _REGIONS)
def test_a_region_serves_the_domain_over_tls_1_2(edge: Stack, region: str) -> None:
    domain = edge.arguments("aws_apigatewayv2_domain_name", f"domain_domain-{region}")
    certificate = domain["domain_name_configuration"].pop("certificate_arn")
    assert certificate.startswith(f"${{aws_acm_certificate_validation.domain_valid-{region}_")
    assert domain == {
        "domain_name": _DOMAIN,
        "domain_name_configuration": {"endpoint_type": "REGIONAL", "security_policy": "TLS_1_2"},
        "region": region,
        "tags": {"Region": region},
    }
    mapping = edge.arguments("aws_apigatewayv2_api_mapping", f"domain_mapping-{region}")
    assert mapping.pop("domain_name").startswith(f"${{aws_apigatewayv2_domain_name.domain_domain-{region}_")
    assert mapping == {
        "api_id": f"${{data.terraform_remote_state.state-{region}.outputs.api_id}}",
        "stage": "$default",
        "region": region,
    }


@pytest.mark.parametrize("region", _REGIONS)
def test_a_region_drops_out_when_its_health_check_fails_three_times(edge: Stack, region: str) -> None:
    api = f"${{data.terraform_remote_state.state-{region}.outputs.api_id}}"
    assert edge.arguments("aws_route53_health_check", f"domain_health-{region}") == {
        "type": "HTTPS",
        "fqdn": f"{api}.execute-api.{region}.amazonaws.com",
        "port": 443,
        "resource_path": "/health",
        "request_interval": 30,
        "failure_threshold": 3,
    }


@pytest.mark.parametrize("region", _REGIONS)
def test_clients_are_sent_to_the_nearest_healthy_region(edge: Stack, region: str) -> None:
    record = edge.arguments("aws_route53_record", f"domain_route-{region}")
    alias, health = record.pop("alias"), record.pop("health_check_id")
    assert record == {
        "zone_id": _ZONE,
        "name": _DOMAIN,
        "type": "A",
        "set_identifier": region,
        "latency_routing_policy": {"region": region},
    }
    assert health.startswith(f"${{aws_route53_health_check.domain_health-{region}_")
    assert alias["evaluate_target_health"] is True
    assert alias["name"].endswith(".domain_name_configuration[0].target_domain_name}")
    assert alias["zone_id"].endswith(".domain_name_configuration[0].hosted_zone_id}")
    assert f"domain_domain-{region}_" in alias["name"]
    assert f"domain_domain-{region}_" in alias["zone_id"]


def test_a_domain_without_a_region_is_refused() -> None:
    with pytest.raises(ValueError, match="a domain needs the API of at least one region"):
        ApiDomain(bare_stack(), "domain", settings=EdgeSettings(domain_name=_DOMAIN, hosted_zone_id=_ZONE), apis=())
