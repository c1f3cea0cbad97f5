"""The delivered environments with their roles and stacks: the matrix of the workflows' jobs."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypedDict

from modules.names import Kind, Names
from stacks.identity import StackIdentity
from stacks.settings import Environment, select_environments
from tools.delivery.stacks import DeliveryError

ROOT = Path(__file__).parent.parent.parent


class Row(TypedDict):
    """One job: its environment, its roles, and its stacks."""

    environment: str
    region: str
    plan_role: str
    deploy_role: str
    preview_role: str
    approval: str
    stacks: str
    deployable: str


def rows(stacks: Sequence[StackIdentity], environ: Mapping[str, str] = os.environ, root: Path = ROOT) -> list[Row]:
    """A row for every chosen environment that has one of the stacks; one without [delivery] is a `DeliveryError`."""
    environments = select_environments(root / "environments", environ)
    without = [one.name for one in environments if one.settings.delivery is None]
    if without:
        raise DeliveryError(
            f'no [delivery] in environments/{without[0]}.toml: add it with repository = "owner@id/name@id", and deploy '
            "the stack of its roles as a person (docs/delivery.md)"
        )
    found = [_row(environment, stacks) for environment in environments]
    return [row for row in found if row["stacks"]]


def own_stacks(environment: Environment, stacks: Sequence[StackIdentity]) -> list[StackIdentity]:
    """Those of the stacks that are the environment's, in any region, also one removed from the settings."""
    own = environment.settings.project, environment.suffix
    return [one for one in stacks if (one.project, one.suffix) == own]


def _row(environment: Environment, stacks: Sequence[StackIdentity]) -> Row:
    settings, own = environment.settings, own_stacks(environment, stacks)
    names = Names(
        project=settings.project,
        suffix=environment.name,
        region=settings.state.region,
        account_id=settings.account_id,
    )
    return Row(
        environment=environment.name,
        region=names.region,
        plan_role=_role_arn(names, "plan"),
        deploy_role=_role_arn(names, "deploy"),
        preview_role=_role_arn(names, "preview"),
        approval=settings.delivery.approval if settings.delivery else "",
        stacks=" ".join(one.name for one in own),
        deployable=" ".join(one.name for one in own if not one.is_deployed_by_hand),
    )


def _role_arn(names: Names, purpose: str) -> str:
    return names.global_arn("iam", f"role/{names(purpose, Kind.ROLE)}")
