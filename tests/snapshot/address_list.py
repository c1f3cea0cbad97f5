"""Addresses of Terraform resources, the golden lists of them, and what explains that one is gone.

The state of every deployed stack is keyed by address. One that is gone means a resource that the next deploy destroys.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stacks.regions import KNOWN_REGIONS
from tests.synthesized import Stack

_REGION = "|".join(sorted(KNOWN_REGIONS))
# Ids that come from settings: a subscription is called by a hash of its address, what the edge has by its region.
_FROM_SETTINGS = (
    (re.compile(r"(alerts_email)-[0-9a-f]{8}_[0-9A-F]{8}$"), r"\1-*"),
    (re.compile(rf"-({_REGION})_[0-9A-F]{{8}}$"), "-*"),
)
_ENVIRONMENTS = "# environments: "


def general(address: str) -> str:
    """The address without what it holds of settings."""
    for pattern, text in _FROM_SETTINGS:
        address = pattern.sub(text, address)
    return address


@dataclass(frozen=True, kw_only=True, slots=True)
class AddressList:
    """Addresses of one kind of stack, and which of the environments have them."""

    environments: frozenset[str]
    having: Mapping[str, frozenset[str]]

    @classmethod
    def of(cls, stacks: Mapping[str, list[Stack]]) -> "AddressList":
        """The list of stacks, by environment."""
        having: dict[str, set[str]] = {}
        for environment, of_environment in stacks.items():
            for address in {general(address) for stack in of_environment for address in stack.addresses()}:
                having.setdefault(address, set()).add(environment)
        return cls(
            environments=frozenset(stacks),
            having={address: frozenset(having[address]) for address in sorted(having)},
        )

    @classmethod
    def parse(cls, text: str) -> "AddressList":
        """A list as `render` writes it."""
        head, *lines = [
            line for line in text.splitlines() if line.startswith(_ENVIRONMENTS) or line[:1] not in ("", "#")
        ]
        everywhere = frozenset(head.removeprefix(_ENVIRONMENTS).split(", "))
        having = {}
        for line in lines:
            address, *note = line.split(maxsplit=2)
            named = frozenset(note[1].split(", ")) if note else frozenset()
            having[address] = named if note and note[0] == "only:" else everywhere - named
        return cls(environments=everywhere, having=having)

    def render(self, kind: str) -> str:
        """One sorted line per address, with the environments that differ."""
        head = f"# Addresses of {kind} stacks. Without a note: in every environment and variant of the tests.\n"
        head += f"{_ENVIRONMENTS}{', '.join(sorted(self.environments))}\n"
        return head + "".join(f"{address}{self._note(having)}\n" for address, having in self.having.items())

    def _note(self, having: frozenset[str]) -> str:
        lacking = self.environments - having
        if not lacking:
            return ""
        word, names = ("not", lacking) if len(lacking) <= len(having) else ("only", having)
        return f"  {word}: {', '.join(sorted(names))}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Removal:
    """An address that is gone on purpose, everywhere or in some environments."""

    kind: str
    address: str
    reason: str
    environments: frozenset[str] = frozenset()

    def covers(self, address: str, environment: str) -> bool:
        """Whether this says why the environment has lost the address."""
        return self.address == address and (not self.environments or environment in self.environments)


def read_removals(path: Path) -> list[Removal]:
    """Every removal that is declared; a wrong key or a missing one is a TypeError that names it."""
    entries: list[dict[str, Any]] = tomllib.loads(path.read_text(encoding="utf-8")).get("removed", [])
    return [Removal(**{**entry, "environments": frozenset(entry.get("environments", ()))}) for entry in entries]


def moved_from(stack: Stack) -> set[str]:
    """Addresses that the stack says it has moved away from."""
    return {general(block["from"]) for block in stack.json.get("moved", [])}


def unexplained(
    golden: AddressList,
    stacks: Mapping[str, list[Stack]],
    removals: list[Removal],
    *,
    deployed: frozenset[str],
) -> Iterator[str]:
    """What is gone without a move or a removal: from a deployed environment, or from everywhere."""
    found = AddressList.of(stacks)
    for address, having in golden.having.items():
        has = found.having.get(address, frozenset())
        lost = (having & found.environments) - has
        silent = [
            environment
            for environment in sorted(lost & deployed if has else lost)
            if not all(address in moved_from(stack) for stack in stacks[environment])
            and not any(removal.covers(address, environment) for removal in removals)
        ]
        if silent:
            yield f"{address} of {', '.join(silent)}"
