"""An alarm, and an event about a key, reach whoever has subscribed to the topic."""

import json
import uuid
from collections.abc import Iterator

import pytest

from modules.names import Kind
from tests.integration.deployment import Deployment
from tests.synthesized import Json

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


def test_a_disabled_key_is_told_in_words(deployment: Deployment, queue: str) -> None:
    """Nobody can send events in the name of AWS, so another rule matches ours, with the targets of the stack's rule."""
    events, name = deployment.client("events"), f"tests-{uuid.uuid4().hex}"
    targets = events.list_targets_by_rule(Rule=deployment.names("key-watch", Kind.EVENT_RULE))["Targets"]
    detail = {
        "eventName": "DisableKey",
        "eventTime": "2026-01-31T12:00:00Z",
        "userIdentity": {"arn": "arn:aws:iam::111122223333:user/Alice"},
        "requestParameters": {"keyId": deployment.key_arn()},
    }
    events.put_rule(Name=name, EventPattern=json.dumps({"source": [name]}))
    try:
        events.put_targets(Rule=name, Targets=targets)
        events.put_events(Entries=[{"Source": name, "DetailType": "a test", "Detail": json.dumps(detail)}])
        (message,) = _messages(deployment, queue, 1)
    finally:
        events.remove_targets(Rule=name, Ids=[target["Id"] for target in targets])
        events.delete_rule(Name=name)
    content = message["content"]
    assert content["title"] == "A key needs rescue: DisableKey"
    assert content["description"].startswith(
        f"arn:aws:iam::111122223333:user/Alice called DisableKey for the key {deployment.key_arn()} at 2026-01-31"
    )
    assert content["description"].endswith("/blob/main/docs/runbook.md#rescue-a-key")


def _messages(deployment: Deployment, queue: str, count: int) -> list[Json]:
    found: list[Json] = []
    client = deployment.client("sqs")

    def more() -> list[Json]:
        for message in client.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", []):
            found.append(json.loads(json.loads(message["Body"])["Message"]))
            client.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
        return found if len(found) >= count else []

    return deployment.wait_for(f"{count} messages", more)
