"""`tap-<environment>-delivery`: who in GitHub Actions may plan and deploy an environment. A person deploys it."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from constructs import Construct

from modules.delivery_needs import TESTS, Needs, needs_of
from modules.delivery_role import DeliveryRole
from modules.delivery_scopes import KEY_USERS, Reach, changing, seeing
from modules.function_boundary import FunctionBoundary, boundary_arn
from modules.github_provider import HOST, GitHubProvider
from modules.iam import Statement
from modules.names import Kind
from stacks.base_stack import BaseStack
from stacks.outputs import DeliveryOutputs
from stacks.packaging import FUNCTIONS
from stacks.settings import Environment
from stacks.settings.previews import PREVIEW as PREVIEW_SUFFIX
from stacks.settings.previews import PREVIEW_PATTERNS
from stacks.settings.sections_ship import DeliverySettings
from stacks.state_location import StateLocation

# What a deploy may touch of buckets and roles, by purpose: neither the state's, nor the roles of this stack.
DEPLOYED_BUCKETS = ("access-logs", "archive", "failures", "inbox")
STATE_BUCKETS = ("state", "logs-of-state")
BOUNDARY, PREVIEW_BOUNDARY = "function-boundary", "preview-function-boundary"
PREVIEW = "preview"  # the environment of GitHub in which ephemeral environments are deployed


class DeliveryStack(BaseStack):
    """GitHub's identity provider and roles: `plan` sees everything and changes nothing, `deploy` changes stacks.

    With previews there is a third, `preview`, which deploys, tests and destroys ephemeral environments; by name it
    reaches nothing else. Permissions follow from the types of resources that the stacks have. The stack is applied by
    people only, so that no workflow can widen what workflows may do.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        environment: Environment,
        pipeline: Iterable[str],
        edge: Iterable[str],
        seen: Iterable[str],
    ) -> None:
        """Types of resources: those that workflows deploy, in pipelines and the edge, and those they only plan."""
        settings, location = environment.settings, StateLocation.of(environment)
        if settings.delivery is None:
            raise ValueError("a delivery stack needs the settings table [delivery]")
        super().__init__(
            scope, id_, settings=settings, suffix=environment.name, region=settings.state.region, state=location
        )
        delivery = settings.delivery
        if delivery.create_provider:
            GitHubProvider(self, "github")
        previewed = set(pipeline)
        deployed = previewed | set(edge)

        def role(id_: str, *, of: Sequence[str], statements: Sequence[Statement]) -> str:
            """The ARN of a role for runs whose token says that they are of these."""
            return DeliveryRole(
                self,
                id_,
                names=self.names,
                provider_arn=self.names.global_arn("iam", f"oidc-provider/{HOST}"),
                subjects=[f"repo:{delivery.repository}:{end}" for end in of],
                statements=statements,
            ).arn

        plan = role(
            "plan",
            of=["pull_request", f"ref:refs/heads/{delivery.branch}"],
            statements=[
                *seeing(_also_own(needs_of(deployed | set(seen)), delivery), _whole(environment, self)),
                *_read_state(location, ["*"]),
            ],
        )
        pipelines = _pipelines(environment, self)
        FunctionBoundary(self, BOUNDARY, names=self.names, reach=pipelines)
        deploy = role(
            "deploy",
            of=[f"environment:{environment.name}"],
            statements=[
                *changing(needs_of(deployed), pipelines),
                *_read_state(location, ["*"]),
                *_write_state(location, [f"{environment.name}/*-{end}.tfstate" for end in _ends(environment)]),
            ],
        )
        preview = None
        if delivery.previews:
            previews = _previews(environment, self)
            FunctionBoundary(self, PREVIEW_BOUNDARY, names=self.names, reach=previews)
            states = [f"{suffix}.tfstate" for suffix in PREVIEW_PATTERNS]
            preview = role(
                PREVIEW,
                of=[f"environment:{PREVIEW}"],
                statements=[
                    *changing(needs_of(previewed) + TESTS, previews),
                    *_read_state(location, [f"{state}*" for state in states]),
                    *_write_state(location, states),
                ],
            )
        DeliveryOutputs(plan_role_arn=plan, deploy_role_arn=deploy, preview_role_arn=preview).publish(self)


def function_boundary(environment: Environment) -> str | None:
    """ARN of what limits the roles of its functions; `None` where no workflow may deploy it."""
    delivery, names = environment.settings.delivery, StateLocation.of(environment).names
    if delivery is None:
        return None
    if not environment.is_ephemeral:
        return boundary_arn(names, BOUNDARY)
    is_preview = delivery.previews and PREVIEW_SUFFIX.fullmatch(environment.suffix)
    return boundary_arn(names, PREVIEW_BOUNDARY) if is_preview else None


def _also_own(needs: Needs, delivery: DeliverySettings) -> Needs:
    """The plan role sees this stack, too."""
    own = ["aws_iam_policy", "aws_iam_role", "aws_iam_role_policy_attachment"]
    return needs + needs_of([*own, "aws_iam_openid_connect_provider"] if delivery.create_provider else own)


def _regions(environment: Environment) -> tuple[str, ...]:
    settings = environment.settings
    return tuple(dict.fromkeys((*settings.regions, settings.state.region)))


def _ends(environment: Environment) -> tuple[str, ...]:
    return (*environment.settings.regions, *(["edge"] if environment.settings.edge else []))


def _whole(environment: Environment, stack: BaseStack) -> Reach:
    """Everything of the environment; keys only by way of Lambda, whose variables are encrypted."""
    return Reach(
        names=stack.names,
        suffixes=(environment.name,),
        regions=_regions(environment),
        key_users=("lambda",),
        zone_id=_zone(environment),
        cut_buckets=_cut(environment, stack, (*DEPLOYED_BUCKETS, *STATE_BUCKETS)),
    )


def _pipelines(environment: Environment, stack: BaseStack) -> Reach:
    """What is deployed of it."""
    return Reach(
        names=stack.names,
        suffixes=(environment.name,),
        regions=_regions(environment),
        buckets=DEPLOYED_BUCKETS,
        roles=FUNCTIONS,
        stacks=_ends(environment),
        zone_id=_zone(environment),
        cut_buckets=_cut(environment, stack, DEPLOYED_BUCKETS),
        boundary=boundary_arn(stack.names, BOUNDARY),
    )


def _previews(environment: Environment, stack: BaseStack) -> Reach:
    """Every ephemeral environment, whole; no other one may have such a suffix. Tests read and write objects."""
    return Reach(
        names=stack.names,
        suffixes=PREVIEW_PATTERNS,
        regions=environment.settings.regions,
        key_users=(*KEY_USERS, "s3"),
        boundary=boundary_arn(stack.names, PREVIEW_BOUNDARY),
    )


def _cut(environment: Environment, stack: BaseStack, purposes: Iterable[str]) -> tuple[str, ...]:
    """Bucket names that were too long, and end in a hash instead of the account."""
    names = [
        replace(stack.names, region=region)(purpose, Kind.BUCKET)
        for region in _regions(environment)
        for purpose in purposes
    ]
    return tuple(name for name in names if not name.endswith(f"-{stack.names.account_id}"))


def _zone(environment: Environment) -> str | None:
    return environment.settings.edge.hosted_zone_id if environment.settings.edge else None


def _read_state(location: StateLocation, states: Iterable[str]) -> list[Statement]:
    """All states are listed, and those are read whose keys are like these; a lock is read before it is given back."""
    bucket = location.names.global_arn("s3", location.bucket)
    return [
        Statement(sid="FindState", actions=("s3:ListBucket",), resources=(bucket,)),
        Statement(sid="ReadState", actions=("s3:GetObject",), resources=tuple(f"{bucket}/{state}" for state in states)),
        _use_state_key(location, "DecryptState", "kms:Decrypt"),
    ]


def _write_state(location: StateLocation, states: Iterable[str]) -> list[Statement]:
    """States whose keys are like these; a lock is an object beside its state."""
    bucket = location.names.global_arn("s3", location.bucket)
    found = tuple(f"{bucket}/{state}" for state in states)
    locks = tuple(f"{state}.tflock" for state in found)
    return [
        Statement(sid="WriteState", actions=("s3:PutObject",), resources=(*found, *locks)),
        Statement(sid="Unlock", actions=("s3:DeleteObject",), resources=locks),
        _use_state_key(location, "EncryptState", "kms:GenerateDataKey"),
    ]


def _use_state_key(location: StateLocation, sid: str, action: str) -> Statement:
    """The key's id is made up by AWS, so its alias says which one it is; S3 must be the one who asks."""
    return Statement(
        sid=sid,
        actions=(action,),
        resources=(location.names.arn("kms", "key/*"),),
        conditions={
            "ForAnyValue:StringEquals": {"kms:ResourceAliases": f"alias/{location.names('state', Kind.KEY_ALIAS)}"},
            "StringEquals": {"kms:ViaService": f"s3.{location.names.region}.amazonaws.com"},
        },
    )
