"""What the states beside an environment's own say is still there: previews, and stacks that left the code."""

import json
import re
from collections.abc import Collection, Iterator
from typing import Any, NamedTuple

from stacks.settings import Environment
from stacks.state_location import StateLocation

_STATE = re.compile(r"([^/]+)/([^/]+)\.tfstate")
_PREVIEW = re.compile(r"pr[1-9][0-9]*")


class State(NamedTuple):
    """Whose state it is."""

    suffix: str
    stack: str


def left_over(environment: Environment, s3: Any) -> list[str]:  # noqa: ANN401  a boto3 client
    """Suffixes `pr<number>` whose state, kept beside that of the environment, still holds resources."""
    found = {state.suffix for state in _holding(environment, "pr", s3) if _PREVIEW.fullmatch(state.suffix)}
    return sorted(found, key=lambda suffix: int(suffix[2:]))


def left_behind(environment: Environment, known: Collection[str], s3: Any) -> list[str]:  # noqa: ANN401  likewise
    """Stacks of the environment that are not among the known ones, and whose state still holds resources."""
    states = _holding(environment, f"{environment.suffix}/", s3, known)
    return sorted(state.stack for state in states)


def _holding(
    environment: Environment,
    prefix: str,
    s3: Any,  # noqa: ANN401  likewise
    but: Collection[str] = (),
) -> Iterator[State]:
    bucket = StateLocation.of(environment).bucket
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        for item in page.get("Contents", []):
            match = _STATE.fullmatch(item["Key"])
            if match and match[2] not in but and _resources(s3.get_object(Bucket=bucket, Key=item["Key"])["Body"]):
                yield State(match[1], match[2])


def _resources(body: Any) -> list[Any]:  # noqa: ANN401  a stream of boto3
    found: list[Any] = json.load(body)["resources"]
    return found
