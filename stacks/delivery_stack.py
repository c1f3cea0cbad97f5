"""`tap-<environment>-delivery`: who in GitHub Actions may plan and deploy an environment. A person deploys it."""

from collections.abc import Iterable, Sequence

from cdktf import TerraformResource
from constructs import Construct

from modules.delivery.delivery_role import DeliveryRole
from modules.delivery.function_boundary import FunctionBoundary
from modules.delivery.github_provider import GitHubProvider
from modules.delivery.permissions import TESTS, permissions_for
from modules.delivery.statements import deploying, planning
from modules.iam import Statement
from stacks.base_stack import BaseStack, made
from stacks.delivery import reaches
from stacks.delivery.previews import PREVIEW_PATTERNS
from stacks.delivery.state_access import read_state, write_state
from stacks.delivery.trusts import PREVIEW, trusts
from stacks.identity import StackIdentity, StackKind
from stacks.outputs import DeliveryOutputs
from stacks.settings import Environment
from stacks.state_location import StateLocation

_OWN = ("aws_iam_policy", "aws_iam_role", "aws_iam_role_policy_attachment")
_OWN_PROVIDER = "aws_iam_openid_connect_provider"


class DeliveryStack(BaseStack):
    """GitHub's identity provider and roles: `plan` reads everything and changes nothing, `deploy` changes stacks.

    With previews there is a third, `preview`, which deploys, tests and destroys previews; it reaches nothing else by
    name. Permissions follow from the types of the resources in the stacks. Only people apply this stack, so that no
    workflow can extend its own permissions.
    """

    def __init__(self, scope: Construct, id_: str, *, environment: Environment) -> None:
        """Made last, in the same app: permissions follow from the stacks of the environment."""
        settings, location = environment.settings, StateLocation.of(environment)
        if settings.delivery is None:
            raise ValueError("a delivery stack needs the settings table [delivery]")
        super().__init__(
            scope, id_, settings=settings, suffix=environment.name, region=settings.state.region, state=location
        )
        delivery = settings.delivery
        if delivery.create_provider:
            GitHubProvider(self, "github")
        others = [one for one in environment.stacks if one.kind is not StackKind.DELIVERY]
        previewed = _types(scope, environment.pipelines)
        deployed = _types(scope, [one for one in others if not one.is_deployed_by_hand])
        planned = _types(scope, others) | {*_OWN, *([_OWN_PROVIDER] if delivery.create_provider else [])}

        trusted = trusts(delivery, self.names)

        def role(id_: str, *, statements: Sequence[Statement], regions: Sequence[str]) -> str:
            """The ARN of a role for runs that it trusts."""
            return DeliveryRole(self, id_, trust=trusted[id_], statements=statements, regions=regions).resource.arn

        whole = reaches.whole(environment, self.names)
        plan = role(
            "plan",
            statements=[
                *planning(permissions_for(planned), whole),
                *read_state(location, ["*"]),
            ],
            regions=whole.regions,
        )
        reach = reaches.deployed(environment, self.names)
        FunctionBoundary(self, reaches.BOUNDARY, reach=reach)
        deploy = role(
            "deploy",
            statements=[
                *deploying(permissions_for(deployed), reach),
                *read_state(location, ["*"]),
                *write_state(location, reaches.deployed_states(environment)),
            ],
            regions=reach.regions,
        )
        preview = None
        if delivery.previews:
            reach = reaches.previews(environment, self.names)
            FunctionBoundary(self, reaches.PREVIEW_BOUNDARY, reach=reach)
            states = [f"{suffix}.tfstate" for suffix in PREVIEW_PATTERNS]
            preview = role(
                PREVIEW,
                statements=[
                    *deploying(permissions_for(previewed) + TESTS, reach),
                    *read_state(location, [f"{state}*" for state in states]),
                    *write_state(location, states),
                ],
                regions=reach.regions,
            )
        DeliveryOutputs(plan_role_arn=plan, deploy_role_arn=deploy, preview_role_arn=preview).publish(self)


def _types(app: Construct, stacks: Iterable[StackIdentity]) -> set[str]:
    """Types of all resources in the stacks."""
    nodes = [node for stack in made(app, stacks) for node in stack.node.find_all()]
    return {node.terraform_resource_type for node in nodes if isinstance(node, TerraformResource)}
