"""The dead-letter queue of asynchronous invocations that failed after all retries."""

from cdktf_cdktf_provider_aws.sqs_queue import SqsQueue
from cdktf_cdktf_provider_aws.sqs_queue_policy import SqsQueuePolicy
from constructs import Construct

from modules.encryption_key import EncryptionKey
from modules.iam import Grantee, Statement, deny_insecure_transport, policy_document
from modules.named_stack import names_of
from modules.names import Kind

_RETENTION_SECONDS = 14 * 24 * 3600  # the longest that SQS accepts (API `CreateQueue`)


class DeadLetterQueue(Construct):
    """An encrypted queue that keeps messages for 14 days."""

    def __init__(self, scope: Construct, id_: str, *, key: EncryptionKey) -> None:
        """Named after its construct id."""
        super().__init__(scope, id_)
        self._key = key
        names = names_of(self)
        self.name = names(id_, Kind.QUEUE)
        self.arn = names.arn("sqs", self.name)
        self.resource = SqsQueue(
            self,
            "Default",
            name=self.name,
            kms_master_key_id=key.arn,
            message_retention_seconds=_RETENTION_SECONDS,
        )
        SqsQueuePolicy(
            self,
            "policy",
            queue_url=self.resource.url,
            policy=policy_document([deny_insecure_transport((self.arn,), "sqs")]),
        )

    def grant_send(self, grantee: Grantee) -> None:
        """Lets the grantee send messages; SQS needs both key actions for it (SQS developer guide, "Key management")."""
        grantee.allow(Statement(sid="SendDeadLetters", actions=("sqs:SendMessage",), resources=(self.arn,)))
        self._key.grant_encrypt(grantee, via="sqs")
        self._key.grant_decrypt(grantee, via="sqs")
