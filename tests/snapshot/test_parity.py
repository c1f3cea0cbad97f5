"""Regions of an environment are alike; environments differ in size and safety, as declared, and in nothing else."""

import dataclasses
import json
import re
from collections.abc import Iterator
from copy import deepcopy

import pytest

from modules.alarm_catalogue import CATALOGUE
from modules.failure_mode import Limit, Setting
from stacks.identity import StackKind
from stacks.regions import KNOWN_REGIONS
from stacks.settings import Environment
from tests.snapshot.reading import but_for_the_secret, in_place_of, reviewable
from tests.synthesized import Json, Stack

_BY_AGE = "|".join(
    mode.id
    for mode in CATALOGUE
    if isinstance(mode.threshold, Setting)
    and mode.threshold.percent_of is Limit.RECORD_AGE
    and not mode.threshold.minutes
)
# What environments may differ in: where (a regular expression of the whole path), and why. Paths of both stacks are
# `type.id.argument`, with [] for a place in a list. Whatever differs elsewhere fails; so does an entry without a use.
_DECLARED = {
    r"aws_kinesis_stream\.events\.(shard_count|retention_period)": "size, and dev and local keep events for a day only",
    r"aws_lambda_function\.\w+\.memory_size": "size",
    r"aws_lambda_function\.\w+\.logging_config\.application_log_level": "dev and local say more",
    r"aws_lambda_event_source_mapping\.source\.parallelization_factor": "size",
    r"aws_lambda_event_source_mapping\.source\.maximum_record_age_in_seconds": "below the stream's retention",
    r"aws_lambda_event_source_mapping\.source\.maximum_batching_window_in_seconds": "local shows an event at once",
    **(
        {
            rf"aws_cloudwatch_metric_alarm\.alarms_\w+-({_BY_AGE})_\w+\.threshold": "follows the record age",
            r"aws_cloudwatch_dashboard\.dashboard\.dashboard_body\..*\.annotations\.horizontal\[\]\.(label|value)": (
                "likewise"
            ),
        }
        if _BY_AGE
        else {}
    ),
    r"aws_apigatewayv2_stage\.api_stage_\w+\.default_route_settings\.throttling_\w+": "size",
    r"aws_lambda_function\.receiver\.environment\.variables\.TAP_REQUESTS_PER_MINUTE": "follows the throttling",
    r"aws_apigatewayv2_api\.api\.cors_configuration\..*": "local lets a browser in",
    r"aws_cloudwatch_log_group\.[\w-]+\.retention_in_days": "prod keeps logs for a year",
    r"aws_kms_key\.(alerts-)?key\.deletion_window_in_days": "prod is protected",
    r"aws_secretsmanager_secret\.signing\.recovery_window_in_days": "prod is protected",
    r"aws_s3_bucket\.[\w-]+\.force_destroy": "prod is protected",
    r"aws_dynamodb_table\.ledger\.deletion_protection_enabled": "prod is protected",
    r"aws_\w+\.[\w-]+\.lifecycle\.prevent_destroy": "prod is protected",
    r"(aws_sns_topic_subscription|check\.alerts-confirmed)\..*": "dev and local wake nobody",
    r"provider\.aws\[\]\.(endpoints\[\]\.\w+|(access|secret)_key|(skip|s3)_\w+|(http|https|no)_proxy)": (
        "local calls an emulator"
    ),
    r"terraform\.backend\.s3\.(endpoints\.\w+|(access|secret)_key|(skip|use_path)_\w+)": ("likewise"),
}


def _text(stack: Stack) -> str:
    return json.dumps(reviewable(stack), sort_keys=True)


def test_regions_of_an_environment_are_equal_but_for_the_region(
    stacks: dict[str, Stack], environments: list[Environment]
) -> None:
    """With one region's name in place of the other's, the whole of both stacks is the same."""
    compared = 0
    for environment in environments:
        first, *others = environment.settings.regions
        for region in others:
            one, other = (stacks[environment.pipeline(each).name] for each in (first, region))
            assert in_place_of(region, first, other) == in_place_of(region, first, one)
            compared += 1
    assert compared == 3


def test_regions_that_share_a_secret_are_equal_but_for_who_owns_it(every_stack: dict[str, Stack]) -> None:
    owner, other = (
        in_place_of("eu-west-1", "us-east-1", every_stack[f"tap-edged-{region}"])
        for region in ("us-east-1", "eu-west-1")
    )
    assert owner != other
    assert but_for_the_secret(owner) == but_for_the_secret(other)


def test_a_stack_names_no_region_but_its_own_and_that_of_its_state(
    stacks: dict[str, Stack], environments: list[Environment]
) -> None:
    regions = re.compile("|".join(sorted(KNOWN_REGIONS)))
    for environment in environments:
        for identity in environment.stacks:
            written, own = json.loads(_text(stacks[identity.name])), identity.region
            backend = json.dumps(written["terraform"].pop("backend"))
            assert set(regions.findall(json.dumps(written))) == {own}
            assert set(regions.findall(backend)) <= {own, environment.settings.state.region}


def _flat(value: object, path: str) -> Iterator[tuple[str, str]]:
    """Every value that is in a document, with its path."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _flat(item, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for item in value:
            yield from _flat(item, f"{path}[]")
    else:
        yield path, json.dumps(value)


def _facts(stack: Stack, environment: Environment) -> set[tuple[str, str]]:
    """What is so in a stack, with neither environment nor account in its names; counted, as lists may repeat."""
    text = re.sub(rf"\b{environment.name}\b|(?<=_){environment.name}(?=_)", "ENVIRONMENT", _text(stack))
    document: Json = json.loads(text.replace(environment.settings.account_id, "ACCOUNT"))
    found = list(_flat({**document.pop("resource"), **document}, ""))
    return {(path, f"{value} x{found.count((path, value))}") for path, value in found}


def _differences(stacks: dict[str, Stack], environments: list[Environment]) -> Iterator[str]:
    """Paths whose values are not the same in every environment."""
    for kind in ("state", "us-east-1"):
        facts = [_facts(stacks[f"tap-{environment.name}-{kind}"], environment) for environment in environments]
        yield from (path for path, _ in facts[0].union(*facts) - facts[0].intersection(*facts))


def _undeclared(differences: set[str]) -> list[str]:
    return sorted(path for path in differences if not any(re.fullmatch(known, path) for known in _DECLARED))


@pytest.fixture(scope="module")
def differences(stacks: dict[str, Stack], environments: list[Environment]) -> set[str]:
    """Every path in which environments differ."""
    return set(_differences(stacks, environments))


def test_environments_differ_only_where_it_is_declared(differences: set[str]) -> None:
    assert _undeclared(differences) == []


def test_a_difference_that_is_not_declared_is_seen(stacks: dict[str, Stack], environments: list[Environment]) -> None:
    prod = stacks["tap-prod-us-east-1"]
    changed = dataclasses.replace(prod, json=deepcopy(prod.json))
    changed.resource("aws_lambda_event_source_mapping", "source")["maximum_retry_attempts"] = 11
    del changed.resource("aws_lambda_function", "receiver")["kms_key_arn"]
    assert _undeclared(set(_differences({**stacks, prod.name: changed}, environments))) == [
        "aws_lambda_event_source_mapping.source.maximum_retry_attempts",
        "aws_lambda_function.receiver.kms_key_arn",
    ]


def test_every_declared_difference_is_one(differences: set[str]) -> None:
    unused = [known for known in _DECLARED if not any(re.fullmatch(known, path) for path in differences)]
    assert unused == []


def test_every_environment_has_the_same_outputs(stacks: dict[str, Stack]) -> None:
    pipelines = [stack for stack in stacks.values() if stack.identity.kind is StackKind.PIPELINE]
    assert len({tuple(stack.outputs) for stack in pipelines}) == 1
