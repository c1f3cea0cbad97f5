"""Outputs of the stacks. The names are an interface: removing one breaks whoever reads it."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Annotated, Any, get_args, get_type_hints

from cdktf import TerraformOutput, TerraformStack

from stacks.settings import FUNCTIONS


class Outputs:
    """Outputs of one kind of stack, as fields with their descriptions."""

    __slots__ = ()

    @classmethod
    def descriptions(cls) -> dict[str, str]:
        """What each output is, by its name."""
        hints = get_type_hints(cls, include_extras=True)
        return _flat({name: get_args(hint)[1] for name, hint in hints.items()})

    def publish(self, stack: TerraformStack) -> None:
        """Writes the outputs into the stack; what is `None` is left out."""
        values = _flat({field.name: getattr(self, field.name) for field in fields(self)})  # type: ignore[arg-type]
        for name, description in self.descriptions().items():
            if values.get(name) is not None:
                TerraformOutput(stack, name, value=values[name], description=description)


def _flat(found: Mapping[str, Any]) -> dict[str, Any]:
    """By the names of the outputs, of which a function's is called after it."""
    functions = {f"{role}_function": value for role, value in found.get("functions", {}).items()}
    return {name: value for name, value in found.items() if name != "functions"} | functions


@dataclass(frozen=True, kw_only=True, slots=True)
class TapOutputs(Outputs):
    """Outputs of a pipeline stack."""

    api_url: Annotated[str, "Where GET /health and POST /process are"]
    api_id: Annotated[str, "Id of the HTTP API"]
    stream_name: Annotated[str, "Kinesis stream that events go through"]
    archive_bucket: Annotated[str, "Bucket that events are stored in"]
    inbox_bucket: Annotated[str, "Bucket for files to import, below incoming/"]
    failures_bucket: Annotated[str, "Bucket of failed batches and of quarantined events"]
    ledger_table: Annotated[str | None, "Table of events stored; absent without deduplication"]
    query_database: Annotated[str | None, "Glue database of the tables over the archive; absent without queries"]
    query_workgroup: Annotated[str | None, "Athena workgroup to ask them in; absent without queries"]
    results_bucket: Annotated[str | None, "Bucket of the results of queries; absent without queries"]
    signing_secret_arn: Annotated[
        str | None,
        "Secret that requests are signed with, its name where it is a replica; absent with another api.auth",
    ]
    functions: Annotated[Mapping[str, str], FUNCTIONS]
    dead_letter_queue: Annotated[str, "Dead-letter queue of notifications about files"]
    alerts_topic_arn: Annotated[str, "Topic that every alarm is sent to"]
    pages_topic_arn: Annotated[str, "Topic that only alarms of severity page are sent to"]
    dashboard_name: Annotated[str, "CloudWatch dashboard of this stack"]
    key_alias: Annotated[str, "Alias of the key that encrypts everything here but alarms"]
    alerts_key_alias: Annotated[str, "Alias of the key that encrypts alarms"]


@dataclass(frozen=True, kw_only=True, slots=True)
class StateOutputs(Outputs):
    """Outputs of a state stack."""

    state_bucket: Annotated[str, "Bucket of this environment's Terraform state"]
    state_key_alias: Annotated[str, "Alias of the key that encrypts it"]


@dataclass(frozen=True, kw_only=True, slots=True)
class DeliveryOutputs(Outputs):
    """Outputs of a delivery stack."""

    plan_role_arn: Annotated[str, "Role of workflows that plan; it changes nothing"]
    deploy_role_arn: Annotated[str, "Role of workflows that deploy"]
    preview_role_arn: Annotated[
        str | None, "Role of workflows that deploy, test and destroy previews; absent without previews"
    ]


@dataclass(frozen=True, kw_only=True, slots=True)
class EdgeOutputs(Outputs):
    """Outputs of an edge stack."""

    api_url: Annotated[str, "URL of the API, whichever region answers"]
