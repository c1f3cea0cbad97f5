"""Which limit is met first, and what decides about it."""

import pytest

from stacks.traffic_settings import TrafficSettings
from tests.synthesized import Stack
from tests.unit.cost.stacks import resources_of
from tools.cost.limits import Limit, limits
from tools.cost.prices import BASE, price_list
from tools.cost.services.table import writes_per_event


def _limits(stack: Stack, **traffic: int) -> dict[str, Limit]:
    found = limits(resources_of(stack), TrafficSettings(**traffic), price_list(BASE))
    rates = [limit.events_per_second for limit in found]
    assert rates == sorted(rates)
    return {limit.what: limit for limit in found}


def test_the_throttle_of_the_api_counts_requests_and_not_events(dev: Stack) -> None:
    [stage] = dev.resources("aws_apigatewayv2_stage").values()
    rate = stage["default_route_settings"]["throttling_rate_limit"]
    assert next(iter(_limits(dev).values())).what == "requests to the API"
    assert _limits(dev)["requests to the API"].events_per_second == rate
    assert _limits(dev, events_per_request=100)["requests to the API"].events_per_second == 100 * rate
    assert _limits(dev, file_percent=50)["requests to the API"].events_per_second == 2 * rate


def test_files_meet_no_limit_of_the_api(dev: Stack) -> None:
    assert next(iter(_limits(dev, file_percent=100))) == "writes to the shards"
    assert not [name for name in _limits(dev, file_percent=100) if "API" in name or "receiver" in name]


def test_a_shard_takes_a_thousand_records_or_a_megabyte(prod: Stack) -> None:
    shards = prod.resource("aws_kinesis_stream", "events")["shard_count"]
    small, large = (_limits(prod, bytes_per_event=size)["writes to the shards"] for size in (100, 10_000))
    assert small.events_per_second == 1000 * shards
    assert large.events_per_second == pytest.approx(shards * 2**20 / (10_000 + 150))
    assert small.decided_by == "stream.shards"


def test_reserved_concurrency_limits_a_function(every_stack: dict[str, Stack]) -> None:
    plain, single = (_limits(every_stack[f"tap-{name}-us-east-1"]) for name in ("plain", "single"))
    receiver = single["executions of the receiver"]
    assert receiver.decided_by == "receiver.reserved_concurrency"
    assert plain["executions of the receiver"].events_per_second == pytest.approx(1000 * receiver.events_per_second)


def test_new_on_demand_streams_and_tables_take_less_than_later(every_stack: dict[str, Stack]) -> None:
    found = _limits(every_stack["tap-elastic-us-east-1"], bytes_per_event=100)
    assert found["writes to a new on-demand stream"].events_per_second == 4000
    new, later = found["claims in a new ledger"], found["claims in the ledger"]
    assert later.events_per_second == 10 * new.events_per_second
    assert "claims in the ledger" not in _limits(every_stack["tap-forgetful-us-east-1"])


def test_a_scaled_ledger_takes_what_its_maximum_takes(every_stack: dict[str, Stack]) -> None:
    stack = every_stack["tap-scaled-us-east-1"]
    [most] = {each["max_capacity"] for each in stack.resources("aws_appautoscaling_target").values()}
    found = _limits(stack)["claims in the ledger"]
    assert found.events_per_second == most / writes_per_event(price_list(BASE))
    assert found.decided_by == "ledger_capacity.maximum_units"


def test_only_a_pipeline_has_limits(every_stack: dict[str, Stack]) -> None:
    assert _limits(every_stack["tap-dev-state"]) == {}
