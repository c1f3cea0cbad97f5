"""Terraform JSON as HCL: checkov finds in policies of one what it overlooks in the other."""

import json
from collections.abc import Iterator
from typing import Any

Json = Any
# Arguments that are maps. Every other object in the JSON is a nested block, which HCL writes without "=".
_MAPS = frozenset({"config", "dimensions", "input_paths", "parameters", "tags", "variables"})
# How many names stand between the kind of a block and its arguments.
_LABELS = {
    "resource": 2,
    "data": 2,
    "ephemeral": 2,
    "provider": 1,
    "output": 1,
    "check": 1,
    "terraform": 0,
    "backend": 1,
}


def render(document: dict[str, Json]) -> str:
    """The document as HCL text, without cdktf's comments."""
    lines: list[str] = []
    for kind, body in document.items():
        if kind != "//":
            lines += _block(kind, body, _LABELS[kind])
    return "\n".join(lines) + "\n"


def _block(kind: str, body: Json, depth: int, labels: tuple[str, ...] = ()) -> Iterator[str]:
    if depth:
        for label, inner in body.items():
            yield from _block(kind, inner, depth - 1, (*labels, label))
        return
    for one in body if isinstance(body, list) else [body]:
        yield " ".join([kind, *map(json.dumps, labels), "{"])
        yield from _arguments(one)
        yield "}"


def _arguments(body: dict[str, Json]) -> Iterator[str]:
    for name, value in body.items():
        if name == "//" or value is None:
            continue
        if name == "required_providers":
            yield f"{name} {{"
            yield from (f"{provider} = {_value(source)}" for provider, source in value.items())
            yield "}"
        elif _is_block(name, value):
            yield from _block(name, value, _LABELS.get(name, 0))
        else:
            yield f"{name} = {_value(value)}"


def _is_block(name: str, value: Json) -> bool:
    if isinstance(value, list):
        return bool(value) and all(isinstance(one, dict) for one in value)
    return isinstance(value, dict) and name not in _MAPS


def _value(value: Json) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {_value(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    return json.dumps(value, ensure_ascii=False)
