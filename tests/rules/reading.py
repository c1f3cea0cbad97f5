"""Words in which rules speak about a synthesized stack."""

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from modules.alarm_catalogue import CATALOGUE
from modules.failure_mode import FailureMode
from stacks.identity import StackKind
from tests.synthesized import Json, Stack

_MODES = {mode.id: mode for mode in CATALOGUE}
_REFERENCE = re.compile(r"\$\{((?:[a-z]+\.)?[a-z0-9_]+)\.([A-Za-z0-9_-]+)\.([a-z_]+)\}")


class Resource(NamedTuple):
    """A resource with its address."""

    type: str
    id: str
    body: Json

    @property
    def address(self) -> str:
        """As Terraform calls it."""
        return f"{self.type}.{self.id}"


def each(stack: Stack, type_: str) -> list[Resource]:
    """The resources of a type."""
    return [Resource(type_, id_, body) for id_, body in stack.resources(type_).items()]


def everything(stack: Stack) -> list[Resource]:
    """All resources."""
    return [
        Resource(type_, id_, body) for type_, bodies in stack.json["resource"].items() for id_, body in bodies.items()
    ]


def refers_to(value: Any, resource: Resource, *attributes: str) -> bool:
    """Whether the value is a reference to this resource, and nothing else."""
    found = _REFERENCE.fullmatch(str(value))
    return (
        found is not None
        and (found[1], found[2]) == (resource.type, resource.id)
        and (not attributes or found[3] in attributes)
    )


def target(stack: Stack, value: Any, type_: str) -> Resource | None:
    """The resource of the type that the value refers to."""
    return next((one for one in each(stack, type_) if refers_to(value, one)), None)


def is_our_key(stack: Stack, value: Any) -> bool:
    """Whether the value is the ARN of a key of this stack."""
    return any(refers_to(value, key, "arn") for key in each(stack, "aws_kms_key"))


def parts(stack: Stack, type_: str, owner: Resource, argument: str = "bucket") -> list[Resource]:
    """The resources of the type that belong to another one, as a versioning does to its bucket."""
    return [one for one in each(stack, type_) if refers_to(one.body.get(argument), owner)]


def dig(body: Json, path: str) -> Any:
    """What lies at a path as in `rule.0.bucket_key_enabled`, or `None`."""
    place: Any = body
    for part in path.split("."):
        if isinstance(place, list):
            place = place[int(part)] if int(part) < len(place) else None
        else:
            place = place.get(part) if isinstance(place, dict) else None
    return place


def as_list(value: Any) -> list[Any]:
    """Policies may hold one of something, or a list."""
    return value if isinstance(value, list) else [] if value is None else [value]


def statements(text: str) -> list[Json]:
    """The statements of a policy, each with lists of actions and resources and a flat dictionary of conditions."""
    found = []
    for one in json.loads(text)["Statement"]:
        conditions = {
            f"{operator} {key}": value
            for operator, keys in one.get("Condition", {}).items()
            for key, value in keys.items()
        }
        found.append(
            one
            | {"Action": as_list(one.get("Action")), "Resource": as_list(one.get("Resource")), "Condition": conditions}
        )
    return found


class Policy(NamedTuple):
    """A policy; `kind` is `role` (what a role may), `trust` (who may be it) or `resource` (who may use a resource).

    What the roles of GitHub Actions may, and who may be one, is `delivery`, and the most that roles of functions may is
    `boundary`: tests/rules/delivery/ is about them.
    """

    kind: str
    resource: Resource
    statements: list[Json]


def is_delivery(stack: Stack) -> bool:
    """Whether the stack is that of GitHub's roles."""
    return stack.identity.kind is StackKind.DELIVERY


def policies(stack: Stack, *kinds: str) -> Iterator[Policy]:
    """Every policy of the stack."""
    for one in everything(stack):
        for argument in ("policy", "assume_role_policy"):
            if argument in one.body:
                kind = {"aws_iam_role_policy": "role", "aws_iam_role": "trust"}.get(one.type, "resource")
                if is_delivery(stack):
                    kind = "boundary" if one.id.endswith("function-boundary") else "delivery"
                if not kinds or kind in kinds:
                    yield Policy(kind, one, statements(one.body[argument]))


def granted(stack: Stack, function: Resource) -> list[Json]:
    """All statements of a function's role."""
    role = target(stack, function.body.get("role"), "aws_iam_role")
    found = parts(stack, "aws_iam_role_policy", role, "role") if role else []
    return [one for policy in found for one in statements(policy.body["policy"])]


def compacting(stack: Stack) -> set[str]:
    """The functions that may publish hours of the archive."""
    return {
        function.id
        for function in each(stack, "aws_lambda_function")
        for one in granted(stack, function)
        if "glue:CreatePartition" in one["Action"]
    }


def strings(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every text in a JSON value with its path, keys included."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield f"{path}.{key}", key
            yield from strings(inner, f"{path}.{key}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from strings(inner, f"{path}.{index}")
    elif isinstance(value, str):
        yield path, value


class Metric(NamedTuple):
    """A metric that an alarm looks at."""

    namespace: str
    name: str
    dimensions: Json


def metrics(alarm: Json) -> list[Metric]:
    """What an alarm looks at: one metric, or those of its queries."""
    sources = [one["metric"] for one in alarm.get("metric_query", []) if "metric" in one] or [alarm]
    return [Metric(one["namespace"], one["metric_name"], one.get("dimensions", {})) for one in sources]


def failure_mode(alarm: Json) -> FailureMode | None:
    """What the catalogue says of the failure mode to whose section of the runbook the alarm links."""
    return _MODES.get(alarm.get("alarm_description", "").rpartition("docs/runbook.md#")[2])


def keeping_quarantine(stack: Stack) -> set[str]:
    """The functions that may put events into quarantine."""
    return {
        function.id
        for function in each(stack, "aws_lambda_function")
        for one in granted(stack, function)
        if any(arn.endswith("/quarantine/*") for arn in one["Resource"])
    }
