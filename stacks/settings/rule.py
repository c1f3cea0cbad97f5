"""Rules over several settings: plain functions of valid values, so that they report even if others are invalid."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from stacks.settings.valid_values import ValidValues


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a rule would allow instead, and what to do if that is not obvious."""

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

    def apply(self, valid: ValidValues) -> Refusal | None:
        """Run the check, unless one of its values is not known to be valid."""
        if any(key not in valid.values for key in self.keys):
            return None
        if self.only_if_given and self.keys[0] not in valid.given:
            return None
        arguments: list[Any] = [valid.values[key] for key in self.keys]
        return self.check(*arguments)


def refusals(rules: tuple[Rule, ...], valid: ValidValues) -> Iterator[tuple[Rule, Refusal]]:
    """Yield every rule that refuses the valid values."""
    for rule in rules:
        refusal = rule.apply(valid)
        if refusal is not None:
            yield rule, refusal
