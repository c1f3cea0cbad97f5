"""Which stacks there are."""

import tomllib
from pathlib import Path

from cdktf import App

from stacks.edge_stack import EdgeStack
from stacks.packaging import build_packages
from stacks.settings import Environment, TapStackArgs
from stacks.state_location import StateLocation
from stacks.state_stack import StateStack
from stacks.tap_stack import TapStack

PACKAGES = Path(".cache/packages")


def add_stacks(app: App, environment: Environment, *, root: Path, bootstrap: bool) -> None:
    """Adds every stack of one environment: its state, one pipeline per region, and the edge where it has a domain.

    An ephemeral environment has no state stack of its own: its state is kept where that of its settings is.
    """
    settings, location = environment.settings, StateLocation.of(environment)
    if not environment.is_ephemeral:
        StateStack(app, f"{settings.project}-{environment.name}-state", environment=environment, bootstrap=bootstrap)
    packages = build_packages(
        root,
        root / PACKAGES / environment.name,
        architecture=settings.architecture,
        host=settings.emulator is not None,
    )
    version = tomllib.loads((root / "pyproject.toml").read_text())["project"]["version"]
    pipelines: dict[str, TapStack] = {}
    for region in settings.regions:
        args = TapStackArgs(environment_suffix=environment.suffix, region=region, settings=settings)
        id_ = f"{settings.project}-{environment.suffix}-{region}"
        pipelines[region] = TapStack(app, id_, args, state=location, packages=packages, version=version)
    # A copy of an environment must not claim the domain of the original.
    if settings.edge and not environment.is_ephemeral:
        edge = EdgeStack(
            app,
            f"{settings.project}-{environment.suffix}-edge",
            environment=environment,
            stacks={region: stack.node.id for region, stack in pipelines.items()},
        )
        for stack in pipelines.values():
            edge.add_dependency(stack)
