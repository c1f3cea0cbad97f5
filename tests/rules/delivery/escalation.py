"""Rules against roles of GitHub Actions that widen what they may do."""

import re
from fnmatch import fnmatchcase

from tests.rules.delivery.reading import POLICY, ROLE, SEEING, allowing
from tests.rules.mutations import Mutation, drop, put, remove, statement
from tests.rules.reading import Policy, each, is_delivery
from tests.rules.registry import Case, Check, Checks, rule
from tests.synthesized import Json


def _own_role(stack: Json) -> None:
    for body in stack["resource"].get(POLICY, {}).values():
        body["policy"] = body["policy"].replace("role/tap-receiver-delivered-*", "role/tap-*-delivered-*")


def _own_state(stack: Json) -> None:
    for body in stack["resource"].get(POLICY, {}).values():
        body["policy"] = body["policy"].replace("*-?.tfstate", "*.tfstate")


@rule(
    "privilege escalation",
    broken_by=[
        Mutation("roles of any name", _own_role),
        Mutation("state of any stack", _own_state),
        statement(POLICY, "PassRoles", Condition=None),
        statement(POLICY, "PassRoles", Condition={"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}),
        statement(POLICY, "Buckets", Resource="arn:aws:s3:::tap-state-*-111111111111", of="deploy"),
        statement(POLICY, "Buckets", Resource="arn:aws:s3:::tap-*-111111111111", of="deploy"),
        statement(POLICY, "Objects", Resource="arn:aws:s3:::tap-state-delivered-us-east-1-111111111111", of="function"),
    ],
)
def a_deploy_reaches_neither_its_own_role_nor_the_state_bucket(case: Case) -> Checks:
    """No deploy and no preview can change who may deploy, the state bucket, or the states of what people deploy.

    Nor can a function, whatever a deploy allows it.
    """
    environment, settings = case.environment.name, case.settings
    own = [role.body["name"] for role in each(case.stack, ROLE)]
    start, region = f"{settings.project}-", settings.state.region
    arns = {f"arn:aws:iam::{settings.account_id}:role/{name}" for name in own if is_delivery(case.stack)}
    state = f"arn:aws:s3:::{start}state-{environment}-{region}-{settings.account_id}"
    logs = f"arn:aws:s3:::{start}logs-of-state-{environment}-{region}-{settings.account_id}"
    kept = {f"{state}/{environment}/{start}{environment}-{kind}.tfstate" for kind in ("state", "delivery")}
    for policy in allowing(case.stack, "delivery", "boundary"):
        if policy.resource.id.startswith("plan_"):
            continue
        for one in policy.statements:
            changing = [a for a in one["Action"] if not SEEING.fullmatch(a)]
            reached = [
                target
                for pattern in (one["Resource"] if changing else [])
                for target in arns | {state, logs} | kept
                if fnmatchcase(target, pattern) and pattern != "*"
            ]
            yield Check(policy.resource.address, not reached, f"{one['Sid']} may {changing} {reached}")
            if "iam:PassRole" in one["Action"]:
                services = ["lambda.amazonaws.com", "scheduler.amazonaws.com"]
                held = one["Condition"] == {"StringEquals iam:PassedToService": services}
                yield Check(policy.resource.address, held, f"{one['Sid']} passes roles to anybody")


_GIVES = re.compile(r"iam:(CreateRole|(Attach|Put)RolePolicy|PutRolePermissionsBoundary)")


def _boundary_of(policy: Policy) -> str:
    return "preview-function-boundary" if policy.resource.id.startswith("preview") else "function-boundary"


@rule(
    "privilege escalation",
    broken_by=[
        drop(ROLE, "permissions_boundary"),
        put(ROLE, "permissions_boundary", "arn:aws:iam::aws:policy/AdministratorAccess"),
        statement(POLICY, "BoundRoles", Condition=None, of="deploy"),
        statement(POLICY, "BoundRoles", Condition={"StringLike": {"iam:PermissionsBoundary": "*"}}, of="preview"),
        statement(POLICY, "Roles", Action=["iam:PutRolePolicy"], of="deploy"),
        statement(POLICY, "Keys", Action=["kms:PutKeyPolicy"], of="preview-function-boundary"),
        remove(POLICY, of="function-boundary"),
        remove(POLICY, of="preview-function-boundary"),
    ],
)
def functions_are_held_to_a_boundary_where_workflows_deploy(case: Case) -> Checks:
    """Roles of functions have it, roles of delivery give permissions to no role without it, and it limits keys to use.

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
        for role in each(case.stack, ROLE):
            found = role.body.get("permissions_boundary")
            yield Check(role.address, found == wanted, f"has the boundary {found}")
        return
    made = {one.body["name"] for one in each(case.stack, POLICY)}
    for policy in allowing(case.stack, "delivery", "boundary"):
        address = policy.resource.address
        for one in policy.statements:
            if policy.kind == "boundary":
                keys = {action for action in one["Action"] if action.startswith("kms:")}
                yield Check(address, keys <= {"kms:Decrypt", "kms:GenerateDataKey"}, f"{one['Sid']} allows {keys}")
            elif any(_GIVES.fullmatch(action) for action in one["Action"]):
                arn = policy_of[_boundary_of(policy)]
                held = one["Condition"] == {"StringEquals iam:PermissionsBoundary": arn}
                yield Check(address, held, f"{one['Sid']} gives permissions to a role without a boundary")
                yield Check(address, arn.rsplit("/", 1)[1] in made, f"nothing makes the boundary {arn}")
