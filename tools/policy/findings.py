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
