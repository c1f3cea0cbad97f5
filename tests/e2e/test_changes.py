"""A deployed pipeline under Terraform: nothing to do, a change in place, and a repair."""

import pytest

from stacks.settings import Environment
from stacks.traffic_settings import TrafficSettings
from tests.e2e.conftest import Applied
from tests.e2e.planning import planned
from tests.integration.account import Account
from tests.integration.deployment import Deployment
from tests.integration.sender import Sender
from tools.cost.estimate import estimate
from tools.cost.resources import of_values, read_synthesized

pytestmark = pytest.mark.e2e

_ALARM = "aws_cloudwatch_metric_alarm.alarms_receiver-errors"


def _bigger_receiver(account: Account) -> Environment:
    return account.environment(receiver={"memory_mb": 640})


def test_of_two_applies_at_once_exactly_one_succeeds(applied: Applied) -> None:
    winner, loser = sorted(applied.applies, key=lambda done: done.returncode)
    assert (winner.returncode, loser.returncode) == (0, 1)
    assert "Apply complete!" in winner.stdout
    assert "Error acquiring the state lock" in loser.stderr


def test_a_second_plan_changes_nothing(applied: Applied) -> None:
    assert planned(applied.terraform) == {}


def test_what_is_deployed_costs_what_was_synthesized(applied: Applied) -> None:
    plan = applied.terraform.planned(applied.terraform.folder / "now.tfplan")
    deployed, wanted = of_values(plan["prior_state"]["values"]), of_values(plan["planned_values"])
    synthesized = read_synthesized(applied.terraform.folder)
    traffic = TrafficSettings(file_percent=20)
    found = [estimate(each, traffic, "us-east-1") for each in (synthesized, wanted, deployed)]
    assert found[0].usd > 0
    lines = [sorted(each.lines, key=repr) for each in found]
    assert lines[0] == lines[1] == lines[2]


def test_another_size_changes_one_function_in_place_and_keeps_what_is_stored(
    account: Account, applied: Applied, deployment: Deployment
) -> None:
    sender = Sender(deployment)
    sender.post_event(sender.event(data={"when": "before"}))
    sender.wait_for_stored(when="before")
    account.synthesize([_bigger_receiver(account)])
    try:
        assert planned(applied.terraform) == {"aws_lambda_function.receiver": ["update"]}
        applied.terraform.apply()
        function = deployment.client("lambda").get_function_configuration(FunctionName=deployment.functions["receiver"])
        assert function["MemorySize"] == 640
        assert planned(applied.terraform) == {}
        sender.post_event(sender.event(data={"when": "after"}))
        sender.wait_for_stored(when="after")
        assert len(sender.stored(when="before")) == 1
    finally:
        account.synthesize()
        applied.terraform.apply()
        sender.take_away()


def test_what_is_deleted_behind_terraforms_back_is_seen_and_made_again(
    applied: Applied, deployment: Deployment
) -> None:
    cloudwatch = deployment.client("cloudwatch")
    (alarm,) = [name for one in deployment.alarms() if "receiver-errors" in (name := one["AlarmName"])]
    cloudwatch.delete_alarms(AlarmNames=[alarm])
    queue = deployment.outputs["dead_letter_queue"]
    sqs = deployment.client("sqs")
    sqs.delete_queue(QueueUrl=sqs.get_queue_url(QueueName=queue)["QueueUrl"])
    found = planned(applied.terraform)
    assert {address: actions for address, actions in found.items() if "create" in actions} == {
        next(address for address in found if address.startswith(_ALARM)): ["create"],
        "aws_sqs_queue.dead-letters": ["create"],
        next(address for address in found if address.startswith("aws_sqs_queue_policy.")): ["create"],
    }
    applied.terraform.apply()
    assert planned(applied.terraform) == {}
    assert sqs.get_queue_url(QueueName=queue)["QueueUrl"]


def test_what_is_changed_behind_terraforms_back_is_put_right(applied: Applied, deployment: Deployment) -> None:
    s3, bucket = deployment.client("s3"), deployment.outputs["archive_bucket"]
    s3.put_public_access_block(
        Bucket=bucket,
        PublicAccessBlockConfiguration={
            "BlockPublicAcls": False,
            "IgnorePublicAcls": True,
            "BlockPublicPolicy": True,
            "RestrictPublicBuckets": True,
        },
    )
    (found,) = planned(applied.terraform).items()
    assert found[0].startswith("aws_s3_bucket_public_access_block.archive")
    assert found[1] == ["update"]
    applied.terraform.apply()
    blocks = s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
    assert list(blocks.values()) == [True] * 4
