"""Everything that our stacks set has a verdict: nothing is deployed whose changes nobody has judged."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.synthesized import Stack
from tests.unit.plan_review.plans import CONFIGURATION
from tools.plan_review import verdicts
from tools.plan_review.differences import Node
from tools.plan_review.verdicts import trees_for
from tools.plan_review.verdicts.rows import RESOURCE

# For Terraform itself: in no plan.
_META = {"//", "depends_on", "lifecycle", "provider"}
_FILES = ", ".join(
    path.name for path in sorted(Path(verdicts.__file__).parent.glob("[a-z]*.py")) if path.stem != "rows"
)
_HELP = f"""
Say in `tools/plan_review/verdicts/` ({_FILES}) what a change of each does, in a row of its type: a rule when it
hurts, FREE when it never does. For a variable of a function add its name to `plan-review.toml`. `make docs` shows the
table in docs/plan-review.md, "Add a verdict", which says how.
"""


def _paths(value: Any, node: Node | None, path: str = "") -> Iterator[str]:
    """Attributes that no row judges, as deep as the stack sets them."""
    if node is not None and node.verdicts is not None and path:
        return
    if isinstance(value, list) and value and all(isinstance(one, dict) for one in value):
        for one in value:
            yield from _paths(one, node, path)
    elif isinstance(value, dict) and (not path or (node and node.below)):
        for name, inner in value.items():
            if path or name not in _META:
                yield from _paths(inner, node.below.get(name) if node else None, f"{path}.{name}".strip("."))
    else:
        yield path


def _unjudged(stacks: dict[str, Stack]) -> set[str]:
    trees = trees_for(CONFIGURATION)
    found = set()
    for stack in stacks.values():
        for type_, bodies in stack.json["resource"].items():
            if type_ not in trees:
                found.add(type_)
                continue
            found |= {f"{type_}: {path}" for body in bodies.values() for path in _paths(body, trees[type_])}
    return found


def test_every_attribute_that_a_stack_sets_has_a_verdict(every_stack: dict[str, Stack]) -> None:
    missing = sorted(_unjudged(every_stack))
    assert not missing, "\nWithout a verdict:\n  " + "\n  ".join(missing) + _HELP


def test_every_type_that_is_deployed_has_a_verdict_on_the_resource_as_a_whole(every_stack: dict[str, Stack]) -> None:
    rows = verdicts.verdicts_for(CONFIGURATION)
    types = {type_ for stack in every_stack.values() for type_ in stack.json["resource"]}
    missing = sorted(type_ for type_ in types if RESOURCE not in rows.get(type_, {}))
    assert not missing, f"without a row RESOURCE: {', '.join(missing)}{_HELP}"


def test_a_new_type_a_new_attribute_and_a_new_variable_are_noticed(dev: Stack) -> None:
    stack = Stack(dev.name, dev.folder, {"resource": {}}, dev.identity)
    stack.json["resource"] = {
        "aws_type_of_next_year": {"one": {"name": "a"}},
        "aws_kinesis_stream": {"one": {"name": "a", "speed": 1, "stream_mode_details": {"mood": "good"}}},
        "aws_lambda_function": {"one": {"environment": {"variables": {"TAP_NEW": "1", "TAP_STACK": "a"}}}},
        "aws_s3_bucket_lifecycle_configuration": {"one": {"rule": [{"id": "a"}, {"expiration": [{"moon": 1}]}]}},
    }
    assert _unjudged({"one": stack}) == {
        "aws_type_of_next_year",
        "aws_kinesis_stream: speed",
        "aws_kinesis_stream: stream_mode_details.mood",
        "aws_lambda_function: environment.variables.TAP_NEW",
        "aws_s3_bucket_lifecycle_configuration: rule.expiration.moon",
    }
