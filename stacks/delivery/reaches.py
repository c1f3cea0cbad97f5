"""What the roles of delivery reach in an environment."""

from collections.abc import Iterable
from dataclasses import replace

from modules.delivery.function_boundary import boundary_arn
from modules.delivery.reach import KEY_USERS, Reach
from modules.names import Kind, Names
from stacks.delivery.previews import PREVIEW, PREVIEW_PATTERNS
from stacks.settings import FUNCTIONS, Environment
from stacks.state_location import StateLocation

# Purposes of the buckets that a deploy may change; the state's are only planned.
DEPLOYED_BUCKETS = ("access-logs", "archive", "failures", "inbox")
STATE_BUCKETS = ("state", "logs-of-state")
BOUNDARY, PREVIEW_BOUNDARY = "function-boundary", "preview-function-boundary"


def whole(environment: Environment, names: Names) -> Reach:
    """Everything of the environment; keys only through Lambda, whose environment variables are encrypted."""
    return Reach(
        names=names,
        suffixes=(environment.name,),
        regions=_regions(environment),
        key_users=("lambda",),
        zone_id=_zone(environment),
        cut_buckets=_cut(environment, names, (*DEPLOYED_BUCKETS, *STATE_BUCKETS)),
    )


def deployed(environment: Environment, names: Names) -> Reach:
    """What workflows deploy of the environment: neither its state nor the roles of delivery."""
    return Reach(
        names=names,
        suffixes=(environment.name,),
        regions=_regions(environment),
        buckets=DEPLOYED_BUCKETS,
        roles=tuple(sorted(FUNCTIONS)),
        stacks=(*environment.settings.regions, *(["edge"] if environment.settings.edge else [])),
        zone_id=_zone(environment),
        cut_buckets=_cut(environment, names, DEPLOYED_BUCKETS),
        boundary=boundary_arn(names, BOUNDARY),
    )


def previews(environment: Environment, names: Names) -> Reach:
    """Everything of every preview; no other environment may have such a suffix. Its tests read and write objects."""
    return Reach(
        names=names,
        suffixes=PREVIEW_PATTERNS,
        regions=environment.settings.regions,
        key_users=(*KEY_USERS, "s3"),
        boundary=boundary_arn(names, PREVIEW_BOUNDARY),
    )


def function_boundary(environment: Environment) -> str | None:
    """ARN of the boundary of its functions' roles; `None` where no workflow may deploy it."""
    delivery, names = environment.settings.delivery, StateLocation.of(environment).names
    if delivery is None:
        return None
    if not environment.is_ephemeral:
        return boundary_arn(names, BOUNDARY)
    is_preview = delivery.previews and PREVIEW.fullmatch(environment.suffix)
    return boundary_arn(names, PREVIEW_BOUNDARY) if is_preview else None


def _regions(environment: Environment) -> tuple[str, ...]:
    settings = environment.settings
    return tuple(dict.fromkeys((*settings.regions, settings.state.region)))


def _cut(environment: Environment, names: Names, purposes: Iterable[str]) -> tuple[str, ...]:
    """Bucket names that were too long, and end in a hash instead of the account."""
    found = [
        replace(names, region=region)(purpose, Kind.BUCKET) for region in _regions(environment) for purpose in purposes
    ]
    return tuple(name for name in found if not name.endswith(f"-{names.account_id}"))


def _zone(environment: Environment) -> str | None:
    return environment.settings.edge.hosted_zone_id if environment.settings.edge else None
