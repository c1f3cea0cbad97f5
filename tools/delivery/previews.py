"""Ephemeral environments that were left behind."""

import json
import re
from collections.abc import Iterator
from typing import Any

from stacks.settings import Environment
from stacks.state_location import StateLocation

_STATE = re.compile(r"(pr[1-9][0-9]*)/[^/]+\.tfstate")


def left_over(environment: Environment, s3: Any) -> list[str]:  # noqa: ANN401  a boto3 client
    """Suffixes `pr<number>` whose state, kept beside that of the environment, still holds resources."""
    bucket = StateLocation.of(environment).bucket
    found = {
        match[1]
        for key in _keys(bucket, s3)
        if (match := _STATE.fullmatch(key)) and json.load(s3.get_object(Bucket=bucket, Key=key)["Body"])["resources"]
    }
    return sorted(found, key=lambda suffix: int(suffix[2:]))


def _keys(bucket: str, s3: Any) -> Iterator[str]:  # noqa: ANN401  likewise
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix="pr"):
        yield from (item["Key"] for item in page.get("Contents", []))
