"""Where alarms go, and from there to people."""

import hashlib

from cdktf_cdktf_provider_aws.sns_topic import SnsTopic
from cdktf_cdktf_provider_aws.sns_topic_policy import SnsTopicPolicy
from cdktf_cdktf_provider_aws.sns_topic_subscription import SnsTopicSubscription
from constructs import Construct

from modules.encryption_key import EncryptionKey
from modules.iam import Statement, policy_document
from modules.names import Kind, Names


class AlertTopic(Construct):
    """An encrypted topic that only this account's alarms may publish to."""

    def __init__(
        self, scope: Construct, id_: str, *, names: Names, key: EncryptionKey, emails: tuple[str, ...]
    ) -> None:
        """Each of `emails` is asked by AWS to confirm, once, before it gets anything."""
        super().__init__(scope, id_)
        name = names(id_, Kind.TOPIC)
        arn = names.arn("sns", name)
        topic = SnsTopic(self, "Default", name=name, kms_master_key_id=key.arn)
        self.arn = topic.arn
        SnsTopicPolicy(self, "policy", arn=topic.arn, policy=policy_document(_statements(arn, names.account_id)))
        for email in emails:
            # Named by its address, not its place in the list: a list that changes must not replace its neighbours.
            SnsTopicSubscription(
                self,
                f"email-{hashlib.sha256(email.encode()).hexdigest()[:8]}",
                topic_arn=topic.arn,
                protocol="email",
                endpoint=email,
            )


def _statements(topic_arn: str, account_id: str) -> list[Statement]:
    return [
        Statement(
            sid="AlarmsPublish",
            principals={"Service": "cloudwatch.amazonaws.com"},
            actions=("sns:Publish",),
            resources=(topic_arn,),
            conditions={"StringEquals": {"aws:SourceAccount": account_id}},
        ),
        # SNS refuses "sns:*" in a topic policy: publishing is what travels (SNS developer guide, "Enforce encryption of
        # data in transit").
        Statement(
            sid="DenyInsecureTransport",
            effect="Deny",
            principals="*",
            actions=("sns:Publish",),
            resources=(topic_arn,),
            conditions={"Bool": {"aws:SecureTransport": "false"}},
        ),
    ]
