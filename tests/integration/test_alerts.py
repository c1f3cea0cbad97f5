"""An alarm reaches whoever has subscribed to the topic."""

import json
import uuid
from collections.abc import Iterator

import pytest

from tests.integration.deployment import Deployment

pytestmark = pytest.mark.integration


@pytest.fixture
def queue(deployment: Deployment) -> Iterator[str]:
    """A queue that is subscribed to the topic for the time of a test."""
    if not deployment.target.is_emulated:
        pytest.skip("an alarm that is set off in AWS would wake people: this is shown on an emulator only")
    sns, sqs, topic = deployment.client("sns"), deployment.client("sqs"), deployment.outputs["alerts_topic_arn"]
    url = sqs.create_queue(QueueName=f"tests-{uuid.uuid4().hex}")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    subscription = sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, ReturnSubscriptionArn=True)
    try:
        yield url
    finally:
        sns.unsubscribe(SubscriptionArn=subscription["SubscriptionArn"])
        sqs.delete_queue(QueueUrl=url)


def test_every_alarm_that_goes_off_is_told_with_what_to_do(deployment: Deployment, queue: str) -> None:
    cloudwatch, names = deployment.client("cloudwatch"), {alarm["AlarmName"] for alarm in deployment.alarms()}
    try:
        for name in names:
            cloudwatch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="set off by a test")
        told = _messages(deployment, queue, len(names))
    finally:
        for name in names:
            cloudwatch.set_alarm_state(AlarmName=name, StateValue="OK", StateReason="the test is over")
    assert {message["AlarmName"]: message["NewStateValue"] for message in told} == dict.fromkeys(names, "ALARM")
    runbook = f"{deployment.settings.repository}/blob/main/docs/runbook.md#"
    assert [message["AlarmName"] for message in told if runbook not in message["AlarmDescription"]] == []


def _messages(deployment: Deployment, queue: str, count: int) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    client = deployment.client("sqs")

    def more() -> list[dict[str, str]]:
        for message in client.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", []):
            found.append(json.loads(json.loads(message["Body"])["Message"]))
            client.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
        return found if len(found) >= count else []

    return deployment.wait_for(f"{count} messages about alarms", more)
