"""What checks find."""

from typing import NamedTuple


class PolicyError(Exception):
    """The checks themselves do not work; the text says what to do."""


class Finding(NamedTuple):
    """Something that a check has against a resource of a stack."""

    check: str
    stack: str
    resource: str
    title: str

    @property
    def kind(self) -> str:
        """What kind of stack it is in: `state`, `edge`, `delivery` or `pipeline`."""
        return kind_of(self.stack)


def kind_of(stack: str) -> str:
    """The kind of a stack by its name: `state`, `edge`, `delivery` or `pipeline`."""
    ending = stack.rpartition("-")[2]
    return ending if ending in ("state", "edge", "delivery") else "pipeline"
