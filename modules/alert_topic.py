"""The topics that alarms notify, and their subscriptions."""

import hashlib
from collections.abc import Mapping

from cdktf import Op, TerraformStack
from cdktf_cdktf_provider_aws.sns_topic import SnsTopic
from cdktf_cdktf_provider_aws.sns_topic_policy import SnsTopicPolicy
from cdktf_cdktf_provider_aws.sns_topic_subscription import SnsTopicSubscription
from constructs import Construct

from modules.encryption_key import EncryptionKey
from modules.iam import Statement, policy_document
from modules.named_stack import names_of
from modules.names import Kind
from modules.web_addresses import Emails, HttpsUrls


class AlertTopic(Construct):
    """An encrypted topic that only this account's alarms and EventBridge may publish to."""

    def __init__(
        self, scope: Construct, id_: str, *, key: EncryptionKey, emails: Emails = (), urls: HttpsUrls = ()
    ) -> None:
        """AWS asks each of `emails` to confirm, once, before it sends anything; `urls` must do so by themselves.

        `key`: one for nothing but alarms, so that they are told when another one can't be used.
        """
        super().__init__(scope, id_)
        names = names_of(self)
        self.name = names(id_, Kind.TOPIC)
        self.arn = names.arn("sns", self.name)
        self.resource = SnsTopic(self, "Default", name=self.name, kms_master_key_id=key.arn)
        policy = policy_document(_statements(self.arn, names.account_id))
        SnsTopicPolicy(self, "policy", arn=self.resource.arn, policy=policy)
        self._warn_until_confirmed({email: self._subscribe("email", email) for email in emails})
        for url in urls:
            # The deploy fails if the endpoint doesn't confirm within a minute.
            self._subscribe("https", url, auto_confirms=True)

    def _warn_until_confirmed(self, subscriptions: Mapping[str, SnsTopicSubscription]) -> None:
        """Every plan and apply warns of addresses whose subscription nobody has confirmed: no metric tells of them.

        A `check` block, which refuses nothing, and for which cdktf has no binding (Terraform: "Validate your
        infrastructure").
        """
        if not subscriptions:
            return
        asserts = [
            {
                "condition": Op.not_(one.pending_confirmation),
                "error_message": f"{email} gets nothing from {self.name} before somebody follows the link in the "
                "message from AWS Notifications, which is valid for two days: docs/alerts.md.",
            }
            for email, one in subscriptions.items()
        ]
        TerraformStack.of(self).add_override(f"check.{self.node.id}-confirmed", {"assert": asserts})

    def _subscribe(self, protocol: str, endpoint: str, *, auto_confirms: bool | None = None) -> SnsTopicSubscription:
        # Named after its address, not its place in the list: a changed list must not replace other subscriptions.
        return SnsTopicSubscription(
            self,
            f"{protocol}-{hashlib.sha256(endpoint.encode()).hexdigest()[:8]}",
            topic_arn=self.resource.arn,
            protocol=protocol,
            endpoint=endpoint,
            endpoint_auto_confirms=auto_confirms,
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
        # It may have no condition (EventBridge user guide, "Amazon SNS permissions").
        Statement(
            sid="EventRulesPublish",
            principals={"Service": "events.amazonaws.com"},
            actions=("sns:Publish",),
            resources=(topic_arn,),
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
