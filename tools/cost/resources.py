"""The resources of a stack, as its synthesized JSON or Terraform's plan has them: the same names, other nesting."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource; `values` are its arguments."""

    type: str
    id: str
    values: Json

    @property
    def address(self) -> str:
        """Its Terraform address."""
        return f"{self.type}.{self.id}"

    def get(self, path: str) -> Any:  # noqa: ANN401 - whatever the argument holds
        """The argument below a dotted path, or None; a block is an object in synthesized JSON, a list in a plan."""
        found: Any = self.values
        for name in path.split("."):
            found = found[0] if isinstance(found, list) and found else found
            found = found.get(name) if isinstance(found, Mapping) else None
        return found

    def number(self, path: str, default: float = 0) -> float:
        """The number below a dotted path."""
        found = self.get(path)
        return float(found) if isinstance(found, int | float | str) and found != "" else default

    def blocks(self, name: str) -> list[Json]:
        """The blocks of a name."""
        found = self.values.get(name) or []
        return found if isinstance(found, list) else [found]


@dataclass(frozen=True, slots=True)
class Resources:
    """All resources of a stack."""

    all: tuple[Resource, ...]

    def of(self, type_: str) -> Iterator[Resource]:
        """Those of a type."""
        return (each for each in self.all if each.type == type_)

    def find(self, type_: str, id_: str) -> Resource | None:
        """The one of a type with this id, or None."""
        return next((each for each in self.of(type_) if each.id == id_), None)

    def part(self, type_: str, owner: Resource) -> Resource | None:
        """The one of a type that is a part of another: its id begins with the other's."""
        return next((each for each in self.of(type_) if each.id.startswith(f"{owner.id}_")), None)

    def without(self, type_: str) -> "Resources":
        """All but those of a type."""
        return Resources(tuple(each for each in self.all if each.type != type_))

    def changed(self, type_: str, **values: Any) -> "Resources":  # noqa: ANN401 - arguments as in the stack
        """All, with other arguments of those of a type."""
        return Resources(
            tuple(replace(each, values={**each.values, **values}) if each.type == type_ else each for each in self.all)
        )


def synthesized(stack: Json) -> Resources:
    """The resources of a stack's synthesized JSON."""
    found: Json = stack.get("resource", {})
    return Resources(tuple(Resource(type_, id_, body) for type_, all_ in found.items() for id_, body in all_.items()))


def read_synthesized(folder: Path) -> Resources:
    """The resources of a stack that was synthesized into a folder."""
    return synthesized(json.loads((folder / "cdk.tf.json").read_text(encoding="utf-8")))


def of_values(values: Json | None) -> Resources:
    """The resources of a plan's `planned_values` or of a state's `values`; none at all without them."""
    module: Json = (values or {}).get("root_module") or {}
    return Resources(tuple(_managed(module.get("resources") or [])))


def _managed(found: Iterable[Json]) -> Iterator[Resource]:
    for each in found:
        if each.get("mode") == "managed":
            yield Resource(each["type"], each["name"], each.get("values") or {})
