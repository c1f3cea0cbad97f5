"""Which stacks there are."""

import tomllib
from collections.abc import Iterable
from pathlib import Path

from cdktf import App, TerraformResource, TerraformStack

from stacks.delivery.reaches import function_boundary
from stacks.delivery_stack import DeliveryStack
from stacks.edge_stack import EdgeStack
from stacks.packaging import build_packages
from stacks.settings import Environment, TapStackArgs
from stacks.state_location import StateLocation
from stacks.state_stack import StateStack
from stacks.tap_stack import TapStack

PACKAGES = Path(".cache/packages")


def add_stacks(app: App, environment: Environment, *, root: Path, bootstrap: bool) -> None:
    """Adds every stack of one environment: its state, one pipeline per region, the edge where it has a domain, and the
    roles of delivery where a repository delivers it.
    """
    settings, location, wanted = environment.settings, StateLocation.of(environment), environment.stacks
    prepared: list[TerraformStack] = []
    if environment.state in wanted:
        state = StateStack(app, environment.state.name, environment=environment, bootstrap=bootstrap)
        prepared.append(state)
    packages = build_packages(
        root,
        root / PACKAGES / environment.name,
        architecture=settings.architecture,
        host=settings.emulator is not None,
    )
    version = tomllib.loads((root / "pyproject.toml").read_text())["project"]["version"]
    boundary = function_boundary(environment)
    pipelines: dict[str, TapStack] = {}
    for pipeline in environment.pipelines:
        args = TapStackArgs(environment_suffix=environment.suffix, region=pipeline.region, settings=settings)
        pipelines[pipeline.region] = TapStack(
            app,
            pipeline.name,
            args,
            state=location,
            packages=packages,
            version=version,
            permissions_boundary=boundary,
        )
    edges: list[TerraformStack] = []
    if environment.edge in wanted:
        edge = EdgeStack(
            app,
            environment.edge.name,
            environment=environment,
            stacks={region: stack.node.id for region, stack in pipelines.items()},
        )
        for stack in pipelines.values():
            edge.add_dependency(stack)
        edges.append(edge)
    if environment.delivery in wanted:
        DeliveryStack(
            app,
            environment.delivery.name,
            environment=environment,
            pipeline=_types(pipelines.values()),
            edge=_types(edges),
            seen=_types(prepared),
        )


def _types(stacks: Iterable[TerraformStack]) -> set[str]:
    """Types of all resources in the stacks."""
    nodes = [node for stack in stacks for node in stack.node.find_all()]
    return {node.terraform_resource_type for node in nodes if isinstance(node, TerraformResource)}
