"""What the AWS CLI would say to a command, from the descriptions of the services that it is made of (botocore).

Options are the parameters of an operation with hyphens (AWS CLI user guide, "Command structure in the AWS CLI").
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import botocore.session
import jmespath  # type: ignore[import-untyped]  # which comes with botocore
from botocore import xform_name

_Counts = dict[str, int | None]

# Options of the CLI itself, with how many values each has. Those of version 2 only, such as `logs tail` or
# `--cli-binary-format`, are left out: both versions must do.
_OWN: _Counts = {
    "--query": 1,
    "--region": 1,
    "--output": 1,
    "--cli-input-json": 1,
    "--cli-read-timeout": 1,
    "--max-items": 1,
    "--no-paginate": 0,
}
# Parameters that would be options of the CLI itself have another name.
_RENAMED = {("sns", "subscribe"): {"--endpoint": "--notification-endpoint"}}
# Commands of the CLI that are no operation of a service.
_HIGH_LEVEL: dict[tuple[str, str], _Counts] = {
    ("s3", "cp"): {"--recursive": 0, "--metadata-directive": 1},
    ("s3", "ls"): {"--recursive": 0, "--summarize": 0},
    ("s3", "sync"): {},
}
_FILES = {("s3api", "get-object"), ("lambda", "invoke")}  # the answer's body goes to a file
_SERVICES = {"s3api": "s3"}
_DEPTH = 7
_MANY = 1_000_000


def flaws(command: Sequence[str]) -> Iterator[str]:
    """What is wrong with the arguments of `aws`; nothing, if they are right."""
    service, operation, *rest = command
    if (service, operation) in _HIGH_LEVEL:
        known, required, given = _HIGH_LEVEL[service, operation], set[str](), rest
    else:
        try:
            shape, output, given = _operation(service, operation, rest)
        except (LookupError, botocore.exceptions.BotoCoreError, ValueError) as error:
            yield f"no such command ({error})"
            return
        renamed = _RENAMED.get((service, operation), {})
        known = {renamed.get(name, name): count for name, count in _options(shape).items()} | _OWN
        required = {f"--{xform_name(name, '-')}" for name in getattr(shape, "required_members", [])}
    options, positional = _split(given, known)
    for name, values in options.items():
        if name not in known:
            yield f"{name} is unknown"
        elif len(values) != (known[name] or len(values)) or not (values or known[name] == 0):
            yield f"{name} takes values, got {values}"
    if missing := required - options.keys() - ({*required} if "--cli-input-json" in options else set()):
        yield f"{sorted(missing)} is missing"
    if len(positional) > (2 if service == "s3" else int((service, operation) in _FILES)):
        yield f"{positional} belongs to no option"
    if "--query" in options and service != "s3":
        yield from _query_flaws(options["--query"][0], output)


def _operation(service: str, operation: str, rest: Sequence[str]) -> tuple[Any, Any, list[str]]:
    """Input and output of an operation, and the arguments after it."""
    name, given = operation, [*rest]
    model = _session().get_service_model(_SERVICES.get(service, service))
    if operation == "wait":
        waiter, *given = rest
        waiters = _session().get_waiter_model(_SERVICES.get(service, service))
        name = {
            xform_name(one, "-"): xform_name(waiters.get_waiter(one).operation, "-") for one in waiters.waiter_names
        }[waiter]
    found = model.operation_model({xform_name(one, "-"): one for one in model.operation_names}[name])
    return found.input_shape, found.output_shape, given


@cache
def _session() -> Any:
    return botocore.session.get_session()


def _options(shape: Any) -> _Counts:
    """The options for the members, with how many values each has; None: any number."""
    counts: _Counts = {}
    for name, member in (shape.members if shape else {}).items():
        option = f"--{xform_name(name, '-')}"
        if member.type_name == "boolean":
            counts |= {option: 0, option.replace("--", "--no-", 1): 0}
        else:
            counts[option] = None if member.type_name in ("list", "structure", "map") else 1
    return counts


def _split(arguments: Sequence[str], known: _Counts) -> tuple[dict[str, list[str]], list[str]]:
    """Options with their values, and what belongs to none."""
    options: dict[str, list[str]] = {}
    positional: list[str] = []
    name, left = "", 0
    for one in arguments:
        if re.match(r"--[a-z]", one):
            name, left = one, _MANY if (count := known.get(one)) is None else count
            options[name] = []
        elif left:
            options[name].append(one)
            left -= 1
        else:
            positional.append(one)
    return options, positional


def _query_flaws(query: str, output: Any) -> Iterator[str]:
    """A field that the answer doesn't have makes a part of the result null."""
    try:
        found = jmespath.search(query, _example(output))
    except jmespath.exceptions.JMESPathError as error:
        yield f"--query {query}: {error}"
        return
    if found is None or (isinstance(found, list) and None in found) or _has_null(found):
        yield f"--query {query} asks for what the answer doesn't have: {found}"


def _has_null(found: Any) -> bool:
    if isinstance(found, dict):
        return any(map(_has_null, found.values()))
    return found is None or (isinstance(found, list) and any(map(_has_null, found)))


def _example(shape: Any, depth: int = 0) -> Any:
    """An answer in which everything is there."""
    kind = shape.type_name if shape and depth < _DEPTH else ""
    if shape and shape.name == "policyDocumentType":  # IAM's, which the SDK decodes
        return {"Statement": [{"Sid": "text", "Action": ["text"]}]}
    if kind == "structure":
        return {name: _example(member, depth + 1) for name, member in shape.members.items()}
    if kind == "list":
        return [_example(shape.member, depth + 1)]
    if kind == "map":
        return _AnyKey(_example(shape.value, depth + 1))
    return {"boolean": True, "integer": 1, "long": 1, "double": 1.0, "float": 1.0}.get(kind, "text")


class _AnyKey(dict[str, Any]):
    """A map that has whatever is asked for."""

    def __init__(self, value: Any) -> None:
        super().__init__()
        self._value = value

    def get(self, _key: str, _default: Any = None) -> Any:
        return self._value
