"""Rules over several settings: plain functions over whatever is valid, so that they speak although others are not."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from stacks.settings.facts import Facts


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a rule would allow instead, and what to do where that is not obvious."""

    allowed: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """A check over the values of some keys; the refusal is about the first of them.

    With `only_if_given` the check is about what the file says, and leaves the first key's default alone.
    """

    keys: tuple[str, ...]
    check: Callable[..., Refusal | None]
    only_if_given: bool = False

    def apply(self, facts: Facts) -> Refusal | None:
        """Run the check, unless one of its values is not known to be valid."""
        if any(key not in facts.values for key in self.keys):
            return None
        if self.only_if_given and self.keys[0] not in facts.given:
            return None
        arguments: list[Any] = [facts.values[key] for key in self.keys]
        return self.check(*arguments)


def refusals(rules: tuple[Rule, ...], facts: Facts) -> Iterator[tuple[Rule, Refusal]]:
    """Yield every rule that refuses the facts."""
    for rule in rules:
        refusal = rule.apply(facts)
        if refusal is not None:
            yield rule, refusal
