"""`tap-<environment>-delivery`: who in GitHub Actions may plan and deploy an environment. A person deploys it."""

from collections.abc import Iterable, Sequence

from constructs import Construct

from modules.delivery_needs import Needs, needs_of
from modules.delivery_role import DeliveryRole
from modules.delivery_scopes import Reach, changing, seeing
from modules.github_provider import HOST, GitHubProvider
from modules.iam import Statement
from modules.names import Kind
from stacks.base_stack import BaseStack
from stacks.outputs import DeliveryOutputs
from stacks.packaging import FUNCTIONS
from stacks.settings import Environment
from stacks.settings.sections_ship import DeliverySettings
from stacks.state_location import StateLocation

# What a deploy may touch of buckets and roles, by purpose: neither the state's, nor the roles of this stack.
DEPLOYED_BUCKETS = ("access-logs", "archive", "failures", "inbox")
PREVIEW = "preview"  # the environment of GitHub in which ephemeral environments are deployed


class DeliveryStack(BaseStack):
    """GitHub's identity provider and two roles: `plan` sees everything and changes nothing, `deploy` changes stacks.

    Their permissions follow from the types of resources that the stacks have. It is applied by people only, so that
    no workflow can widen what workflows may do.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        environment: Environment,
        deployed: Iterable[str],
        seen: Iterable[str],
    ) -> None:
        """`deployed`, `seen`: types of the resources that are deployed, or only planned, by workflows."""
        settings, location = environment.settings, StateLocation.of(environment)
        if settings.delivery is None:
            raise ValueError("a delivery stack needs the settings table [delivery]")
        super().__init__(
            scope, id_, settings=settings, suffix=environment.name, region=settings.state.region, state=location
        )
        delivery, names = settings.delivery, self.names
        if delivery.create_provider:
            GitHubProvider(self, "github")
        provider_arn = names.global_arn("iam", f"oidc-provider/{HOST}")
        wanted = set(deployed)
        plan = DeliveryRole(
            self,
            "plan",
            names=names,
            provider_arn=provider_arn,
            subjects=[
                f"repo:{delivery.repository}:{end}" for end in ("pull_request", f"ref:refs/heads/{delivery.branch}")
            ],
            statements=[
                *seeing(_also_own(needs_of(wanted | set(seen)), settings.delivery), _whole(environment, self)),
                *_read_state(location),
            ],
        )
        deploy = DeliveryRole(
            self,
            "deploy",
            names=names,
            provider_arn=provider_arn,
            subjects=[
                f"repo:{delivery.repository}:environment:{name}"
                for name in (environment.name, *([PREVIEW] if delivery.previews else []))
            ],
            statements=[
                *changing(needs_of(wanted), _pipelines(environment, self)),
                *_read_state(location),
                *_write_state(location, _ends(environment)),
            ],
        )
        DeliveryOutputs(plan_role_arn=plan.arn, deploy_role_arn=deploy.arn).publish(self)


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
    edge = environment.settings.edge
    return Reach(
        names=stack.names,
        regions=_regions(environment),
        buckets=("*",),
        roles=("*",),
        stacks=("*",),
        zone_id=edge.hosted_zone_id if edge else None,
    )


def _pipelines(environment: Environment, stack: BaseStack) -> Reach:
    edge = environment.settings.edge
    return Reach(
        names=stack.names,
        regions=_regions(environment),
        buckets=DEPLOYED_BUCKETS,
        roles=FUNCTIONS,
        stacks=_ends(environment),
        zone_id=edge.hosted_zone_id if edge else None,
    )


def _read_state(location: StateLocation) -> list[Statement]:
    bucket = location.names.global_arn("s3", location.bucket)
    return [
        Statement(sid="FindState", actions=("s3:ListBucket",), resources=(bucket,)),
        Statement(sid="ReadState", actions=("s3:GetObject",), resources=(f"{bucket}/*",)),
        _use_state_key(location, "DecryptState", "kms:Decrypt"),
    ]


def _write_state(location: StateLocation, ends: Sequence[str]) -> list[Statement]:
    """States of the pipelines and the edge, of ephemeral environments too; a lock is an object beside its state."""
    bucket = location.names.global_arn("s3", location.bucket)
    states = [f"{bucket}/*/{location.names.project}-*-{end}.tfstate" for end in ends]
    locks = tuple(f"{state}.tflock" for state in states)
    return [
        Statement(sid="WriteState", actions=("s3:PutObject",), resources=(*states, *locks)),
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
