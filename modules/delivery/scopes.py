"""Where the roles of delivery may act: on what has our names, or our tags where AWS knows only ids.

ARNs and condition keys are those of the Service Authorization Reference; what `{...}` stands for says
`modules/delivery/reach.py`.
"""

from dataclasses import dataclass

from modules.delivery.github_provider import HOST
from modules.iam import Conditions

_GATEWAY = "ops.apigateway.amazonaws.com"
_GATEWAY_ROLE = "role/aws-service-role/" + _GATEWAY + "/AWSServiceRoleForAPIGateway"
_SCALING = "dynamodb.application-autoscaling.amazonaws.com"
_SCALING_ROLE = "role/aws-service-role/" + _SCALING + "/AWSServiceRoleForApplicationAutoScaling_DynamoDBTable"

# In which regions, `confined` (modules/delivery/statements.py) says once for a whole policy.
_ALWAYS: Conditions = {}
_OUR_STACKS: Conditions = {"StringLike": {"aws:ResourceTag/Stack": ("{stack}",)}}
_NEW_IN_OUR_STACKS: Conditions = {"StringLike": {"aws:RequestTag/Stack": ("{stack}",)}}
# Only resources without such a tag: a role can't take over another stack's key or certificate by tagging it. Nor a key
# of others that has an alias: a new one has none.
_UNTAGGED: Conditions = {**_NEW_IN_OUR_STACKS, "Null": {"aws:ResourceTag/Stack": "true"}}
_NEW_KEYS: Conditions = {
    **_NEW_IN_OUR_STACKS,
    "Null": {"aws:ResourceTag/Stack": "true", "kms:ResourceAliases": "true"},
}
_OUR_FUNCTIONS: Conditions = {"ArnLike": {"lambda:FunctionArn": ("arn:aws:lambda:*:{account}:function:{name}",)}}
_TABLES_SCALE: Conditions = {"StringEquals": {"application-autoscaling:service-namespace": "dynamodb"}}
_THROUGH_SERVICES: Conditions = {
    "StringLike": {"kms:ViaService": ("{key_user}.*.amazonaws.com",), "aws:ResourceTag/Stack": ("{stack}",)}
}


@dataclass(frozen=True, slots=True)
class Scope:
    """The service whose actions are allowed, their resources and conditions."""

    service: str
    resources: tuple[str, ...]
    conditions: Conditions


def _on(resource: str, conditions: Conditions = _ALWAYS, *, service: str | None = None) -> Scope:
    """Of the service in the resource's ARN, unless another one is named."""
    return Scope(service or resource.split(":")[2], (resource,), conditions)


def _on_any(service: str, conditions: Conditions = _ALWAYS) -> Scope:
    return Scope(service, ("*",), conditions)


# By the Sid of their statements, in the order in which these stand in a policy.
SCOPES: dict[str, Scope] = {
    "Alarms": _on("arn:aws:cloudwatch:*:{account}:alarm:{name}"),
    "Apis": _on("arn:aws:apigateway:*::/{api}"),
    "Budgets": _on("arn:aws:budgets::{account}:budget/{project}-{suffix}"),
    "Buckets": _on("arn:aws:s3:::{bucket}"),
    # Glue asks for each on everything that the database or table is in, and on everything that is deleted with it.
    "Catalog": Scope(
        "glue",
        (
            "arn:aws:glue:*:{account}:catalog",
            *(
                f"arn:aws:glue:*:{{account}}:{what}"
                for what in ("database/{database}", "table/{database}/*", "userDefinedFunction/{database}/*")
            ),
        ),
        _ALWAYS,
    ),
    "Certificates": _on("arn:aws:acm:*:{account}:certificate/*", _OUR_STACKS),
    "NewCertificates": _on_any("acm", _NEW_IN_OUR_STACKS),
    "TagNewCertificates": _on("arn:aws:acm:*:{account}:certificate/*", _UNTAGGED),
    "Dashboards": _on("arn:aws:cloudwatch::{account}:dashboard/{name}"),
    # Kinesis asks for this on the stream and on its key, and knows no tags of keys. Which keys may be used for it, KMS
    # decides.
    "EncryptStreams": _on("arn:aws:kms:*:{account}:key/*", service="kinesis"),
    "EventRules": _on("arn:aws:events:*:{account}:rule/{name}"),
    "Functions": _on("arn:aws:lambda:*:{account}:function:{name}"),
    "HealthChecks": _on("arn:aws:route53:::healthcheck/*"),
    "NewHealthChecks": _on_any("route53"),
    "KeyAliases": _on("arn:aws:kms:*:{account}:alias/{name}"),
    "GrantKeys": _on("arn:aws:kms:*:{account}:key/*", {**_OUR_STACKS, "Bool": {"kms:GrantIsForAWSResource": "true"}}),
    "UseKeys": _on("arn:aws:kms:*:{account}:key/*", _THROUGH_SERVICES),
    "Keys": _on("arn:aws:kms:*:{account}:key/*", _OUR_STACKS),
    "NewKeys": _on_any("kms", _NEW_IN_OUR_STACKS),
    "TagNewKeys": _on("arn:aws:kms:*:{account}:key/*", _NEW_KEYS),
    "LogGroups": Scope(
        "logs",
        (
            "arn:aws:logs:*:{account}:log-group:/aws/lambda/{name}",
            "arn:aws:logs:*:{account}:log-group:/aws/vendedlogs/{name}",
        ),
        _ALWAYS,
    ),
    "Mappings": _on("arn:aws:lambda:*:{account}:event-source-mapping:*", _OUR_FUNCTIONS),
    "NewMappings": _on_any("lambda", _OUR_FUNCTIONS),
    "TagMappings": _on("arn:aws:lambda:*:{account}:event-source-mapping:*"),
    "Objects": _on("arn:aws:s3:::{bucket}/*"),
    "PassRoles": _on(
        "arn:aws:iam::{account}:role/{role}",
        {"StringEquals": {"iam:PassedToService": ("lambda.amazonaws.com", "scheduler.amazonaws.com")}},
    ),
    "Provider": _on("arn:aws:iam::{account}:oidc-provider/" + HOST),
    "Policies": _on("arn:aws:iam::{account}:policy/{name}"),
    "Queues": _on("arn:aws:sqs:*:{account}:{name}"),
    "Roles": _on("arn:aws:iam::{account}:role/{role}"),
    # Whoever gives a role permissions may do so only within the boundary.
    "BoundRoles": _on(
        "arn:aws:iam::{account}:role/{role}", {"StringEquals": {"iam:PermissionsBoundary": "{boundary}"}}
    ),
    "RoleOfApiGateway": _on(
        "arn:aws:iam::{account}:" + _GATEWAY_ROLE, {"StringEquals": {"iam:AWSServiceName": _GATEWAY}}
    ),
    # A table's capacity: AWS lets whoever may update the table set how it scales, with the alarms for that (Application
    # Auto Scaling user guide, "Permissions validation"). It creates a role of its own with the account's first one.
    "Scaling": _on("arn:aws:application-autoscaling:*:{account}:scalable-target/*", _TABLES_SCALE),
    "ScalingAlarms": _on("arn:aws:cloudwatch:*:{account}:alarm:TargetTracking-table/{name}"),
    "RoleOfScaling": _on("arn:aws:iam::{account}:" + _SCALING_ROLE, {"StringEquals": {"iam:AWSServiceName": _SCALING}}),
    "Schedules": _on("arn:aws:scheduler:*:{account}:schedule/default/{name}"),
    "Secrets": _on("arn:aws:secretsmanager:*:{account}:secret:{name}"),
    "Streams": _on("arn:aws:kinesis:*:{account}:stream/{name}"),
    "Tables": _on("arn:aws:dynamodb:*:{account}:table/{name}"),
    "Topics": _on("arn:aws:sns:*:{account}:{name}"),
    "Workgroups": _on("arn:aws:athena:*:{account}:workgroup/{name}"),
    "Zone": _on("arn:aws:route53:::hostedzone/{zone}"),
    "ZoneChanges": _on("arn:aws:route53:::change/*"),
    # AWS defines no resource level for what is allowed here, or not for every kind of alarm that `DescribeAlarms`
    # finds.
    "ScalingWithoutResource": _on_any("application-autoscaling"),
    "CloudwatchWithoutResource": _on_any("cloudwatch"),
    "EventsWithoutResource": _on_any("events"),
    "KinesisWithoutResource": _on_any("kinesis"),
    "KmsWithoutResource": _on_any("kms"),
    "LambdaWithoutResource": _on_any("lambda"),
    "LogsWithoutResource": _on_any("logs"),
    "SecretsmanagerWithoutResource": _on_any("secretsmanager"),
    "SnsWithoutResource": _on_any("sns"),
}
