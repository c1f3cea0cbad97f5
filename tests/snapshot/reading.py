"""Which stack is of which kind, and stacks as they are compared."""

import json
from collections.abc import Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

from stacks.identity import StackKind
from stacks.settings import Environment
from tests.synthesized import Json, Stack

KINDS = tuple(StackKind)
_WIDTH = 100
# Texts of JSON inside JSON, which nobody could review as one long line.
_TEXTS = {"policy", "assume_role_policy", "dashboard_body", "format"}


def stacks_of(kind: str, environments: Sequence[Environment], stacks: dict[str, Stack]) -> dict[str, list[Stack]]:
    """The stacks of a kind, by environment."""
    found = {
        environment.name: [stacks[one.name] for one in environment.stacks if one.kind == kind]
        for environment in environments
    }
    return {name: having for name, having in found.items() if having}


def reviewable(stack: Stack) -> Json:
    """The whole stack, but for cdktf's notes, and for what changes with every line of the functions' code.

    That is where a package lies (a hash of its contents) and `source_code_hash`; packages of the environment `local`
    even hold wheels for this machine. What is in them has tests of its own, as has the version of the provider, which
    is that of the lock file. Texts of JSON are written out.
    """
    found: Json = _written_out(deepcopy(stack.json))
    del found["//"]
    for bodies in found["resource"].values():
        for body in bodies.values():
            body.pop("//", None)
    found["terraform"]["required_providers"]["aws"]["version"] = "(locked)"
    for function in found["resource"].get("aws_lambda_function", {}).values():
        function["filename"] = f"(package)/{Path(function['filename']).name}"
        function["source_code_hash"] = "(hash of the package)"
    return found


def render(value: Any, *, indent: int = 0) -> str:
    """JSON to review: sorted, and on one line what fits there."""
    line = json.dumps(value, sort_keys=True, ensure_ascii=False)
    if len(line) + indent <= _WIDTH or not isinstance(value, dict | list):
        return line
    deeper = indent + 1
    if isinstance(value, dict):
        parts = [f"{json.dumps(key)}: {render(value[key], indent=deeper)}" for key in sorted(value)]
    else:
        parts = [render(item, indent=deeper) for item in value]
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    return "\n".join([opening, ",\n".join(f"{' ' * deeper}{part}" for part in parts), f"{' ' * indent}{closing}"])


def in_place_of(region: str, another: str, stack: Stack) -> Json:
    """The whole stack, with another region's name in the place of one region's."""
    text = json.dumps(reviewable(stack), sort_keys=True).replace(region, another)
    # In the names of databases there are no hyphens.
    found: Json = json.loads(text.replace(region.replace("-", "_"), another.replace("-", "_")))
    return found


def but_for_the_secret(stack: Json) -> Json:
    """A stack as `in_place_of` gives it, without what regions differ in that share a signing secret: who owns it."""
    found = deepcopy(stack)
    for of_type in ("aws_secretsmanager_secret", "aws_secretsmanager_secret_version"):
        found["resource"].pop(of_type, None)
    found.pop("ephemeral", None)
    del found["output"]["signing_secret_arn"]["value"]
    del found["resource"]["aws_lambda_function"]["receiver"]["environment"]["variables"]["TAP_SIGNING_SECRET_ARN"]
    for policy in found["resource"]["aws_iam_role_policy"].values():
        for statement in policy["policy"]["Statement"]:
            if statement["Sid"] == "ReadSigningSecret":
                del statement["Resource"]
    return found


def _written_out(value: Any) -> Any:
    if isinstance(value, list):
        return [_written_out(item) for item in value]
    if isinstance(value, dict):
        return {key: _parsed(item) if key in _TEXTS else _written_out(item) for key, item in value.items()}
    return value


def _parsed(value: Any) -> Any:
    """The value of a text of JSON; a text written in another way than Python does would not come back the same."""
    if not isinstance(value, str):
        return _written_out(value)
    parsed = json.loads(value)
    assert json.dumps(parsed) == value, f"written in an unusual way: {value}"
    return parsed
