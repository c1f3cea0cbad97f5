"""`tap-<suffix>-edge`: one domain name over the APIs of all regions."""

from typing import Any

from cdktf import DataTerraformRemoteStateS3
from constructs import Construct

from modules.api_domain import ApiDomain, RegionalApi
from modules.http_api import STAGE
from stacks.base_stack import BaseStack, made
from stacks.outputs import EdgeOutputs
from stacks.settings import Environment
from stacks.state_location import StateLocation


class EdgeStack(BaseStack):
    """DNS failover. It reads API ids, which AWS generates, from the regions' state: deploy the regions first."""

    def __init__(self, scope: Construct, id_: str, *, environment: Environment) -> None:
        """Made after the pipelines of the environment, in the same app: it is deployed after them."""
        settings, location = environment.settings, StateLocation.of(environment)
        if settings.edge is None:
            raise ValueError("an edge stack needs the settings table [edge]")
        super().__init__(
            scope,
            id_,
            settings=settings,
            suffix=environment.suffix,
            region=settings.state.region,
            state=location,
        )
        ApiDomain(
            self,
            "domain",
            settings=settings.edge,
            apis=tuple(
                self._api(one.region, location.backend(suffix=one.suffix, stack=one.name))
                for one in environment.pipelines
            ),
        )
        pipelines = made(scope, environment.pipelines)
        for pipeline in pipelines:
            self.add_dependency(pipeline)
        if environment.signing_region:
            # Replicas of the secret need the keys of their regions.
            (owner,) = made(scope, [environment.pipeline(environment.signing_region)])
            for pipeline in pipelines:
                if pipeline is not owner:
                    owner.add_dependency(pipeline)
        EdgeOutputs(api_url=f"https://{settings.edge.domain_name}").publish(self)

    def _api(self, region: str, state: dict[str, Any]) -> RegionalApi:
        api_id = DataTerraformRemoteStateS3(self, f"state-{region}", **state).get_string("api_id")
        host = f"{api_id}.execute-api.{region}.amazonaws.com"
        return RegionalApi(region=region, api_id=api_id, stage=STAGE, host=host)
