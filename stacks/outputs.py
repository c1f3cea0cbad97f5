"""What stacks tell others. The names are a contract: removing one breaks whoever reads it."""

from dataclasses import dataclass, fields
from typing import Annotated, get_args, get_type_hints

from cdktf import TerraformOutput, TerraformStack


class _Published:
    __slots__ = ()

    def publish(self, stack: TerraformStack) -> None:
        """Writes the outputs into the stack, under the names of the fields; what is `None` is left out."""
        hints = get_type_hints(type(self), include_extras=True)
        for field in fields(self):  # type: ignore[arg-type]  # every subclass is a dataclass
            value = getattr(self, field.name)
            if value is not None:
                TerraformOutput(stack, field.name, value=value, description=get_args(hints[field.name])[1])


@dataclass(frozen=True, kw_only=True, slots=True)
class TapOutputs(_Published):
    """Outputs of a pipeline stack."""

    api_url: Annotated[str, "Where GET /health and POST /process are"]
    api_id: Annotated[str, "Id of the HTTP API"]
    stream_name: Annotated[str, "Kinesis stream that events go through"]
    archive_bucket: Annotated[str, "Bucket that events are stored in"]
    inbox_bucket: Annotated[str, "Bucket to drop files in, below incoming/"]
    failures_bucket: Annotated[str, "Bucket of failed batches and of quarantined events"]
    ledger_table: Annotated[str | None, "Table of events stored; absent without deduplication"]
    signing_secret_arn: Annotated[str | None, "Secret that requests are signed with; absent with another api.auth"]
    receiver_function: Annotated[str, "Function that answers requests"]
    processor_function: Annotated[str, "Function that stores events"]
    importer_function: Annotated[str, "Function that imports files"]
    dead_letter_queue: Annotated[str, "Queue of file notifications that failed for good"]
    alerts_topic_arn: Annotated[str, "Topic that alarms are sent to"]
    dashboard_name: Annotated[str, "CloudWatch dashboard of this stack"]
    key_alias: Annotated[str, "Alias of the key that encrypts everything here"]


@dataclass(frozen=True, kw_only=True, slots=True)
class StateOutputs(_Published):
    """Outputs of a state stack."""

    state_bucket: Annotated[str, "Bucket of this environment's Terraform state"]
    state_key_alias: Annotated[str, "Alias of the key that encrypts it"]


@dataclass(frozen=True, kw_only=True, slots=True)
class DeliveryOutputs(_Published):
    """Outputs of a delivery stack."""

    plan_role_arn: Annotated[str, "Role of workflows that plan; it changes nothing"]
    deploy_role_arn: Annotated[str, "Role of workflows that deploy"]
    preview_role_arn: Annotated[str | None, "Role of workflows that deploy, test and destroy previews; absent without"]


@dataclass(frozen=True, kw_only=True, slots=True)
class EdgeOutputs(_Published):
    """Outputs of an edge stack."""

    api_url: Annotated[str, "Where the API is, whatever region answers"]
