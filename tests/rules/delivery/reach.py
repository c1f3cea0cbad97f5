"""Rules on what the roles of GitHub Actions and the boundaries reach."""

import re
from collections.abc import Iterator

from tests.rules.delivery.reading import HOST, POLICY, allowing, bodies_of
from tests.rules.mutations import Mutation, statement
from tests.rules.reading import as_list
from tests.rules.registry import Case, Check, Checks, rule
from tests.synthesized import Json

Pattern = re.Pattern[str]
_Found = Iterator[tuple[bool, str]]
# These resources have only ids, so that their ARNs say nothing; conditions limit them, except health checks and changes
# of DNS, for which AWS has no condition, and API Gateway, whose tags are resources.
_IDS = re.compile(
    r"arn:aws:(acm|kms|lambda):[a-z0-9*-]+:\d{12}:(certificate/|key/|event-source-mapping:)\*|"
    # Of tables only: AWS lets whoever may update the table set how it scales.
    r"arn:aws:application-autoscaling:[a-z0-9*-]+:\d{12}:scalable-target/\*|"
    r"arn:aws:route53:::(healthcheck|change)/\*|arn:aws:apigateway:\*::/(apis|domainnames|tags)(/\*)?"
)
# AWS defines no resource level for these (Service Authorization Reference). Conditions limit what they create.
_NO_LEVEL = re.compile(
    r"acm:RequestCertificate|application-autoscaling:Describe\w+|cloudwatch:DescribeAlarms|events:TestEventPattern|kinesis:(DescribeLimits|Update(ShardCount|StreamMode))|"
    r"kms:(CreateKey|ListAliases)|lambda:(Create|List)EventSourceMappings?|logs:\w+(LogDeliver(y|ies)|ResourcePolic(y|ies))|logs:DescribeLogGroups|"
    r"logs:(Delete|Describe|Put)QueryDefinitions?|"
    r"route53:CreateHealthCheck|secretsmanager:GetRandomPassword|sns:(Unsubscribe|[GS]etSubscriptionAttributes)|"
    r"xray:Put(TelemetryRecords|TraceSegments)"
)


_ALL_NEW = {
    "kms:TagResource": {"Null aws:ResourceTag/Stack", "Null kms:ResourceAliases"},
    "acm:AddTagsToCertificate": {"Null aws:ResourceTag/Stack"},
}


def _new(without: str) -> Json:
    """Conditions of what has nothing of this kind."""
    return {"StringLike": {"aws:RequestTag/Stack": "tap-delivered-*"}, "Null": {without: "true"}}


def _any_stack(stack: Json) -> None:
    for body in bodies_of(stack, POLICY):
        body["policy"] = body["policy"].replace('["zap-pr1*-$${', '["zap-*", "zap-pr1*-$${')


@rule(
    "IAM.21, CKV_AWS_355",
    broken_by=[
        statement(POLICY, "Streams", Resource="*", of="deploy"),
        statement(POLICY, "Streams", Resource="arn:aws:kinesis:*:111111111111:stream/*", of="deploy"),
        statement(POLICY, "Streams", Resource="arn:aws:kinesis:*:999999999999:stream/tap-*", of="deploy"),
        statement(POLICY, "Buckets", Resource="arn:aws:s3:::*", of="deploy"),
        statement(POLICY, "DecryptState", Resource="*", of="plan"),
        statement(POLICY, "Keys", Condition=None, of="deploy"),
        statement(POLICY, "NewKeys", Condition=None, of="deploy"),
        statement(POLICY, "Mappings", Condition=None, of="deploy"),
        statement(POLICY, "TagNewKeys", Condition=_new("aws:ResourceTag/Stack"), of="deploy"),
        statement(POLICY, "TagNewKeys", Condition=_new("kms:ResourceAliases"), of="deploy"),
        statement(POLICY, "TagNewCertificates", Condition=_new("kms:ResourceAliases"), of="deploy"),
        statement(
            POLICY, "Scaling", Condition={"StringEquals": {"aws:RequestedRegion": "us-east-1"}}, of="deploy_capacity"
        ),
        statement(POLICY, "Streams", Resource="arn:aws:kinesis:*:111111111111:stream/tap-*-prod-*", of="deploy"),
        statement(POLICY, "Streams", Resource="arn:aws:kinesis:*:444455556666:stream/zap-*-pr*-*", of="preview"),
        statement(POLICY, "Secrets", Resource="arn:aws:secretsmanager:*:444455556666:secret:zap-*", of="preview"),
        statement(POLICY, "Objects", Resource="arn:aws:s3:::zap-*-unusual-*-444455556666/*", of="preview"),
        statement(
            POLICY, "ReadState", Resource="arn:aws:s3:::zap-state-unusual-eu-north-1-444455556666/*", of="preview"
        ),
        statement(POLICY, "Data", Resource="arn:aws:dynamodb:*:111111111111:table/*", of="function-boundary"),
        statement(POLICY, "Data", Resource="*", of="function-boundary"),
        statement(POLICY, "Objects", Resource="arn:aws:s3:::tap-state-delivered-*", of="function-boundary"),
        statement(POLICY, "Objects", Resource="arn:aws:s3:::zap-*-pr*-*-444455556666/*", of="preview-function"),
        statement(POLICY, "Objects", Condition=None, of="function-boundary"),
        statement(POLICY, "Keys", Condition={"StringEquals": {"aws:RequestedRegion": "us-east-1"}}, of="function"),
        statement(POLICY, "Variables", Condition=None, of="function-boundary"),
        statement(
            POLICY,
            "Variables",
            Condition={
                "StringEquals": {"aws:RequestedRegion": "ap-south-1"},
                "ArnLike": {"kms:EncryptionContext:aws:lambda:FunctionArn": "arn:aws:lambda:*:*:function:*"},
            },
            of="preview-function-boundary",
        ),
        Mutation("keys of any stack", _any_stack),
    ],
)
def roles_of_delivery_reach_what_is_theirs(case: Case) -> Checks:
    """Resources are the environment's, or previews', by name, or by tag or function where they have only ids.

    The same holds for boundaries, whose keys are used through services only.
    """
    for policy in allowing(case.stack, "delivery", "boundary"):
        ours, tagged = _patterns(case, preview=policy.resource.id.startswith("preview"))
        shared = _shared(case) if policy.kind == "boundary" else None
        for one in policy.statements:
            checks = (
                *_resources(one, ours, shared),
                *_tags(one, tagged),
                *_ids(one, _is_bound(one, shared, is_boundary=policy.kind == "boundary")),
            )
            yield from (Check(policy.resource.address, holds, f"{one['Sid']} {text}") for holds, text in checks)


def _shared(case: Case) -> Pattern:
    """What a boundary may reach of other environments, since it would be too long otherwise.

    A query has its role's permissions in any workgroup; of the default database no tables are reached, only its name;
    messages can only be added; variables hold no secrets.
    """
    account, project = case.settings.account_id, case.settings.project
    return re.compile(
        rf"arn:aws:athena:\*:{account}:workgroup/{project}-compaction-\*|"
        rf"arn:aws:glue:\*:{account}:database/default|"
        rf"arn:aws:sqs:\*:{account}:{project}-dead-letters-\*|"
        rf"arn:aws:lambda:\*:{account}:function:{project}-\*"
    )


def _patterns(case: Case, *, preview: bool) -> tuple[Pattern, Pattern]:
    """What the resources of a role are called, and what its stacks are."""
    account, project, environment = case.settings.account_id, case.settings.project, case.environment.name
    state = f"{project}-state-{environment}-{case.settings.state.region}-{account}"
    suffix, states = (r"pr[1-9]\*", r"pr[1-9]\*[.]tfstate(\*|[.]tflock)?") if preview else (environment, ".*")
    ours = re.compile(
        rf"arn:aws:s3:::{project}-[a-z0-9*-]+-{suffix}-\*-({account}|\?{{8}})(/.*)?|"
        rf"arn:aws:s3:::{project}-(?!state-|logs-of-state-)[a-z0-9*-]+-{suffix}-\*|"
        rf"arn:aws:s3:::{state}(/{states})?|"
        rf"arn:aws:[a-z0-9]+:[a-z0-9*-]*:{account}:([\w/:-]+[:/])?{project}-[a-z0-9*-]+-{suffix}(-.*)?|"
        rf"arn:aws:glue:[a-z0-9*-]*:{account}:(catalog|(database|table|userDefinedFunction|\*)/{project}_\*_{suffix}(_\*)?(/\*)?)|"
        rf"arn:aws:budgets::{account}:budget/{project}-{suffix}|"
        rf"arn:aws:iam::{account}:oidc-provider/{re.escape(HOST)}|arn:aws:route53:::hostedzone/Z[A-Z0-9]+|"
        rf"arn:aws:iam::{account}:role/aws-service-role/(ops[.]apigateway|dynamodb[.]application-autoscaling)[.]amazonaws[.]com/\w+"
    )
    return ours, re.compile(rf"{project}-{suffix}-.*")


def _resources(one: Json, ours: Pattern, shared: Pattern | None) -> _Found:
    anything, conditions = one["Resource"] == ["*"], one["Condition"]
    # Functions of other environments are shared as what uses a key for variables, not to be invoked.
    others = [arn for arn in one["Resource"] if not (shared and shared.fullmatch(arn) and ":lambda:" not in arn)]
    named = all(ours.fullmatch(arn) or _IDS.fullmatch(arn) for arn in others)
    unnameable = anything and all(_NO_LEVEL.fullmatch(action) for action in one["Action"])
    yield named or unnameable, f"reaches {one['Resource']}"
    open_ended = any(re.fullmatch(r"arn:aws:s3:::[^/]+-\*", arn) for arn in one["Resource"])
    yield "StringEquals s3:ResourceAccount" in conditions or not open_ended, "reaches other accounts' buckets"


def _tags(one: Json, tagged: Pattern) -> _Found:
    stacks = [stack for key, values in one["Condition"].items() if "Tag/Stack" in key for stack in as_list(values)]
    foreign = [stack for stack in stacks if stack != "true" and not tagged.fullmatch(stack)]
    yield not foreign, f"reaches what is tagged {foreign}"


def _is_bound(one: Json, shared: Pattern | None, *, is_boundary: bool) -> bool:
    """By tags, a key's alias, or, in a boundary, services or functions."""
    conditions = one["Condition"]
    functions = as_list(conditions.get("ArnLike kms:EncryptionContext:aws:lambda:FunctionArn"))
    by_function = shared is not None and bool(functions) and all(shared.fullmatch(arn) for arn in functions)
    if is_boundary and (by_function or "StringLike kms:ViaService" in conditions):
        return True
    return any("Stack" in key or "kms:ResourceAliases" in key for key in conditions)


def _ids(one: Json, bound: bool) -> _Found:
    """What has only ids is reached under conditions."""
    ids = [arn for arn in one["Resource"] if re.search(r":(key/|certificate/)\*$", arn)]
    kinesis = all(action.startswith("kinesis:") for action in one["Action"])  # KMS itself guards keys
    yield bound or kinesis or not ids, f"reaches every one of {ids}"
    bound = bound or "ArnLike lambda:FunctionArn" in one["Condition"]
    creating = {"kms:CreateKey", "acm:RequestCertificate", "lambda:CreateEventSourceMapping"} & set(one["Action"])
    yield bound or not creating, f"creates {creating} for anybody"
    tags = [keys for action, keys in _ALL_NEW.items() if action in one["Action"]]
    ours = "StringLike aws:ResourceTag/Stack" in one["Condition"]
    yield ours or all(keys <= set(one["Condition"]) for keys in tags), "takes over keys or certificates of others"
    tables = one["Condition"].get("StringEquals application-autoscaling:service-namespace") == "dynamodb"
    scaling = [action for action in one["Action"] if re.match("application-autoscaling:(?!Describe)", action)]
    yield tables or not scaling, f"scales more than tables: {scaling}"
    mappings = {"lambda:UpdateEventSourceMapping", "lambda:DeleteEventSourceMapping"} & set(one["Action"])
    yield bound or not mappings, "changes anybody's mappings"
