"""Ways to break a copy of a synthesized stack. What finds no subject leaves the stack as it is."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from tests.synthesized import Json

_GONE = object()


@dataclass(frozen=True, slots=True)
class Mutation:
    """What it does, in words, and doing it."""

    text: str
    apply: Callable[[Json], None]


def put(type_: str, path: str, value: Any, *, of: str = "") -> Mutation:
    """Sets an argument (`path` as in `rule.0.id`) of the type's first resource whose id begins with `of`."""
    return Mutation(f"{_title(type_, of)} {path}={value}", lambda stack: _set(_bodies(stack, type_, of), path, value))


def drop(type_: str, path: str, *, of: str = "") -> Mutation:
    """Takes an argument away from the first resource that has it."""
    return Mutation(f"{_title(type_, of)} without {path}", lambda stack: _set(_bodies(stack, type_, of), path, _GONE))


def remove(type_: str, *, of: str = "") -> Mutation:
    """Takes the first resource of the type away."""

    def apply(stack: Json) -> None:
        for id_ in list(stack["resource"].get(type_, {})):
            if id_.startswith(of):
                del stack["resource"][type_][id_]
                return

    return Mutation(f"no {_title(type_, of)}", apply)


def add(type_: str, **body: Any) -> Mutation:
    """Adds a resource."""
    return Mutation(f"with {type_}", lambda stack: stack["resource"].setdefault(type_, {}).update(added=body))


def twice(type_: str) -> Mutation:
    """Adds a second resource with the arguments of the first."""

    def apply(stack: Json) -> None:
        bodies = stack["resource"].get(type_, {})
        for body in list(bodies.values())[:1]:
            bodies["again"] = body

    return Mutation(f"two {type_}", apply)


def top(path: str, value: Any) -> Mutation:
    """Sets something outside of the resources, as in `terraform.required_version`."""
    return Mutation(f"{path}={value}", lambda stack: _set(iter([stack]), path, value))


def without(path: str) -> Mutation:
    """Takes something away outside of the resources."""
    return Mutation(f"no {path}", lambda stack: _set(iter([stack]), path, _GONE))


def statement(type_: str, sid: str, *, of: str = "", argument: str = "policy", **changes: Any) -> Mutation:
    """Changes elements of the first statement with this sid; `None` takes the element away."""

    def apply(stack: Json) -> None:
        for body in _bodies(stack, type_, of):
            document = json.loads(body[argument])
            for found in document["Statement"]:
                if found["Sid"] == sid:
                    found.update(changes)
                    for name in [name for name, value in changes.items() if value is None]:
                        del found[name]
                    body[argument] = json.dumps(document)
                    return

    return Mutation(f"{_title(type_, of)} {sid} {changes}", apply)


def no_statement(type_: str, sid: str, *, of: str = "") -> Mutation:
    """Takes the statement with this sid out of the first policy that has it."""

    def apply(stack: Json) -> None:
        for body in _bodies(stack, type_, of):
            document = json.loads(body["policy"])
            left = [one for one in document["Statement"] if one["Sid"] != sid]
            if len(left) < len(document["Statement"]):
                body["policy"] = json.dumps(document | {"Statement": left})
                return

    return Mutation(f"{_title(type_, of)} without {sid}", apply)


def _title(type_: str, of: str) -> str:
    return f"{type_}.{of}" if of else type_


def _bodies(stack: Json, type_: str, of: str) -> Iterator[Json]:
    return (body for id_, body in stack["resource"].get(type_, {}).items() if id_.startswith(of))


def _set(bodies: Iterator[Json], path: str, value: Any) -> None:
    *parents, last = [int(part) if part.isdigit() else part for part in path.split("/" if "/" in path else ".")]
    for body in bodies:
        place: Any = body
        try:
            for part in parents:
                place = place[part]
            if value is not _GONE:
                place[last] = value
            else:
                del place[last]
        except (KeyError, IndexError):
            continue
        return
