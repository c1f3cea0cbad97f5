"""The bucket that other buckets write their access logs to."""

from constructs import Construct

from modules.bucket import Bucket, BucketProps
from modules.bucket_lifecycle_settings import ObjectAges
from modules.iam import Statement
from modules.named_stack import names_of
from modules.names import Kind
from modules.protection_settings import ProtectionSettings


class AccessLogBucket(Bucket):
    """A bucket that S3 delivers this account's access logs to.

    It is encrypted with S3 managed keys (SSE-S3) and logs nothing itself: S3 delivers no logs to a bucket whose default
    encryption is SSE-KMS, and a bucket that logs to itself never stops (S3 user guide, "Enabling server
    access logging").
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        purpose: str,
        ages: ObjectAges,
        protection: ProtectionSettings,
    ) -> None:
        """`ages` should expire current objects: logs never stop. Logs are never protected from a destroy."""
        names = names_of(scope)
        arn = names.global_arn("s3", names(purpose, Kind.BUCKET))
        deliver = Statement(
            sid="DeliverAccessLogs",
            principals={"Service": "logging.s3.amazonaws.com"},
            actions=("s3:PutObject",),
            resources=(f"{arn}/*",),
            conditions={"StringEquals": {"aws:SourceAccount": names.account_id}},
        )
        super().__init__(
            scope,
            id_,
            BucketProps(
                purpose=purpose,
                key=None,
                ages=ages,
                protection=protection.model_copy(update={"deletion_protection": False}),
                statements=(deliver,),
            ),
        )
