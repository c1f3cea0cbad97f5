"""Lists the resources of an account, by type."""

from collections.abc import Callable

from tools.local.accounts import Client

Inventory = dict[str, list[str]]

_LISTS = (
    ("s3", "list_buckets", "Buckets", "Name"),
    ("kinesis", "list_streams", "StreamNames", None),
    ("dynamodb", "list_tables", "TableNames", None),
    ("glue", "get_databases", "DatabaseList", "Name"),
    ("athena", "list_work_groups", "WorkGroups", "Name"),
    ("lambda", "list_functions", "Functions", "FunctionName"),
    ("lambda", "list_event_source_mappings", "EventSourceMappings", "UUID"),
    ("apigatewayv2", "get_apis", "Items", "Name"),
    ("logs", "describe_log_groups", "logGroups", "logGroupName"),
    ("secretsmanager", "list_secrets", "SecretList", "Name"),
    ("sns", "list_topics", "Topics", "TopicArn"),
    ("sqs", "list_queues", "QueueUrls", None),
    ("cloudwatch", "describe_alarms", "MetricAlarms", "AlarmName"),
    ("cloudwatch", "list_dashboards", "DashboardEntries", "DashboardName"),
    ("iam", "list_roles", "Roles", "RoleName"),
    ("kms", "list_aliases", "Aliases", "AliasName"),
)

_PRIMARY = "primary"  # the workgroup that every account has (Athena user guide, "Manage workgroups")


def inventory(client: Callable[[str], Client]) -> Inventory:
    """The names of everything that a stack could leave behind; `client` returns a boto3 client for a service."""
    found = {f"{service} {list_}": _names(client(service), op, list_, name) for service, op, list_, name in _LISTS}
    found["athena WorkGroups"] = [name for name in found["athena WorkGroups"] if name != _PRIMARY]
    return found | {"kms keys not scheduled for deletion": _living_keys(client("kms"))}


def _names(client: Client, operation: str, list_: str, name: str | None) -> list[str]:
    answer = getattr(client, operation)()
    return sorted(item[name] if name else item for item in answer.get(list_) or [])


def _living_keys(client: Client) -> list[str]:
    """Keys that aren't scheduled for deletion: AWS deletes none at once."""
    keys = _names(client, "list_keys", "Keys", "KeyId")
    return [key for key in keys if not client.describe_key(KeyId=key)["KeyMetadata"].get("DeletionDate")]
