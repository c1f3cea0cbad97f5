"""An Athena workgroup: where the results of its queries go, under which key, and how much one may read."""

from dataclasses import dataclass

from cdktf_cdktf_provider_aws.athena_workgroup import (
    AthenaWorkgroup,
    AthenaWorkgroupConfiguration,
    AthenaWorkgroupConfigurationResultConfiguration,
    AthenaWorkgroupConfigurationResultConfigurationEncryptionConfiguration,
)
from constructs import Construct

from modules.bucket import Bucket
from modules.encryption_key import EncryptionKey
from modules.iam import Grantee, Statement
from modules.named_stack import names_of
from modules.names import Kind

_MB = 1_048_576
_RUN = (
    "athena:GetQueryExecution",
    "athena:GetQueryResults",
    "athena:StartQueryExecution",
    "athena:StopQueryExecution",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkgroupProps:
    """What a workgroup is. Its results are below `<purpose>/` in `results`.

    `scan_limit_mb`: the most that one query may read; any, if it is None. `enforced`: whether its settings hold
    whatever a query says.
    """

    purpose: str
    description: str
    results: Bucket
    key: EncryptionKey
    scan_limit_mb: int | None = None
    enforced: bool = True


class Workgroup(Construct):
    """A workgroup. Its history and saved queries are destroyed with it: nothing of them can't be had again."""

    def __init__(self, scope: Construct, id_: str, props: WorkgroupProps) -> None:
        """See `WorkgroupProps`."""
        super().__init__(scope, id_)
        names = names_of(self)
        self.name = names(props.purpose, Kind.WORKGROUP)
        self.arn = names.arn("athena", f"workgroup/{self.name}")
        self._results, self._prefix = props.results, f"{props.purpose}/"
        self.resource = AthenaWorkgroup(
            self,
            "Default",
            name=self.name,
            description=props.description,
            force_destroy=True,
            configuration=AthenaWorkgroupConfiguration(
                enforce_workgroup_configuration=props.enforced,
                publish_cloudwatch_metrics_enabled=True,
                bytes_scanned_cutoff_per_query=props.scan_limit_mb * _MB if props.scan_limit_mb else None,
                result_configuration=AthenaWorkgroupConfigurationResultConfiguration(
                    output_location=props.results.url(self._prefix),
                    expected_bucket_owner=names.account_id,
                    encryption_configuration=AthenaWorkgroupConfigurationResultConfigurationEncryptionConfiguration(
                        encryption_option="SSE_KMS", kms_key_arn=props.key.arn
                    ),
                ),
            ),
        )

    def grant_run(self, grantee: Grantee) -> None:
        """Lets the grantee run queries; what they read and write elsewhere, it needs, too."""
        grantee.allow(Statement(sid="RunQueries", actions=_RUN, resources=(self.arn,)))
        self._results.grant_list(grantee)
        self._results.grant_queries(grantee, writes=self._prefix)
