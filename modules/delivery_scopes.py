"""Where the roles of delivery may do what their resources need: by our names, or by tags where AWS knows no names.

Formats of ARNs and condition keys are those of the Service Authorization Reference.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from modules.delivery_needs import Needs
from modules.iam import Conditions, Statement
from modules.names import Names

# AWS defines no resource level for these, or not for every kind of alarm that `DescribeAlarms` finds; a statement on
# them can say no more than in which regions.
_WITHOUT_RESOURCE = re.compile(
    r"cloudwatch:DescribeAlarms|kinesis:Update(ShardCount|StreamMode)|kms:ListAliases|"
    r"lambda:ListEventSourceMappings|logs:(Create|Get|List|Update|Delete)LogDeliver(y|ies)|"
    r"logs:(Describe|Put)ResourcePolic(y|ies)|logs:DescribeLogGroups|secretsmanager:GetRandomPassword|"
    r"sns:(Unsubscribe|[GS]etSubscriptionAttributes)"
)


_GATEWAY_SERVICE = "ops.apigateway.amazonaws.com"
# What services do with a key for whoever makes a resource that is encrypted with it.
_KEY_USE = r"kms:(?:Decrypt|Encrypt|GenerateDataKey)"
# What gives a role permissions: only to one that has the boundary.
_GIVING = r"(?:CreateRole|(?:Attach|Put)RolePolicy|PutRolePermissionsBoundary)"
_OBJECT = r"(?:Get|Put|Delete)Object(?:Version)?"
KEY_USERS = ("dynamodb", "kinesis", "lambda", "secretsmanager")


@dataclass(frozen=True, kw_only=True, slots=True)
class Reach:
    """What a role reaches, as parts of names (`*`: all of them).

    `suffixes`: of environments; `buckets`, `roles`: purposes; `stacks`: ends of their names; `key_users`: services by
    way of which keys are used; `zone_id`: of the edge; `cut_buckets`: names that no pattern of their parts fits;
    `boundary`: of the roles that are made.
    """

    names: Names
    suffixes: tuple[str, ...]
    regions: tuple[str, ...]
    buckets: tuple[str, ...] = ("*",)
    roles: tuple[str, ...] = ("*",)
    stacks: tuple[str, ...] = ("*",)
    key_users: tuple[str, ...] = KEY_USERS
    zone_id: str | None = None
    cut_buckets: tuple[str, ...] = ()
    boundary: str | None = None

    def everywhere(self, service: str, *resources: str) -> tuple[str, ...]:
        """ARNs in any region: statements on them are held to the regions by a condition."""
        place = f"arn:aws:{service}:*:{self.names.account_id}"
        return tuple(f"{place}:{resource}" for resource in resources)

    def starts(self, purposes: Iterable[str] = ("*",)) -> list[str]:
        """How names with these purposes begin, before their region."""
        return [f"{self.names.project}-{purpose}-{suffix}" for purpose in purposes for suffix in self.suffixes]

    def ours(self, *before: str) -> tuple[str, ...]:
        """Names with the suffixes, whatever their purpose and region."""
        return tuple(f"{part}{start}-*" for part in before for start in self.starts())

    def bucket_arns(self) -> tuple[str, ...]:
        """Buckets with these purposes, and those whose names were cut."""
        names = [f"{start}-*-{self.names.account_id}" for start in self.starts(self.buckets)]
        return tuple(self.names.global_arn("s3", name) for name in (*names, *self.cut_buckets))

    def stack_names(self) -> list[str]:
        """Names of stacks, as their resources are tagged with them."""
        return [f"{self.names.project}-{suffix}-{end}" for suffix in self.suffixes for end in self.stacks]


def in_regions(reach: Reach) -> Conditions:
    """Held to the regions of the reach: for what has a region, but `*` for it in its ARN."""
    return {"StringEquals": {"aws:RequestedRegion": list(reach.regions)}}


def _of_our_stacks(reach: Reach) -> Conditions:
    return {**in_regions(reach), "StringLike": {"aws:ResourceTag/Stack": reach.stack_names()}}


def _by_way_of_services(reach: Reach) -> Conditions:
    services = [f"{service}.{region}.amazonaws.com" for service in reach.key_users for region in reach.regions]
    return {"StringEquals": {"kms:ViaService": services}, "StringLike": _of_our_stacks(reach)["StringLike"]}


def _granted_to_services(reach: Reach) -> Conditions:
    return {**_of_our_stacks(reach), "Bool": {"kms:GrantIsForAWSResource": "true"}}


def _made_for_our_stacks(reach: Reach) -> Conditions:
    return {**in_regions(reach), "StringLike": {"aws:RequestTag/Stack": reach.stack_names()}}


def _of_our_functions(reach: Reach) -> Conditions:
    functions = reach.everywhere("lambda", *reach.ours("function:"))
    return {**in_regions(reach), "ArnLike": {"lambda:FunctionArn": list(functions)}}


def _new(reach: Reach) -> Conditions:
    """A key that has a stack already can't be taken over by another tag."""
    return {**_made_for_our_stacks(reach), "Null": {"aws:ResourceTag/Stack": "true"}}


def _to_lambda(_reach: Reach) -> Conditions:
    return {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}


def _within_the_boundary(reach: Reach) -> Conditions:
    if not reach.boundary:
        raise ValueError("who makes roles needs a permissions boundary for them")
    return {"StringEquals": {"iam:PermissionsBoundary": reach.boundary}}


def _anywhere(_reach: Reach) -> Conditions:
    return {}


def _roles(reach: Reach) -> tuple[str, ...]:
    return tuple(reach.names.global_arn("iam", f"role/{start}-*") for start in reach.starts(reach.roles))


def _budgets(reach: Reach) -> tuple[str, ...]:
    names = [f"budget/{reach.names.project}-{suffix}" for suffix in reach.suffixes]
    return tuple(reach.names.global_arn("budgets", name) for name in names)


def _gateways_own_role(reach: Reach) -> tuple[str, ...]:
    return (reach.names.global_arn("iam", f"role/aws-service-role/{_GATEWAY_SERVICE}/AWSServiceRoleForAPIGateway"),)


def _for_the_gateway(_reach: Reach) -> Conditions:
    return {"StringEquals": {"iam:AWSServiceName": _GATEWAY_SERVICE}}


def _gateways(reach: Reach) -> tuple[str, ...]:
    """API Gateway's ARNs hold ids and no account; tags are resources of their own there."""
    kinds = ("apis", "tags", *(["domainnames"] if reach.zone_id else []))
    place = "arn:aws:apigateway:*::"
    return tuple(f"{place}/{kind}{end}" for kind in kinds for end in (["/*"] if kind == "tags" else ["", "/*"]))


def _named(service: str, *before: str) -> Callable[[Reach], tuple[str, ...]]:
    return lambda reach: reach.everywhere(service, *reach.ours(*before))


def _named_anywhere(service: str, before: str) -> Callable[[Reach], tuple[str, ...]]:
    return lambda reach: tuple(reach.names.global_arn(service, name) for name in reach.ours(before))


@dataclass(frozen=True, slots=True)
class _Scope:
    sid: str
    actions: str
    resources: Callable[[Reach], tuple[str, ...]]
    conditions: Callable[[Reach], Conditions] = in_regions


_SCOPES = (
    _Scope("Alarms", r"cloudwatch:.*(Alarm|[Tt]ag).*", _named("cloudwatch", "alarm:")),
    _Scope("Apis", r"apigateway:.*", _gateways),
    _Scope("Budgets", r"budgets:.*", _budgets, _anywhere),
    _Scope("Buckets", rf"s3:(?!{_OBJECT}$).*", Reach.bucket_arns, _anywhere),
    _Scope(
        "Certificates", r"acm:(?!Request).*", lambda reach: reach.everywhere("acm", "certificate/*"), _of_our_stacks
    ),
    _Scope("NewCertificates", r"acm:RequestCertificate", lambda _: ("*",), _made_for_our_stacks),
    _Scope(
        "TagNewCertificates", r"acm:AddTagsToCertificate", lambda reach: reach.everywhere("acm", "certificate/*"), _new
    ),
    _Scope("Dashboards", r"cloudwatch:.*Dashboards?", _named_anywhere("cloudwatch", "dashboard/"), _anywhere),
    # On the stream, as below, and on its key, too, of which Kinesis knows no tags (Service Authorization Reference).
    # Which keys may be used for it KMS decides.
    _Scope(
        "EncryptStreams",
        r"kinesis:(Start|Stop)StreamEncryption",
        lambda reach: reach.everywhere("kms", "key/*"),
    ),
    _Scope("Functions", r"lambda:(?!.*EventSourceMapping).*", _named("lambda", "function:")),
    _Scope(
        "HealthChecks",
        r"route53:((Get|Update|Delete)HealthCheck|.*Tags.*)",
        lambda _: ("arn:aws:route53:::healthcheck/*",),
        _anywhere,
    ),
    _Scope("NewHealthChecks", r"route53:CreateHealthCheck", lambda _: ("*",), _anywhere),
    _Scope("KeyAliases", r"kms:\w+Alias", _named("kms", "alias/")),
    _Scope("GrantKeys", r"kms:CreateGrant", lambda reach: reach.everywhere("kms", "key/*"), _granted_to_services),
    _Scope("UseKeys", _KEY_USE, lambda reach: reach.everywhere("kms", "key/*"), _by_way_of_services),
    _Scope(
        "Keys",
        rf"(?!{_KEY_USE}|kms:Create(?:Key|Grant)$)kms:.*",
        lambda reach: reach.everywhere("kms", "key/*"),
        _of_our_stacks,
    ),
    _Scope("NewKeys", r"kms:CreateKey", lambda _: ("*",), _made_for_our_stacks),
    _Scope("TagNewKeys", r"kms:TagResource", lambda reach: reach.everywhere("kms", "key/*"), _new),
    _Scope("LogGroups", r"logs:.*", _named("logs", "log-group:/aws/lambda/", "log-group:/aws/vendedlogs/")),
    _Scope(
        "Mappings",
        r"lambda:(Get|Update|Delete)EventSourceMapping",
        lambda reach: reach.everywhere("lambda", "event-source-mapping:*"),
        _of_our_functions,
    ),
    _Scope("NewMappings", r"lambda:CreateEventSourceMapping", lambda _: ("*",), _of_our_functions),
    _Scope(
        "TagMappings",
        r"lambda:(ListTags|TagResource|UntagResource)",
        lambda reach: reach.everywhere("lambda", "event-source-mapping:*"),
    ),
    _Scope(
        "Objects", rf"s3:{_OBJECT}", lambda reach: tuple(f"{bucket}/*" for bucket in reach.bucket_arns()), _anywhere
    ),
    _Scope("PassRoles", r"iam:PassRole", _roles, _to_lambda),
    _Scope(
        "Provider",
        r"iam:.*OpenIDConnectProvider.*",
        lambda reach: (reach.names.global_arn("iam", "oidc-provider/token.actions.githubusercontent.com"),),
        _anywhere,
    ),
    _Scope(
        "Policies",
        r"iam:\w*Policy(Version|Versions|Tags)?(?<!RolePolicy)(?<!AssumeRolePolicy)",
        _named_anywhere("iam", "policy/"),
        _anywhere,
    ),
    _Scope("Queues", r"sqs:.*", _named("sqs", "")),
    _Scope("Roles", rf"iam:(?!PassRole|CreateServiceLinkedRole|{_GIVING}).*Role.*", _roles, _anywhere),
    _Scope("BoundRoles", rf"iam:{_GIVING}", _roles, _within_the_boundary),
    _Scope("RoleOfApiGateway", r"iam:CreateServiceLinkedRole", _gateways_own_role, _for_the_gateway),
    _Scope("Secrets", r"secretsmanager:.*", _named("secretsmanager", "secret:")),
    _Scope("Streams", r"kinesis:.*", _named("kinesis", "stream/")),
    _Scope("Tables", r"dynamodb:.*", _named("dynamodb", "table/")),
    _Scope("Topics", r"sns:.*", _named("sns", "")),
    _Scope(
        "Zone",
        r"route53:(GetHostedZone|(List|Change)ResourceRecordSets)",
        lambda reach: (f"arn:aws:route53:::hostedzone/{reach.zone_id}",),
        _anywhere,
    ),
    _Scope(
        "ZoneChanges",
        r"route53:GetChange",
        lambda _: ("arn:aws:route53:::change/*",),
        _anywhere,
    ),
)


def statements_for(actions: Sequence[str], reach: Reach) -> list[Statement]:
    """The statements that allow the actions within the reach; an action that no scope knows is a `ValueError`."""
    without = tuple(action for action in actions if _WITHOUT_RESOURCE.fullmatch(action))
    rest = [action for action in actions if action not in without]
    found = []
    for scope in _SCOPES:
        chosen = tuple(action for action in rest if re.fullmatch(scope.actions, action))
        if chosen:
            conditions = scope.conditions(reach)
            found.append(
                Statement(sid=scope.sid, actions=chosen, resources=scope.resources(reach), conditions=conditions)
            )
    lost = set(rest) - {action for statement in found for action in statement.actions}
    if lost:
        raise ValueError(f"modules/delivery_scopes.py doesn't say where these may act: {', '.join(sorted(lost))}")
    for service in sorted({action.split(":")[0] for action in without}):
        actions = tuple(action for action in without if action.startswith(f"{service}:"))
        sid = f"{service.capitalize()}WithoutResource"
        found.append(Statement(sid=sid, actions=actions, resources=("*",), conditions=in_regions(reach)))
    return found


def seeing(needs: Needs, reach: Reach) -> list[Statement]:
    """What a plan takes."""
    return statements_for(needs.read, reach)


def changing(needs: Needs, reach: Reach) -> list[Statement]:
    """What a deploy takes: a plan's, and the changes."""
    return statements_for(tuple(dict.fromkeys(needs.read + needs.write)), reach)
