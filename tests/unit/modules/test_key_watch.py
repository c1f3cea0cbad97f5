"""People are told when a key is disabled or about to be deleted, in words that say what to do."""

import json
import re
from typing import Any

import pytest

from tests.synthesized import Json, Stack
from tests.unit.docs.pages import ROOT

_KEYS = ["${aws_kms_key.key.arn}", "${aws_kms_key.alerts-key.arn}"]


def _rule(stack: Stack) -> Json:
    return stack.resource("aws_cloudwatch_event_rule", "key-watch")


def _targets(stack: Stack) -> list[Json]:
    return list(stack.resources("aws_cloudwatch_event_target").values())


def test_both_keys_of_every_stack_are_watched_for_calls_that_succeed(dev: Stack) -> None:
    assert _rule(dev)["name"] == "tap-key-watch-dev-us-east-1"
    assert json.loads(_rule(dev)["event_pattern"]) == {
        "source": ["aws.kms"],
        "detail-type": ["AWS API Call via CloudTrail"],
        "detail": {
            "eventSource": ["kms.amazonaws.com"],
            "eventName": ["DisableKey", "ScheduleKeyDeletion"],
            "errorCode": [{"exists": False}],
            "resources": {"ARN": _KEYS},
        },
    }
    assert set(_KEYS) == {f"${{aws_kms_key.{id_}.arn}}" for id_ in dev.resources("aws_kms_key")}


def test_everybody_is_told_and_woken(dev: Stack) -> None:
    told = {target["arn"] for target in _targets(dev)}
    assert told == {f"${{aws_sns_topic.{topic}.arn}}" for topic in dev.resources("aws_sns_topic")}
    assert {target["rule"] for target in _targets(dev)} == {"${aws_cloudwatch_event_rule.key-watch.name}"}


@pytest.mark.parametrize(
    "path", ["$.detail.eventName", "$.detail.userIdentity.arn", "$.detail.requestParameters.keyId"]
)
def test_the_message_names_what_happened(dev: Stack, path: str) -> None:
    for target in _targets(dev):
        text = target["input_transformer"]
        (name,) = [name for name, found in text["input_paths"].items() if found == path]
        assert f"<{name}>" in text["input_template"]
        assert set(re.findall("<([a-z]+)>", text["input_template"])) == set(text["input_paths"])


def test_the_message_is_one_that_chats_show_and_links_to_the_rescue(dev: Stack) -> None:
    message: Any = json.loads(_targets(dev)[0]["input_transformer"]["input_template"])
    assert (message["version"], message["source"]) == ("1.0", "custom")
    page, _, anchor = message["content"]["description"].rpartition(" ")[2].partition("#")
    heading = anchor.replace("-", " ").capitalize()
    assert f"\n## {heading}\n" in (ROOT / page.partition("/blob/main/")[2]).read_text(encoding="utf-8")
