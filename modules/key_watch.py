"""Tells people when somebody disables a key, or schedules its deletion."""

import json

from cdktf_cdktf_provider_aws.cloudwatch_event_rule import CloudwatchEventRule
from cdktf_cdktf_provider_aws.cloudwatch_event_target import (
    CloudwatchEventTarget,
    CloudwatchEventTargetInputTransformer,
)
from constructs import Construct

from modules.alert_topic import AlertTopic
from modules.encryption_key import EncryptionKey
from modules.named_stack import names_of
from modules.names import Kind

_CALLS = ("DisableKey", "ScheduleKeyDeletion")
# Parts of the event, as CloudTrail writes it (KMS developer guide, "Logging AWS KMS API calls with AWS CloudTrail").
_PARTS = {
    "call": "$.detail.eventName",
    "key": "$.detail.requestParameters.keyId",
    "who": "$.detail.userIdentity.arn",
    "when": "$.detail.eventTime",
}


class KeyWatch(Construct):
    """A rule on CloudTrail's events of the keys: KMS itself tells only when a key is gone for good.

    EventBridge gets such events only where a trail of the account logs management events (EventBridge user guide, "AWS
    service events delivered via AWS CloudTrail").
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        keys: tuple[EncryptionKey, ...],
        topics: tuple[AlertTopic, ...],
        runbook: str,
    ) -> None:
        """`runbook`: the URL of the section that says how to rescue a key."""
        super().__init__(scope, id_)
        names = names_of(self)
        rule = CloudwatchEventRule(
            self,
            "Default",
            name=names(id_, Kind.EVENT_RULE),
            description=f"Keys of {names.project}-{names.suffix} that are disabled, or about to be deleted",
            event_pattern=_pattern(keys),
        )
        text = CloudwatchEventTargetInputTransformer(input_paths=_PARTS, input_template=_template(runbook))
        for topic in topics:
            CloudwatchEventTarget(
                self,
                topic.node.id,
                rule=rule.name,
                target_id=topic.node.id,
                arn=topic.resource.arn,
                input_transformer=text,
            )


def _pattern(keys: tuple[EncryptionKey, ...]) -> str:
    """Calls that AWS did not refuse; a call may name the key by its id, but `resources` holds the ARN."""
    return json.dumps(
        {
            "source": ["aws.kms"],
            "detail-type": ["AWS API Call via CloudTrail"],
            "detail": {
                "eventSource": ["kms.amazonaws.com"],
                "eventName": list(_CALLS),
                "errorCode": [{"exists": False}],
                "resources": {"ARN": [key.arn for key in keys]},
            },
        }
    )


def _template(runbook: str) -> str:
    """A message that people can read in an e-mail, and that chats show as their own.

    Amazon Q Developer in chat applications drops other texts (its administrator guide, "Custom notifications").
    """
    description = (
        f"<who> called <call> for the key <key> at <when>. Nothing that it encrypts can be read any more. {runbook}"
    )
    content = {"textType": "client-markdown", "title": "A key needs rescue: <call>", "description": description}
    return json.dumps({"version": "1.0", "source": "custom", "content": content})
