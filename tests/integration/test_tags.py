"""Everything that can carry tags says what it belongs to and who pays."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from modules.names import Kind
from tests.integration.deployment import Deployment

pytestmark = pytest.mark.integration

Tags = Mapping[str, str]


def _pairs(found: list[dict[str, str]], key: str = "Key", value: str = "Value") -> Tags:
    return {pair[key]: pair[value] for pair in found}


def _functions(at: Deployment) -> list[Tags]:
    client: Any = at.client("lambda")
    configurations = [client.get_function_configuration(FunctionName=name) for name in at.functions.values()]
    return [client.list_tags(Resource=function["FunctionArn"])["Tags"] for function in configurations]


def _mapping(at: Deployment) -> list[Tags]:
    client = at.client("lambda")
    (found,) = client.list_event_source_mappings(FunctionName=at.functions["processor"])["EventSourceMappings"]
    return [client.list_tags(Resource=found["EventSourceMappingArn"])["Tags"]]


def _buckets(at: Deployment) -> list[Tags]:
    names = [at.names(role, Kind.BUCKET) for role in ("archive", "inbox", "failures", "access-logs")]
    return [_pairs(at.client("s3").get_bucket_tagging(Bucket=name)["TagSet"]) for name in names]


def _stream(at: Deployment) -> list[Tags]:
    return [_pairs(at.client("kinesis").list_tags_for_stream(StreamName=at.outputs["stream_name"])["Tags"])]


def _table(at: Deployment) -> list[Tags]:
    if "ledger_table" not in at.outputs:
        return []
    arn = at.names.arn("dynamodb", f"table/{at.outputs['ledger_table']}")
    return [_pairs(at.client("dynamodb").list_tags_of_resource(ResourceArn=arn)["Tags"])]


def _key(at: Deployment) -> list[Tags]:
    return [_pairs(at.client("kms").list_resource_tags(KeyId=at.key_arn())["Tags"], "TagKey", "TagValue")]


def _secret(at: Deployment) -> list[Tags]:
    if "signing_secret_arn" not in at.outputs:
        return []
    return [_pairs(at.client("secretsmanager").describe_secret(SecretId=at.outputs["signing_secret_arn"])["Tags"])]


def _topic(at: Deployment) -> list[Tags]:
    arns = [at.outputs[name] for name in ("alerts_topic_arn", "pages_topic_arn")]
    return [_pairs(at.client("sns").list_tags_for_resource(ResourceArn=arn)["Tags"]) for arn in arns]


def _queue(at: Deployment) -> list[Tags]:
    url = at.client("sqs").get_queue_url(QueueName=at.outputs["dead_letter_queue"])["QueueUrl"]
    return [at.client("sqs").list_queue_tags(QueueUrl=url)["Tags"]]


def _log_groups(at: Deployment) -> list[Tags]:
    arns = [at.names.arn("logs", f"log-group:{name}") for name in at.log_groups.values()]
    return [at.client("logs").list_tags_for_resource(resourceArn=arn)["tags"] for arn in arns]


def _alarms(at: Deployment) -> list[Tags]:
    client = at.client("cloudwatch")
    return [_pairs(client.list_tags_for_resource(ResourceARN=a["AlarmArn"])["Tags"]) for a in at.alarms()]


def _roles(at: Deployment) -> list[Tags]:
    return [_pairs(at.client("iam").list_role_tags(RoleName=name)["Tags"]) for name in at.functions.values()]


def _api(at: Deployment) -> list[Tags]:
    arn = f"arn:aws:apigateway:{at.target.region}::/apis/{at.outputs['api_id']}"
    client = at.client("apigatewayv2")
    return [client.get_tags(ResourceArn=one)["Tags"] for one in (arn, f"{arn}/stages/$default")]


_KINDS = (
    _functions,
    _mapping,
    _buckets,
    _stream,
    _table,
    _key,
    _secret,
    _topic,
    _queue,
    _log_groups,
    _alarms,
    _roles,
    _api,
)


@pytest.mark.parametrize("kind", _KINDS, ids=lambda kind: kind.__name__.strip("_"))
def test_everything_of_a_kind_carries_all_tags(
    deployment: Deployment, kind: Callable[[Deployment], list[Tags]]
) -> None:
    settings = deployment.settings
    wanted = {
        "Project": settings.project,
        "Environment": deployment.suffix,
        "Region": deployment.target.region,
        "Stack": deployment.stack,
        "Owner": settings.owner,
        "CostCenter": settings.cost_centre,
        "Repository": settings.repository,
        "ManagedBy": "cdktf",
    }
    assert [tags for tags in kind(deployment) if not wanted.items() <= dict(tags).items()] == []
