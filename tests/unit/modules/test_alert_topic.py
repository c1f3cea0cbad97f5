"""Where alarms go."""

from tests.synthesized import Stack

_ARN = "arn:aws:sns:us-east-1:111111111111:tap-alerts-dev-us-east-1"


def test_topics_are_encrypted_by_a_key_of_their_own(dev: Stack) -> None:
    for topic in ("alerts", "pages"):
        assert dev.arguments("aws_sns_topic", topic) == {
            "name": f"tap-{topic}-dev-us-east-1",
            "kms_master_key_id": "${aws_kms_key.alerts-key.arn}",
        }


def test_only_this_account_s_alarms_and_event_rules_publish_and_only_over_tls(dev: Stack) -> None:
    assert dev.arguments("aws_sns_topic_policy", "alerts_policy")["arn"] == "${aws_sns_topic.alerts.arn}"
    assert dev.policy("aws_sns_topic_policy", "alerts_policy") == {
        "AlarmsPublish": {
            "Sid": "AlarmsPublish",
            "Effect": "Allow",
            "Principal": {"Service": "cloudwatch.amazonaws.com"},
            "Action": "sns:Publish",
            "Resource": _ARN,
            "Condition": {"StringEquals": {"aws:SourceAccount": "111111111111"}},
        },
        "EventRulesPublish": {
            "Sid": "EventRulesPublish",
            "Effect": "Allow",
            "Principal": {"Service": "events.amazonaws.com"},
            "Action": "sns:Publish",
            "Resource": _ARN,
        },
        "DenyInsecureTransport": {
            "Sid": "DenyInsecureTransport",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "sns:Publish",
            "Resource": _ARN,
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        },
    }


def test_everybody_in_the_settings_is_told(every_stack: dict[str, Stack]) -> None:
    subscriptions = every_stack["zap-unusual-ap-south-1"].resources("aws_sns_topic_subscription").values()
    found = [{name: value for name, value in body.items() if name != "//"} for body in subscriptions]
    alerts, pages = ({"topic_arn": f"${{aws_sns_topic.{topic}.arn}}"} for topic in ("alerts", "pages"))
    assert sorted(found, key=lambda body: body["endpoint"]) == [
        {**alerts, "protocol": "https", "endpoint": "https://all.example.com/hook", "endpoint_auto_confirms": True},
        {**pages, "protocol": "https", "endpoint": "https://night.example.com", "endpoint_auto_confirms": True},
        {**pages, "protocol": "email", "endpoint": "night@example.com"},
        {**alerts, "protocol": "email", "endpoint": "one@example.com"},
        {**alerts, "protocol": "email", "endpoint": "two@example.com"},
    ]


def test_a_subscription_is_addressed_by_whom_it_is_for_and_not_by_a_place_in_the_list(
    every_stack: dict[str, Stack],
) -> None:
    """`alerts@example.com` alone in one environment and in another: the same address in both."""
    alone = every_stack["tap-watchful-us-east-1"].resources("aws_sns_topic_subscription")
    assert list(alone) == list(every_stack["tap-prod-us-east-1"].resources("aws_sns_topic_subscription"))
    assert not set(alone) & set(every_stack["zap-unusual-ap-south-1"].resources("aws_sns_topic_subscription"))


def test_nobody_is_told_where_nobody_is_named(dev: Stack) -> None:
    assert not dev.resources("aws_sns_topic_subscription")


def test_every_plan_warns_of_addresses_that_nobody_confirmed(every_stack: dict[str, Stack]) -> None:
    stack = every_stack["zap-unusual-ap-south-1"]
    warned = {
        one["condition"].split(".")[1]: one["error_message"]
        for topic in ("alerts", "pages")
        for one in stack.json["check"][f"{topic}-confirmed"]["assert"]
    }
    subscriptions = stack.resources("aws_sns_topic_subscription").items()
    emails = {id_: body["endpoint"] for id_, body in subscriptions if body["protocol"] == "email"}
    assert set(warned) == set(emails)
    for id_, message in warned.items():
        assert message.startswith(f"{emails[id_]} gets nothing from zap-{id_.partition('_')[0]}-unusual-ap-south-1")
    assert "check" not in every_stack["tap-plain-us-east-1"].json
