"""A private, versioned, encrypted bucket that accepts requests only over TLS."""

from collections.abc import Sequence
from dataclasses import dataclass

from cdktf_cdktf_provider_aws.lambda_permission import LambdaPermission
from cdktf_cdktf_provider_aws.s3_bucket import S3Bucket
from cdktf_cdktf_provider_aws.s3_bucket_logging import S3BucketLoggingA as AccessLogging
from cdktf_cdktf_provider_aws.s3_bucket_notification import S3BucketNotification
from cdktf_cdktf_provider_aws.s3_bucket_notification import S3BucketNotificationLambdaFunction as NotifyFunction
from cdktf_cdktf_provider_aws.s3_bucket_ownership_controls import S3BucketOwnershipControls
from cdktf_cdktf_provider_aws.s3_bucket_ownership_controls import S3BucketOwnershipControlsRule as OwnershipRule
from cdktf_cdktf_provider_aws.s3_bucket_policy import S3BucketPolicy
from cdktf_cdktf_provider_aws.s3_bucket_public_access_block import S3BucketPublicAccessBlock
from cdktf_cdktf_provider_aws.s3_bucket_server_side_encryption_configuration import (
    S3BucketServerSideEncryptionConfigurationA as Encryption,
)
from cdktf_cdktf_provider_aws.s3_bucket_server_side_encryption_configuration import (
    S3BucketServerSideEncryptionConfigurationRuleA as EncryptionRule,
)
from cdktf_cdktf_provider_aws.s3_bucket_server_side_encryption_configuration import (
    S3BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultA as EncryptByDefault,
)
from cdktf_cdktf_provider_aws.s3_bucket_versioning import S3BucketVersioningA as Versioning
from cdktf_cdktf_provider_aws.s3_bucket_versioning import (
    S3BucketVersioningVersioningConfiguration as VersioningConfiguration,
)
from constructs import Construct

from modules.bucket_lifecycle import BucketLifecycle
from modules.bucket_lifecycle_settings import ObjectAges
from modules.encryption_key import EncryptionKey
from modules.function import Function
from modules.iam import Grantee, Statement, deny_insecure_transport, policy_document
from modules.lifecycle import protected
from modules.named_stack import names_of
from modules.names import Kind
from modules.protection_settings import ProtectionSettings


@dataclass(frozen=True, kw_only=True, slots=True)
class BucketProps:
    """What a bucket is; without `key` it has S3 managed keys (SSE-S3), without `access_logs` no access logs."""

    purpose: str
    key: EncryptionKey | None
    ages: ObjectAges
    protection: ProtectionSettings
    access_logs: "Bucket | None" = None
    statements: tuple[Statement, ...] = ()


class Bucket(Construct):
    """An S3 bucket with every control of AWS Foundational Security Best Practices that applies to it."""

    def __init__(self, scope: Construct, id_: str, props: BucketProps) -> None:
        """See `BucketProps`."""
        super().__init__(scope, id_)
        self._names, self._key = names_of(self), props.key
        self.name = self._names(props.purpose, Kind.BUCKET)
        self.resource = S3Bucket(
            self,
            "Default",
            bucket=self.name,
            force_destroy=props.protection.force_destroy,
            lifecycle=protected(props.protection),
        )
        self.arn = self._names.global_arn("s3", self.name)
        self._keep_private(props)
        self._encrypt()
        versioning = Versioning(
            self,
            "versioning",
            bucket=self.resource.id,
            versioning_configuration=VersioningConfiguration(status="Enabled"),
        )
        BucketLifecycle(self, "lifecycle", bucket=self.resource.id, ages=props.ages, versioning=versioning)
        if props.access_logs:
            AccessLogging(
                self,
                "logging",
                bucket=self.resource.id,
                target_bucket=props.access_logs.resource.id,
                target_prefix=f"{self.name}/",
                # Only by its policy may S3 write there (S3 user guide, "Permissions for log delivery"): before, the
                # target is refused, or the first logs are lost.
                depends_on=[props.access_logs.policy],
            )
        self._notified = False

    def url(self, prefix: str) -> str:
        """Where objects below `prefix` are, as Athena writes it."""
        return f"s3://{self.name}/{prefix}"

    def grant_read(self, grantee: Grantee, *, prefix: str = "") -> None:
        """Lets the grantee read objects below `prefix`."""
        self._grant_get(grantee, "Read", "s3:GetObject", prefix)

    def grant_read_versions(self, grantee: Grantee, *, prefix: str = "") -> None:
        """Lets the grantee read objects below `prefix` by version id, and get 404 for deleted ones.

        Without s3:ListBucket S3 answers 403 for what doesn't exist (S3 API reference, `GetObject`, "Permissions").
        """
        self._grant_get(grantee, "ReadVersionsOf", "s3:GetObjectVersion", prefix)
        self.grant_list(grantee)

    def grant_put(self, grantee: Grantee, *, prefix: str = "") -> None:
        """Lets the grantee put objects below `prefix`, but not read them."""
        grantee.allow(Statement(sid=self._sid("Put"), actions=("s3:PutObject",), resources=(f"{self.arn}/{prefix}*",)))
        if self._key:
            self._key.grant_encrypt(grantee, via="s3")

    def grant_list(self, grantee: Grantee) -> None:
        """Lets the grantee list the bucket, and get 404 for objects that don't exist.

        Held to a prefix, it would get 403, as a request for one object names no prefix. Athena's engine looks for a
        folder as for an object, and ends the query at a 403 (prestodb: `PrestoS3FileSystem`).
        """
        grantee.allow(Statement(sid=self._sid("List"), actions=("s3:ListBucket",), resources=(self.arn,)))

    def grant_queries(self, grantee: Grantee, *, reads: Sequence[str] = (), writes: str) -> None:
        """Lets queries of the grantee read below the prefixes of `reads`, and read and write below `writes`.

        Athena works with the permissions of who asks, and puts large objects in parts (Athena user guide, "Control
        access to Amazon S3 from Athena"; S3 user guide, "Multipart upload API and permissions").
        """
        objects = (*(f"{self.arn}/{prefix}*" for prefix in reads), written := f"{self.arn}/{writes}*")
        parts = ("s3:AbortMultipartUpload", "s3:ListMultipartUploadParts", "s3:PutObject")
        bucket = ("s3:GetBucketLocation", "s3:ListBucketMultipartUploads")
        for verb, actions, resources in (
            ("QueryReads", ("s3:GetObject",), objects),
            ("QueryWrites", parts, (written,)),
            ("QueryUses", bucket, (self.arn,)),
        ):
            grantee.allow(Statement(sid=self._sid(verb), actions=actions, resources=resources))
        if self._key:
            self._key.grant_encrypt(grantee, via="s3")
            self._key.grant_decrypt(grantee, via="s3")

    def grant_delete(self, grantee: Grantee, *, prefix: str) -> None:
        """Lets the grantee delete objects below `prefix`, not their earlier versions."""
        statement = Statement(
            sid=self._sid("Delete"), actions=("s3:DeleteObject",), resources=(f"{self.arn}/{prefix}*",)
        )
        grantee.allow(statement)

    def grant_failure_destination(self, grantee: Grantee, *, prefix: str) -> None:
        """Lets an event source mapping that acts as the grantee write failed batches here.

        Actions and the `s3:ResourceAccount` condition are those of the Lambda developer guide, "Retain discarded
        records from a stream in Amazon S3".
        """
        own = {"StringEquals": {"s3:ResourceAccount": self._names.account_id}}
        for sid, action, resource in (
            ("PutFailedBatches", "s3:PutObject", f"{self.arn}/{prefix}*"),
            ("ListFailedBatches", "s3:ListBucket", self.arn),
        ):
            grantee.allow(Statement(sid=sid, actions=(action,), resources=(resource,), conditions=own))
        if self._key:
            self._key.grant_encrypt(grantee, via="s3")

    def notify(self, function: Function, *, prefix: str) -> None:
        """Invokes the function for every object created below `prefix`.

        A bucket has one notification configuration, and a second resource would silently overwrite it: so this can be
        called once. Without a prefix, everything that is written to the bucket would invoke the function.
        """
        if self._notified:
            raise ValueError(f"bucket {self.name} already notifies: a bucket has one notification configuration")
        if not prefix:
            raise ValueError(f"bucket {self.name} needs a prefix to notify about")
        self._notified = True
        permission = LambdaPermission(
            self,
            "invoke",
            statement_id="S3ObjectCreated",
            action="lambda:InvokeFunction",
            function_name=function.resource.function_name,
            principal="s3.amazonaws.com",
            source_arn=self.resource.arn,
            source_account=self._names.account_id,
        )
        S3BucketNotification(
            self,
            "notification",
            bucket=self.resource.id,
            lambda_function=[
                NotifyFunction(
                    id="object-created",
                    lambda_function_arn=function.resource.arn,
                    events=["s3:ObjectCreated:*"],
                    filter_prefix=prefix,
                )
            ],
            depends_on=[permission],
        )

    def _grant_get(self, grantee: Grantee, verb: str, action: str, prefix: str) -> None:
        grantee.allow(Statement(sid=self._sid(verb), actions=(action,), resources=(f"{self.arn}/{prefix}*",)))
        if self._key:
            self._key.grant_decrypt(grantee, via="s3")

    def _sid(self, verb: str) -> str:
        return verb + "".join(part.capitalize() for part in self.node.id.split("-"))

    def _keep_private(self, props: BucketProps) -> None:
        S3BucketPublicAccessBlock(
            self,
            "public-access-block",
            bucket=self.resource.id,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
        )
        S3BucketOwnershipControls(
            self,
            "ownership",
            bucket=self.resource.id,
            rule=OwnershipRule(object_ownership="BucketOwnerEnforced"),
        )
        both = (self.arn, f"{self.arn}/*")
        old_tls = Statement(
            sid="DenyOldTls",
            effect="Deny",
            principals="*",
            actions=("s3:*",),
            resources=both,
            conditions={"NumericLessThan": {"s3:TlsVersion": "1.2"}},
        )
        statements = [deny_insecure_transport(both, "s3"), old_tls, *props.statements]
        self.policy = S3BucketPolicy(self, "policy", bucket=self.resource.id, policy=policy_document(statements))

    def _encrypt(self) -> None:
        by_default = (
            EncryptByDefault(sse_algorithm="aws:kms", kms_master_key_id=self._key.arn)
            if self._key
            else EncryptByDefault(sse_algorithm="AES256")
        )
        Encryption(
            self,
            "encryption",
            bucket=self.resource.id,
            rule=[
                EncryptionRule(
                    apply_server_side_encryption_by_default=by_default,
                    bucket_key_enabled=True if self._key else None,
                )
            ],
        )
