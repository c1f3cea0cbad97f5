"""Rules on the roles of GitHub Actions: who may be one, and what they may."""

import json
import re

from tests.rules.mutations import Mutation, drop, put, remove, statement
from tests.rules.reading import Policy, as_list, each, is_delivery, parts, policies
from tests.rules.registry import Case, Check, Checks, rule
from tests.synthesized import Json

_ROLE, _POLICY, _ATTACHMENT = "aws_iam_role", "aws_iam_policy", "aws_iam_role_policy_attachment"
_HOST = "token.actions.githubusercontent.com"
# What makes a plan's role one that changes something, reads events or reads secrets. Deciphering is for the state only.
_SEEING = re.compile(r"[a-z0-9-]+:(Get|List|Describe|View)\w+|apigateway:GET|kms:Decrypt")
_NEVER = re.compile(
    r"secretsmanager:(BatchGet|Get)SecretValue|kinesis:(GetRecords|PutRecords?)|dynamodb:(GetItem|Query|Scan|PutItem)|"
    r"sqs:ReceiveMessage|logs:(GetLogEvents|FilterLogEvents)|lambda:InvokeFunction|sts:AssumeRole|"
    r"iam:(CreateUser|CreateAccessKey|AttachUserPolicy|PutUserPolicy|AttachRolePolicy|DeleteRolePermissionsBoundary|"
    r"(Create|Delete)Policy|(Create|Delete)PolicyVersion|SetDefaultPolicyVersion)"
)
_OF_TESTS = {"secretsmanager:GetSecretValue", "logs:FilterLogEvents"}  # of deployed previews
# Without a name of ours in it an ARN says nothing; these services have only ids, and are held by conditions, but for
# health checks and changes of DNS, of which AWS knows no condition, and API Gateway, whose tags are resources.
_IDS = re.compile(
    r"arn:aws:(acm|kms|lambda):[a-z0-9*-]+:\d{12}:(certificate/|key/|event-source-mapping:)\*|"
    r"arn:aws:route53:::(healthcheck|change)/\*|arn:aws:apigateway:\*::/(apis|domainnames|tags)(/\*)?"
)


# AWS defines no resource level for these (Service Authorization Reference). What they make is held by conditions.
_NO_LEVEL = re.compile(
    r"acm:RequestCertificate|cloudwatch:DescribeAlarms|kinesis:Update(ShardCount|StreamMode)|"
    r"kms:(CreateKey|ListAliases)|lambda:(Create|List)EventSourceMappings?|logs:\w+(LogDeliver(y|ies)|ResourcePolic(y|ies))|logs:DescribeLogGroups|"
    r"route53:CreateHealthCheck|secretsmanager:GetRandomPassword|sns:(Unsubscribe|[GS]etSubscriptionAttributes)|"
    r"xray:Put(TelemetryRecords|TraceSegments)"
)


def _bodies_of(stack: Json, type_: str) -> list[Json]:
    """Of a delivery stack only."""
    return list(stack["resource"].get(type_, {}).values()) if _ATTACHMENT in stack["resource"] else []


def _any_stack(stack: Json) -> None:
    for body in _bodies_of(stack, _POLICY):
        body["policy"] = body["policy"].replace('["zap-pr1*-*"', '["zap-*"')


def _forked(stack: Json) -> None:
    for body in _bodies_of(stack, _ROLE):
        body["assume_role_policy"] = body["assume_role_policy"].replace("StringEquals", "StringLike")


@rule(
    "OIDC, confused deputy",
    broken_by=[
        Mutation("subjects by pattern", _forked),
        statement(_ROLE, "GitHubActions", of="deploy", argument="assume_role_policy", Condition=None),
        statement(
            _ROLE,
            "GitHubActions",
            of="plan",
            argument="assume_role_policy",
            Condition={"StringEquals": {f"{_HOST}:aud": "sts.amazonaws.com", f"{_HOST}:sub": ["repo:example/*"]}},
        ),
        statement(_ROLE, "GitHubActions", of="deploy", argument="assume_role_policy", Principal={"Federated": "*"}),
        statement(_ROLE, "GitHubActions", of="deploy", argument="assume_role_policy", Principal={"AWS": "*"}),
        Mutation("a third role", lambda stack: _copy_role(stack)),
    ],
)
def only_the_repository_takes_a_role_of_delivery(case: Case) -> Checks:
    """Exact subjects of one repository take a role: plans pull requests and the branch, others one environment each."""
    delivery, name = case.settings.delivery, case.environment.name
    if not is_delivery(case.stack) or delivery is None:
        return
    repository = f"repo:{delivery.repository}"
    wanted = {
        "plan": [f"{repository}:pull_request", f"{repository}:ref:refs/heads/{delivery.branch}"],
        "deploy": [f"{repository}:environment:{name}"],
    } | ({"preview": [f"{repository}:environment:preview"]} if delivery.previews else {})
    provider = f"arn:aws:iam::{case.settings.account_id}:oidc-provider/{_HOST}"
    for role in each(case.stack, _ROLE):
        trust = json.loads(role.body["assume_role_policy"])["Statement"]
        conditions = {
            "StringEquals": {f"{_HOST}:aud": "sts.amazonaws.com", f"{_HOST}:sub": wanted.get(role.id, ["nobody"])}
        }
        holds = (
            len(trust) == 1
            and trust[0]["Principal"] == {"Federated": provider}
            and trust[0]["Action"] == "sts:AssumeRoleWithWebIdentity"
            and trust[0].get("Condition") == conditions
        )
        yield Check(role.address, holds, f"trusts {trust}")


def _copy_role(stack: Json) -> None:
    bodies = stack["resource"].get(_ROLE, {})
    if "deploy" in bodies:
        bodies["another"] = bodies["deploy"]


@rule(
    "IAM.1, IAM.21, no managed policies",
    broken_by=[
        statement(_POLICY, "Streams", Action="kinesis:*", of="deploy"),
        statement(_POLICY, "Streams", Action=["kinesis:Describe*"], of="plan"),
        statement(_POLICY, "Streams", Action=["kinesis:DeleteStream"], of="plan"),
        statement(_POLICY, "Secrets", Action=["secretsmanager:GetSecretValue"], of="plan"),
        statement(_POLICY, "Secrets", Action=["secretsmanager:GetSecretValue"], of="deploy"),
        statement(_POLICY, "Streams", Action=["kinesis:GetRecords"], of="preview"),
        statement(
            _POLICY,
            "UseKeys",
            Condition={
                "StringEquals": {"kms:ViaService": ["lambda.us-east-1.amazonaws.com", "s3.us-east-1.amazonaws.com"]}
            },
            of="plan",
        ),
        statement(_POLICY, "Roles", Action=["iam:AttachRolePolicy"], of="deploy"),
        statement(_POLICY, "Roles", Action=["iam:DeleteRolePermissionsBoundary"], of="deploy"),
        statement(_POLICY, "Roles", Action=["iam:SetDefaultPolicyVersion"], of="preview"),
        statement(_POLICY, "Streams", NotAction=["kinesis:DeleteStream"], of="deploy"),
        statement(_POLICY, "DecryptState", Condition={"StringLike": {"aws:ResourceTag/Stack": "tap-*"}}, of="plan"),
    ],
)
def roles_of_delivery_name_their_actions(case: Case) -> Checks:
    """Actions are named; the plan role changes nothing, and reads the state and the functions' variables only.

    Secrets are read by the role of previews alone, whose tests sign with them.
    """
    for policy in policies(case.stack, "delivery"):
        for one in policy.statements if policy.resource.type == _POLICY else []:
            address, sid = policy.resource.address, one["Sid"]
            yield Check(address, not [a for a in one["Action"] if "*" in a], f"{sid} allows {one['Action']}")
            inverted = {"NotAction", "NotResource", "NotPrincipal"} & set(one)
            yield Check(address, not inverted, f"{sid} allows by exclusion")
            tested = _OF_TESTS if policy.resource.id.startswith("preview_") else set()
            never = [a for a in one["Action"] if _NEVER.fullmatch(a) and a not in tested]
            yield Check(address, not never, f"{sid} allows {never}")
            if policy.resource.id.startswith("plan_"):
                changing = [a for a in one["Action"] if not _SEEING.fullmatch(a)]
                yield Check(address, not changing, f"{sid} allows {changing}, which is no reading")
                if "kms:Decrypt" in one["Action"]:
                    alias = one["Condition"].get("ForAnyValue:StringEquals kms:ResourceAliases", "")
                    state = f"alias/{case.settings.project}-state-{case.environment.name}-{case.settings.state.region}"
                    services = as_list(one["Condition"].get("StringEquals kms:ViaService"))
                    variables = all(service.startswith("lambda.") for service in services) and bool(services)
                    yield Check(address, alias == state or variables, f"{sid} deciphers with any key")


@rule(
    "IAM.21, CKV_AWS_355",
    broken_by=[
        statement(_POLICY, "Streams", Resource="*", of="deploy"),
        statement(_POLICY, "Streams", Resource="arn:aws:kinesis:*:111111111111:stream/*", of="deploy"),
        statement(_POLICY, "Streams", Resource="arn:aws:kinesis:*:999999999999:stream/tap-*", of="deploy"),
        statement(_POLICY, "Buckets", Resource="arn:aws:s3:::*", of="deploy"),
        statement(_POLICY, "DecryptState", Resource="*", of="plan"),
        statement(_POLICY, "Streams", Condition=None, of="deploy"),
        statement(_POLICY, "Keys", Condition=None, of="deploy"),
        statement(_POLICY, "NewKeys", Condition=None, of="deploy"),
        statement(_POLICY, "KinesisWithoutResource", Condition=None, of="deploy"),
        statement(_POLICY, "Mappings", Condition=None, of="deploy"),
        statement(_POLICY, "Streams", Resource="arn:aws:kinesis:*:111111111111:stream/tap-*-prod-*", of="deploy"),
        statement(_POLICY, "Streams", Resource="arn:aws:kinesis:*:444455556666:stream/zap-*-pr*-*", of="preview"),
        statement(_POLICY, "Secrets", Resource="arn:aws:secretsmanager:*:444455556666:secret:zap-*", of="preview"),
        statement(_POLICY, "Objects", Resource="arn:aws:s3:::zap-*-unusual-*-444455556666/*", of="preview"),
        statement(
            _POLICY, "ReadState", Resource="arn:aws:s3:::zap-state-unusual-eu-north-1-444455556666/*", of="preview"
        ),
        statement(_POLICY, "Data", Resource="arn:aws:dynamodb:*:111111111111:table/*", of="function-boundary"),
        statement(_POLICY, "Data", Condition=None, of="function-boundary"),
        statement(_POLICY, "Data", Resource="*", of="function-boundary"),
        statement(_POLICY, "Objects", Resource="arn:aws:s3:::tap-state-delivered-*", of="function-boundary"),
        statement(_POLICY, "Objects", Resource="arn:aws:s3:::zap-*-pr*-*-444455556666/*", of="preview-function"),
        statement(_POLICY, "Keys", Condition={"StringEquals": {"aws:RequestedRegion": "us-east-1"}}, of="function"),
        statement(_POLICY, "Variables", Condition=None, of="function-boundary"),
        statement(
            _POLICY,
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
    """Resources are the environment's, or previews', by name, or by tag or function where AWS knows only ids.

    Regional ones are reached in the environment's regions only. Boundaries hold to the same, and keys to services.
    """
    account, project, environment = case.settings.account_id, case.settings.project, case.environment.name
    state = f"{project}-state-{environment}-{case.settings.state.region}-{account}"
    for policy in policies(case.stack, "delivery", "boundary"):
        preview = policy.resource.id.startswith("preview")
        suffix, states = (r"pr[1-9]\*", r"pr[1-9]\*[.]tfstate(\*|[.]tflock)?") if preview else (environment, ".*")
        named = re.compile(
            rf"arn:aws:s3:::{project}-[a-z0-9*-]+-{suffix}-\*-{account}(/.*)?|"
            rf"arn:aws:s3:::{state}(/{states})?|"
            rf"arn:aws:[a-z0-9]+:[a-z0-9*-]*:{account}:([\w/:-]+[:/])?{project}-[a-z0-9*-]+-{suffix}-.*|"
            rf"arn:aws:budgets::{account}:budget/{project}-{suffix}|"
            rf"arn:aws:iam::{account}:oidc-provider/{re.escape(_HOST)}|arn:aws:route53:::hostedzone/Z[A-Z0-9]+|"
            rf"arn:aws:iam::{account}:role/aws-service-role/ops[.]apigateway[.]amazonaws[.]com/\w+"
        )
        tagged = re.compile(rf"{project}-{suffix}-.*")
        for one in policy.statements if policy.resource.type == _POLICY else []:
            address, sid, conditions = policy.resource.address, one["Sid"], one["Condition"]
            everything = one["Resource"] == ["*"]
            global_ = everything and set(one["Action"]) <= {"route53:CreateHealthCheck"}
            ours = all(named.fullmatch(arn) or _IDS.fullmatch(arn) for arn in one["Resource"])
            everything = everything and all(_NO_LEVEL.fullmatch(action) for action in one["Action"])
            yield Check(address, everything or ours, f"{sid} reaches {one['Resource']}")
            wide = everything or any(":*:" in arn for arn in one["Resource"])
            held = "StringEquals aws:RequestedRegion" in conditions or "StringEquals kms:ViaService" in conditions
            yield Check(address, not wide or held or global_, f"{sid} is held to no region")
            stacks = [one for key, values in conditions.items() if "Tag/Stack" in key for one in as_list(values)]
            foreign = [one for one in stacks if one != "true" and not tagged.fullmatch(one)]
            yield Check(address, not foreign, f"{sid} reaches what is tagged {foreign}")
            ids = [arn for arn in one["Resource"] if re.search(r":(key/|certificate/)\*$", arn)]
            bound = any("Stack" in key or "kms:ResourceAliases" in key for key in conditions)
            if policy.kind == "boundary":
                functions = conditions.get("ArnLike kms:EncryptionContext:aws:lambda:FunctionArn", [])
                ours = bool(functions) and all(named.fullmatch(arn) for arn in as_list(functions))
                bound = bound or ours or "StringLike kms:ViaService" in conditions
            kinesis = all(action.startswith("kinesis:") for action in one["Action"])  # KMS itself guards keys
            yield Check(address, not ids or bound or kinesis, f"{sid} reaches every one of {ids}")
            making = {"kms:CreateKey", "acm:RequestCertificate", "lambda:CreateEventSourceMapping"} & set(one["Action"])
            bound = bound or "ArnLike lambda:FunctionArn" in conditions
            yield Check(address, not making or bound, f"{sid} makes {making} for anybody")
            mappings = {"lambda:UpdateEventSourceMapping", "lambda:DeleteEventSourceMapping"} & set(one["Action"])
            yield Check(address, not mappings or bound, f"{sid} changes anybody's mappings")


def _own_role(stack: Json) -> None:
    for body in stack["resource"].get(_POLICY, {}).values():
        body["policy"] = body["policy"].replace("role/tap-receiver-delivered-*", "role/tap-*-delivered-*")


def _own_state(stack: Json) -> None:
    for body in stack["resource"].get(_POLICY, {}).values():
        body["policy"] = body["policy"].replace("*-us-east-1.tfstate", "*.tfstate")


@rule(
    "privilege escalation",
    broken_by=[
        Mutation("roles of any name", _own_role),
        Mutation("state of any stack", _own_state),
        statement(_POLICY, "PassRoles", Condition=None),
        statement(_POLICY, "PassRoles", Condition={"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}),
        statement(_POLICY, "Buckets", Resource="arn:aws:s3:::tap-state-*-111111111111", of="deploy"),
        statement(_POLICY, "Buckets", Resource="arn:aws:s3:::tap-*-111111111111", of="deploy"),
        statement(
            _POLICY, "Objects", Resource="arn:aws:s3:::tap-state-delivered-us-east-1-111111111111", of="function"
        ),
    ],
)
def a_deploy_reaches_neither_its_own_role_nor_the_state_bucket(case: Case) -> Checks:
    """No deploy can change who may deploy, the state bucket, or the states of what people deploy; no preview either.

    Nor can a function, whatever a deploy allows it.
    """
    environment, settings = case.environment.name, case.settings
    own = [role.body["name"] for role in each(case.stack, _ROLE)]
    start, region = f"{settings.project}-", settings.state.region
    arns = {f"arn:aws:iam::{settings.account_id}:role/{name}" for name in own if is_delivery(case.stack)}
    state = f"arn:aws:s3:::{start}state-{environment}-{region}-{settings.account_id}"
    logs = f"arn:aws:s3:::{start}logs-of-state-{environment}-{region}-{settings.account_id}"
    kept = {f"{state}/{environment}/{start}{environment}-{kind}.tfstate" for kind in ("state", "delivery")}
    for policy in policies(case.stack, "delivery", "boundary"):
        if policy.resource.type != _POLICY or policy.resource.id.startswith("plan_"):
            continue
        for one in policy.statements:
            changing = [a for a in one["Action"] if not _SEEING.fullmatch(a)]
            reached = [
                target
                for pattern in (one["Resource"] if changing else [])
                for target in arns | {state, logs} | kept
                if re.fullmatch(re.escape(pattern).replace(r"\*", ".*"), target) and pattern != "*"
            ]
            yield Check(policy.resource.address, not reached, f"{one['Sid']} may {changing} {reached}")
            if "iam:PassRole" in one["Action"]:
                held = one["Condition"] == {"StringEquals iam:PassedToService": "lambda.amazonaws.com"}
                yield Check(policy.resource.address, held, f"{one['Sid']} passes roles to anybody")


_GIVES = re.compile(r"iam:(CreateRole|(Attach|Put)RolePolicy|PutRolePermissionsBoundary)")


def _boundary_of(policy: Policy) -> str:
    return "preview-function-boundary" if policy.resource.id.startswith("preview") else "function-boundary"


@rule(
    "privilege escalation",
    broken_by=[
        drop(_ROLE, "permissions_boundary"),
        put(_ROLE, "permissions_boundary", "arn:aws:iam::aws:policy/AdministratorAccess"),
        statement(_POLICY, "BoundRoles", Condition=None, of="deploy"),
        statement(_POLICY, "BoundRoles", Condition={"StringLike": {"iam:PermissionsBoundary": "*"}}, of="preview"),
        statement(_POLICY, "Roles", Action=["iam:PutRolePolicy"], of="deploy"),
        statement(_POLICY, "Keys", Action=["kms:PutKeyPolicy"], of="preview-function-boundary"),
        remove(_POLICY, of="function-boundary"),
        remove(_POLICY, of="preview-function-boundary"),
    ],
)
def functions_are_held_to_a_boundary_where_workflows_deploy(case: Case) -> Checks:
    """Roles of functions have it, roles of delivery give permissions to no other role, and with it keys are only used.

    Where only people deploy, no role has one.
    """
    settings = case.settings
    ends = f"{case.environment.name}-{settings.state.region}"
    policy_of = {
        purpose: f"arn:aws:iam::{settings.account_id}:policy/{settings.project}-{purpose}-{ends}"
        for purpose in ("function-boundary", "preview-function-boundary")
    }
    if not is_delivery(case.stack):
        wanted = policy_of["function-boundary"] if settings.delivery else None
        for role in each(case.stack, _ROLE):
            found = role.body.get("permissions_boundary")
            yield Check(role.address, found == wanted, f"has the boundary {found}")
        return
    made = {one.body["name"] for one in each(case.stack, _POLICY)}
    for policy in policies(case.stack, "delivery", "boundary"):
        address = policy.resource.address
        for one in policy.statements if policy.resource.type == _POLICY else []:
            if policy.kind == "boundary":
                keys = {action for action in one["Action"] if action.startswith("kms:")}
                yield Check(address, keys <= {"kms:Decrypt", "kms:GenerateDataKey"}, f"{one['Sid']} allows {keys}")
            elif any(_GIVES.fullmatch(action) for action in one["Action"]):
                arn = policy_of[_boundary_of(policy)]
                held = one["Condition"] == {"StringEquals iam:PermissionsBoundary": arn}
                yield Check(address, held, f"{one['Sid']} gives permissions to a role without a boundary")
                yield Check(address, arn.rsplit("/", 1)[1] in made, f"nothing makes the boundary {arn}")


def _with_a_key(stack: Json) -> None:
    if _ATTACHMENT in stack["resource"]:
        stack["resource"]["aws_iam_access_key"] = {"key": {"user": "somebody"}}


@rule(
    "IAM.1, no managed policies",
    broken_by=[
        put(_ATTACHMENT, "policy_arn", "arn:aws:iam::aws:policy/AdministratorAccess"),
        put(_ROLE, "managed_policy_arns", ["arn:aws:iam::aws:policy/ReadOnlyAccess"], of="plan"),
        drop(_ATTACHMENT, "policy_arn"),
        remove(_ATTACHMENT, of="plan"),
        Mutation("an access key", _with_a_key),
    ],
)
def roles_of_delivery_have_policies_of_their_stack_only(case: Case) -> Checks:
    """Each policy of the stack is attached to one role of the stack, but boundaries; there are no users, no keys."""
    if not is_delivery(case.stack):
        return
    attached = [one.body.get("policy_arn") for one in each(case.stack, _ATTACHMENT)]
    for policy in policies(case.stack, "delivery", "boundary"):
        if policy.resource.type == _POLICY:
            address = policy.resource.address
            wanted = 0 if policy.kind == "boundary" else 1
            times = attached.count(f"${{{address}.arn}}")
            yield Check(address, times == wanted, f"is attached to {times} roles")
    own = {f"${{{policy.address}.arn}}" for policy in each(case.stack, _POLICY)}
    for arn in attached:
        yield Check(_ATTACHMENT, arn in own, f"attaches {arn}")
    for role in each(case.stack, _ROLE):
        foreign = {"managed_policy_arns", "inline_policy"} & set(role.body)
        yield Check(role.address, not foreign, f"has {sorted(foreign)}")
        yield Check(role.address, len(parts(case.stack, _ATTACHMENT, role, "role")) > 1, "has no policies")
    known = {_ROLE, _POLICY, _ATTACHMENT, "aws_iam_openid_connect_provider"}
    for type_ in case.stack.json["resource"]:
        yield Check(type_, type_ in known, "is nothing that delivery needs")
