"""What the roles of delivery reach in an environment."""

from collections.abc import Iterable
from dataclasses import replace

from modules.compaction import SCHEDULE
from modules.delivery.function_boundary import boundary_arn
from modules.delivery.key_access import Deployer
from modules.delivery.reach import KEY_USERS, OF_ITS_REGION, Reach
from modules.names import Kind, Names
from stacks.delivery.previews import PREVIEW as PREVIEW_SUFFIX
from stacks.delivery.previews import PREVIEW_PATTERNS
from stacks.delivery.trusts import PREVIEW
from stacks.regions import KNOWN_REGIONS
from stacks.settings import FUNCTIONS, Environment
from stacks.state_location import StateLocation

# Purposes of the buckets that a deploy may change; the state's are only planned.
DEPLOYED_BUCKETS = ("access-logs", "archive", "failures", "inbox", "results")
STATE_BUCKETS = ("state", "logs-of-state")
_PREVIEW_KEY_USERS = (*KEY_USERS, "s3")  # its tests read and write objects
BOUNDARY, PREVIEW_BOUNDARY = "function-boundary", "preview-function-boundary"


def whole(environment: Environment, names: Names) -> Reach:
    """Everything of the environment; keys only through Lambda, whose environment variables are encrypted.

    In any region, so that a pull request that adds one can be planned before anybody changes a role.
    """
    return Reach(
        names=names,
        suffixes=(environment.name,),
        key_users=("lambda",),
        zone_id=_zone(environment),
        cut_buckets=_cut(names, (*DEPLOYED_BUCKETS, *STATE_BUCKETS)),
    )


def deployed(environment: Environment, names: Names) -> Reach:
    """What workflows deploy of the environment: neither its state nor the roles of delivery."""
    return Reach(
        names=names,
        suffixes=(environment.name,),
        regions=_regions(environment),
        buckets=DEPLOYED_BUCKETS,
        roles=tuple(sorted((*FUNCTIONS, SCHEDULE))),
        stacks=(OF_ITS_REGION, *(["edge"] if environment.settings.edge else [])),
        zone_id=_zone(environment),
        cut_buckets=_cut(names, DEPLOYED_BUCKETS),
        boundary=boundary_arn(names, BOUNDARY),
    )


def deployed_states(environment: Environment) -> list[str]:
    """Keys of the states that workflows write, as patterns: of all stacks but those that people deploy.

    Only names of regions end in a hyphen and one character.
    """
    ends = ["?", *(["edge"] if environment.settings.edge else [])]
    return [f"{environment.name}/*-{end}.tfstate" for end in ends]


def previews(environment: Environment, names: Names) -> Reach:
    """Everything of every preview; no other environment may have such a suffix. Its tests read and write objects."""
    return Reach(
        names=names,
        suffixes=PREVIEW_PATTERNS,
        regions=_regions(environment),
        stacks=(OF_ITS_REGION,),
        key_users=_PREVIEW_KEY_USERS,
        boundary=boundary_arn(names, PREVIEW_BOUNDARY),
    )


def function_boundary(environment: Environment) -> str | None:
    """ARN of the boundary of its functions' roles; `None` where no workflow may deploy it."""
    delivery, names = environment.settings.delivery, StateLocation.of(environment).names
    if delivery is None:
        return None
    if not environment.is_ephemeral:
        return boundary_arn(names, BOUNDARY)
    is_preview = delivery.previews and PREVIEW_SUFFIX.fullmatch(environment.suffix)
    return boundary_arn(names, PREVIEW_BOUNDARY) if is_preview else None


def deployer(environment: Environment) -> Deployer | None:
    """The role with which workflows deploy its pipelines; `None` where no workflow may."""
    if function_boundary(environment) is None:
        return None
    names = StateLocation.of(environment).names
    purpose, users = (PREVIEW, _PREVIEW_KEY_USERS) if environment.is_ephemeral else ("deploy", KEY_USERS)
    return Deployer(role_arn=names.global_arn("iam", f"role/{names(purpose, Kind.ROLE)}"), key_users=users)


def _regions(environment: Environment) -> tuple[str, ...]:
    settings = environment.settings
    return tuple(dict.fromkeys((*settings.regions, settings.state.region)))


def _cut(names: Names, purposes: Iterable[str]) -> tuple[str, ...]:
    """Purposes of the buckets whose names are too long in some region."""

    def is_cut(purpose: str) -> bool:
        found = (replace(names, region=region)(purpose, Kind.BUCKET) for region in KNOWN_REGIONS)
        return not all(name.endswith(f"-{names.account_id}") for name in found)

    return tuple(purpose for purpose in purposes if is_cut(purpose))


def _zone(environment: Environment) -> str | None:
    return environment.settings.edge.hosted_zone_id if environment.settings.edge else None
