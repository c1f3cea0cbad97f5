"""What a pipeline costs follows from its settings and its traffic."""

import math
from typing import Any

import pytest

from tests.synthesized import Stack
from tests.unit.cost.stacks import amounts, cost, quantities, resources_of
from tools.cost.flow import HOURS, SECONDS
from tools.cost.resources import Resource, Resources


def test_without_events_only_what_is_there_costs(dev: Stack) -> None:
    alarms = dev.resources("aws_cloudwatch_metric_alarm").values()
    metrics = sum(sum("metric" in query for query in alarm.get("metric_query", [])) or 1 for alarm in alarms)
    assert metrics > len(alarms), "alarms on shares have two metrics"
    found = cost(dev, events_per_second=0)
    assert amounts(found) == {
        "Kinesis shards": pytest.approx(HOURS * 0.015),
        "CloudWatch alarms": pytest.approx(metrics * 0.10),
        "CloudWatch dashboard": 3.00,
        "KMS key": len(dev.resources("aws_kms_key")) * 1.00,
        "Secrets Manager signing secret": 0.40,
    }
    assert found.usd == found.usd_of("fixed")
    assert found.usd_per_million is None


def test_each_replica_of_the_secret_costs_as_much_as_a_secret(every_stack: dict[str, Stack]) -> None:
    name, found = "Secrets Manager signing secret", []
    for region in ("us-east-1", "eu-west-1"):
        found.append(amounts(cost(every_stack[f"tap-edged-{region}"], region, events_per_second=0)).get(name))
    assert found == [0.80, None]


def test_the_receiver_reads_the_secret_in_each_region_where_requests_are_signed(every_stack: dict[str, Stack]) -> None:
    name = "Secrets Manager reads of the signing secret"
    owner, replica, unsigned = (
        quantities(cost(every_stack[f"tap-{stack}"], events_per_second=1)).get(name)
        for stack in ("edged-us-east-1", "edged-eu-west-1", "jwt-us-east-1")
    )
    assert owner == replica == 24 * HOURS
    assert unsigned is None


def test_retention_and_shards_cost_as_the_stream_says(prod: Stack) -> None:
    [stream] = prod.resources("aws_kinesis_stream").values()
    assert stream["retention_period"] == 168
    found = amounts(cost(prod, events_per_second=0))
    assert found["Kinesis shards"] == pytest.approx(stream["shard_count"] * HOURS * 0.015)
    assert found["Kinesis retention beyond 24 hours"] == pytest.approx(stream["shard_count"] * HOURS * 0.020)


def test_a_million_single_events(dev: Stack) -> None:
    """Each line as it is computed by hand, at one event per second and below every tier."""
    found, millions = quantities(cost(dev, events_per_second=1, duplicate_percent=0, months=1)), SECONDS / 1e6
    assert found["API Gateway requests"] == pytest.approx(millions * 1e6)
    assert found["Lambda receiver: invocations"] == pytest.approx(millions * 1e6)
    assert found["Kinesis records written"] == pytest.approx(millions * 1e6)
    # A batch is what comes within 5 seconds of its first event.
    assert found["Lambda processor: invocations"] == pytest.approx(SECONDS / 6)
    assert found["S3 archive: objects put"] == pytest.approx(SECONDS / 6)
    # All of the first invocation of a second, one of twenty others.
    assert found["X-Ray receiver: traces"] == pytest.approx(SECONDS)
    assert found["X-Ray processor: traces"] == pytest.approx(SECONDS / 6)


def test_traces_are_a_share_of_what_is_above_one_per_second(dev: Stack) -> None:
    found = quantities(cost(dev, events_per_second=101))
    assert found["X-Ray receiver: traces"] == pytest.approx(SECONDS * (1 + 100 * 0.05))


def test_requests_are_metered_in_steps_of_512_kb(dev: Stack) -> None:
    small = quantities(cost(dev, events_per_second=100, events_per_request=100, bytes_per_event=1024))
    large = quantities(cost(dev, events_per_second=100, events_per_request=100, bytes_per_event=8192))
    assert small["API Gateway requests"] == pytest.approx(SECONDS)
    assert large["API Gateway requests"] == pytest.approx(2 * SECONDS)


def test_records_are_counted_in_units_of_25_kb(dev: Stack) -> None:
    found = quantities(cost(dev, events_per_second=1, bytes_per_event=30_000))
    assert found["Kinesis records written"] == pytest.approx(2 * SECONDS)


def test_a_batch_is_full_at_most(dev: Stack) -> None:
    few = quantities(cost(dev, events_per_second=1000))["Lambda processor: invocations"]
    assert few == pytest.approx(1000 / 500 * SECONDS)
    large = quantities(cost(dev, events_per_second=1000, bytes_per_event=100_000))
    per_batch = 6 * 2**20 // ((100_000 + 150) * 4 / 3 + 300)
    assert large["Lambda processor: invocations"] == pytest.approx(1000 / per_batch * SECONDS)
    assert large["S3 archive: objects put"] > large["Lambda processor: invocations"], (
        "an object is smaller than a batch"
    )


def test_what_is_kept_grows_until_it_expires(dev: Stack) -> None:
    days = int(dev.resource("aws_lambda_function", "processor")["environment"]["variables"]["TAP_DEDUPLICATION_DAYS"])
    rows = [amounts(cost(dev, months=months))["DynamoDB rows"] for months in (1, 2, 12)]
    assert rows[0] < rows[1] == rows[2]
    assert rows[1] / rows[0] == pytest.approx(days * 24 / HOURS)
    archive = [amounts(cost(dev, months=months))["S3 archive: storage"] for months in (1, 12)]
    assert archive[1] == pytest.approx(12 * archive[0])


def test_large_objects_move_to_infrequent_access_and_small_ones_stay(dev: Stack) -> None:
    [lifecycle] = [each for each in resources_of(dev).all if each.id.startswith("archive_lifecycle")]
    days = next(rule["transition"][0]["days"] for rule in lifecycle.blocks("rule") if rule.get("transition"))
    assert "S3 archive: moved" not in amounts(cost(dev, events_per_second=1000))
    found = quantities(cost(dev, events_per_second=1000, bytes_per_event=10_000, months=12))
    assert found["S3 archive: moved"] == found["S3 archive: objects put"]
    stays, moved = found["S3 archive: storage"], found["S3 archive: storage (IA)"]
    assert stays / (stays + moved) == pytest.approx(days * 24 / HOURS / 12)
    assert "S3 archive: moved" not in amounts(cost(dev, events_per_second=1000, bytes_per_event=10_000, months=1))


def test_keys_cost_more_after_their_first_two_rotations(dev: Stack) -> None:
    keys = len(dev.resources("aws_kms_key"))
    months = (12, 13, 25, 120)
    found = [amounts(cost(dev, months=each))["KMS key"] for each in months]
    assert found == [1.0 * keys, 2.0 * keys, 3.0 * keys, 3.0 * keys]


def test_files_cost_no_requests_but_reads_of_the_inbox(dev: Stack) -> None:
    found = quantities(cost(dev, events_per_second=100, file_percent=100, events_per_file=50_000))
    assert "API Gateway requests" not in found
    assert "Lambda receiver: invocations" not in found
    assert found["Lambda importer: invocations"] == pytest.approx(100 / 50_000 * SECONDS)
    assert found["S3 inbox: files put"] == found["S3 inbox: files read"] == found["Lambda importer: invocations"]
    assert found["S3 inbox: storage"] > 0


@pytest.mark.parametrize(
    ("name", "missing"),
    [("untraced", "X-Ray"), ("forgetful", "DynamoDB"), ("open", "Secrets Manager"), ("elastic", "Kinesis shards")],
)
def test_what_settings_switch_off_costs_nothing(every_stack: dict[str, Stack], name: str, missing: str) -> None:
    stacks = [every_stack[f"tap-{each}-us-east-1"] for each in ("plain", name)]
    with_it, without = (amounts(cost(stack, events_per_second=10)) for stack in stacks)
    assert any(line.startswith(missing) for line in with_it)
    assert not any(line.startswith(missing) for line in without)


def test_an_on_demand_stream_costs_by_the_gigabyte_each_record_rounded_up(every_stack: dict[str, Stack]) -> None:
    stack = every_stack["tap-elastic-us-east-1"]
    found = quantities(cost(stack, events_per_second=100, bytes_per_event=1024))
    assert found["Kinesis on-demand stream"] == HOURS
    assert found["Kinesis data written"] == pytest.approx(100 * SECONDS * 2048 / 2**30), "with marks it is above 1 KB"
    retention = stack.resource("aws_kinesis_stream", "events")["retention_period"]
    kept = (retention - 24) * 3600 * 100 * (1024 + 150) / 2**30
    assert found["Kinesis retention beyond 24 hours"] == pytest.approx(kept)


def test_retention_beyond_a_week_costs_by_the_gigabyte(every_stack: dict[str, Stack]) -> None:
    stack = every_stack["zap-unusual-ap-south-1"]
    found = quantities(cost(stack, events_per_second=10))
    kept = (240 - 168) * 3600 * 10 * (1024 + 150) / 2**30
    assert found["Kinesis retention beyond 7 days"] == pytest.approx(kept)


def test_the_architecture_decides_about_the_price_of_time(every_stack: dict[str, Stack]) -> None:
    arm, intel = (amounts(cost(every_stack[f"tap-{name}-us-east-1"])) for name in ("plain", "intel"))
    for name in ("receiver", "processor"):
        assert intel[f"Lambda {name}: time"] == pytest.approx(arm[f"Lambda {name}: time"] * 1.25, rel=0.001)


def _table(**values: Any) -> Resources:
    variables = {"variables": {"TAP_DEDUPLICATION_DAYS": "35"}}
    return Resources(
        (
            Resource("aws_kinesis_stream", "events", {"shard_count": 1}),
            Resource("aws_lambda_event_source_mapping", "source", {"batch_size": 500}),
            Resource("aws_lambda_function", "processor", {"environment": variables}),
            Resource("aws_dynamodb_table", "ledger", values),
        )
    )


def test_provisioned_capacity_costs_by_the_hour_whatever_is_written() -> None:
    table = _table(billing_mode="PROVISIONED", write_capacity=40, read_capacity=5)
    for events in (1, 20):
        found = amounts(cost(table, events_per_second=events))
        assert found["DynamoDB provisioned write capacity"] == pytest.approx(40 * HOURS * 0.00065)
        assert found["DynamoDB provisioned read capacity"] == pytest.approx(5 * HOURS * 0.00013)
        assert "DynamoDB claims" not in found


def test_scaled_capacity_follows_the_events_between_its_bounds() -> None:
    table = _table(billing_mode="PROVISIONED", write_capacity=1, read_capacity=1)
    dimension = "dynamodb:table:WriteCapacityUnits"
    bounds = {"scalable_dimension": dimension, "min_capacity": 10, "max_capacity": 500}
    metric = {"predefined_metric_type": "DynamoDBWriteCapacityUtilization"}
    tracking = {"target_value": 50, "predefined_metric_specification": [metric]}
    aim = {"target_tracking_scaling_policy_configuration": tracking}
    scaled = Resources(
        (
            *table.all,
            Resource("aws_appautoscaling_target", "writes", bounds),
            Resource("aws_appautoscaling_policy", "writes", aim),
        )
    )

    def units(events: int) -> float:
        found = quantities(cost(scaled, events_per_second=events))
        assert found["CloudWatch alarms of auto scaling"] == 4
        return found["DynamoDB provisioned write capacity"] / HOURS

    per_event = quantities(cost(_table(), events_per_second=1))["DynamoDB claims"] / SECONDS
    assert [units(events) for events in (0, 100, 100_000)] == [10, math.ceil(100 * per_event / 0.5), 500]


def test_health_checks_cost_with_the_requests_that_they_send(every_stack: dict[str, Stack]) -> None:
    stack = every_stack["tap-edged-edge"]
    checks = len(stack.resources("aws_route53_health_check"))
    found = amounts(cost(stack))
    assert found["Route 53 health checks"] == pytest.approx(checks * 0.50)
    assert found["Route 53 health checks: options"] == pytest.approx(checks * 1.00), "HTTPS"
    assert found["API Gateway requests of health checks"] == pytest.approx(checks * SECONDS / 30 * 16 / 1e6)


def test_an_hour_is_read_twice_to_be_compacted_and_10_mb_are_the_least(dev: Stack) -> None:
    """At 1 event per second an hour has less; at 1,000 it has 1,024 bytes * 0.18 of each event."""
    few, many = (quantities(cost(dev, events_per_second=rate, duplicate_percent=0)) for rate in (1, 1000))
    assert few["Athena compaction"] == pytest.approx(HOURS * 2 * 10)
    hour_mb = 1000 * 3600 * 1024 * 0.18 / 1e6
    assert many["Athena compaction"] == pytest.approx(HOURS * hour_mb * (2 + 0.68))
    assert many["S3 archive: objects read to compact"] == pytest.approx(2 * many["S3 archive: objects put"])
    assert few["Lambda compactor: invocations"] == pytest.approx(HOURS)
    assert few["S3 archive: listings to compact"] == pytest.approx(HOURS * 2 * (24 + 35))


def test_without_compaction_nothing_of_it_costs(every_stack: dict[str, Stack]) -> None:
    for variant in ("unasked", "uncompacted"):
        found = cost(every_stack[f"tap-{variant}-us-east-1"], events_per_second=100)
        assert not [name for name in amounts(found) if "compact" in name.lower()], variant
        assert not found.unknown


def test_raw_objects_that_expire_are_no_longer_stored(every_stack: dict[str, Stack]) -> None:
    stack, months = every_stack["zap-unusual-ap-south-1"], (1, 9, 12)
    raw, compacted = (
        [quantities(cost(stack, events_per_second=100, months=each))[f"S3 {what}: storage"] for each in months]
        for what in ("archive", "compacted")
    )
    assert raw[0] < raw[1] == raw[2]
    assert raw[1] / raw[0] == pytest.approx((222 + 33) * 24 / HOURS)
    assert compacted[0] == pytest.approx(0.68 * raw[0])
