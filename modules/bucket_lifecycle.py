"""How long a bucket keeps its objects."""

from cdktf_cdktf_provider_aws.s3_bucket_lifecycle_configuration import (
    S3BucketLifecycleConfiguration,
)
from cdktf_cdktf_provider_aws.s3_bucket_lifecycle_configuration import (
    S3BucketLifecycleConfigurationRule as Rule,
)
from cdktf_cdktf_provider_aws.s3_bucket_lifecycle_configuration import (
    S3BucketLifecycleConfigurationRuleAbortIncompleteMultipartUpload as AbortIncomplete,
)
from cdktf_cdktf_provider_aws.s3_bucket_lifecycle_configuration import (
    S3BucketLifecycleConfigurationRuleExpiration as Expiration,
)
from cdktf_cdktf_provider_aws.s3_bucket_lifecycle_configuration import (
    S3BucketLifecycleConfigurationRuleFilter as Filter,
)
from cdktf_cdktf_provider_aws.s3_bucket_lifecycle_configuration import (
    S3BucketLifecycleConfigurationRuleNoncurrentVersionExpiration as NoncurrentExpiration,
)
from cdktf_cdktf_provider_aws.s3_bucket_lifecycle_configuration import (
    S3BucketLifecycleConfigurationRuleTransition as Transition,
)
from cdktf_cdktf_provider_aws.s3_bucket_versioning import S3BucketVersioningA as Versioning
from constructs import Construct

from modules.bucket_lifecycle_settings import ObjectAges

_INCOMPLETE_UPLOAD_DAYS = 7


class BucketLifecycle(Construct):
    """Ages of current objects, noncurrent versions and incomplete uploads; expired delete markers are removed."""

    def __init__(self, scope: Construct, id_: str, *, bucket: str, ages: ObjectAges, versioning: Versioning) -> None:
        """Waits for `versioning`: rules on noncurrent versions need it to be enabled."""
        super().__init__(scope, id_)
        S3BucketLifecycleConfiguration(self, "Default", bucket=bucket, rule=_rules(ages), depends_on=[versioning])


def _rules(ages: ObjectAges) -> list[Rule]:
    everything = [Filter(prefix="")]
    keep = Rule(
        id="ages",
        status="Enabled",
        filter=everything,
        abort_incomplete_multipart_upload=[AbortIncomplete(days_after_initiation=_INCOMPLETE_UPLOAD_DAYS)],
        noncurrent_version_expiration=[NoncurrentExpiration(noncurrent_days=ages.noncurrent_days)],
        expiration=[Expiration(days=ages.expiration_days)] if ages.expiration_days else None,
        # Of objects below 128 KB S3 moves none: STANDARD_IA would bill each as 128 KB (S3 user guide, "Transitioning
        # objects using Amazon S3 Lifecycle").
        transition=(
            [Transition(days=ages.infrequent_access_days, storage_class="STANDARD_IA")]
            if ages.infrequent_access_days
            else None
        ),
    )
    # S3 accepts a rule either with an age or with this, not with both.
    markers = Rule(
        id="left-over-delete-markers",
        status="Enabled",
        filter=everything,
        expiration=[Expiration(expired_object_delete_marker=True)],
    )
    return [keep, markers]
