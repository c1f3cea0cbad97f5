"""What is still deployed according to the states: previews, and stacks that were removed from the code."""

import json
import re
from collections.abc import Callable, Collection, Iterator
from functools import partial
from typing import Any, NamedTuple

from stacks.delivery.previews import PREVIEW
from stacks.settings import Environment
from stacks.state_location import StateLocation

_STATE = re.compile(r"([^/]+)/([^/]+)\.tfstate")


class State(NamedTuple):
    """A state: its owner, and how to read it, because not every role may read every state."""

    suffix: str
    stack: str
    get: Callable[[], Any]

    def holds(self) -> bool:
        """Whether it has a resource."""
        return bool(json.load(self.get()["Body"])["resources"])


def left_over(environment: Environment, s3: Any) -> list[str]:  # noqa: ANN401  a boto3 client
    """Suffixes `pr<number>` whose states, beside those of the environment, still have resources."""
    found = {
        state.suffix for state in _states(environment, "pr", s3) if PREVIEW.fullmatch(state.suffix) and state.holds()
    }
    return sorted(found, key=lambda suffix: int(suffix[2:]))


def left_behind(environment: Environment, known: Collection[str], s3: Any) -> list[str]:  # noqa: ANN401  likewise
    """Stacks of the environment that are not among the known ones, and whose states still have resources."""
    states = _states(environment, f"{environment.suffix}/", s3)
    return sorted(state.stack for state in states if state.stack not in known and state.holds())


def _states(environment: Environment, prefix: str, s3: Any) -> Iterator[State]:  # noqa: ANN401  likewise
    bucket = StateLocation.of(environment).bucket
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        for item in page.get("Contents", []):
            if match := _STATE.fullmatch(item["Key"]):
                yield State(match[1], match[2], partial(s3.get_object, Bucket=bucket, Key=item["Key"]))
