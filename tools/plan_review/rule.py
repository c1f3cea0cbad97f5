"""What a rule is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum

from tools.plan_review.model import Action, Change, Plan


class Category(Enum):
    """What can happen, as the title says it, and the label that says that somebody wants it."""

    LOST = ("Data would be lost", "allow-data-loss")
    REPROCESSED = ("Events would be read again, or skipped", "allow-reprocessing")
    EXPOSED = ("Something would be exposed", "allow-exposure")
    SILENCED = ("Somebody would not be told", "allow-silence")
    BROKEN = ("Others could break", "allow-breaking")
    IAM = ("Roles would gain permissions", "allow-iam")

    @property
    def title(self) -> str:
        """What the section of the comment is called."""
        return str(self.value[0])

    @property
    def label(self) -> str:
        """The label of the pull request that accepts it."""
        return str(self.value[1])


# What is found at an attribute ("" where the rule names none): details in Markdown, "" for none, `None` for no finding.
Predicate = Callable[[Change, str, Plan], str | None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """What to look for: `on` names resource types (`*` is any) and attributes, `test` decides, `message` tells people.

    `needs_label` false: it is shown and asks for nothing. `test` None: found by looking at roles or stacks as a whole.
    `of_gone`: looked at in a stack that goes as a whole, too, where most of what goes is no news.
    """

    id: str
    category: Category
    on: Mapping[str, tuple[str, ...]]
    test: Predicate | None
    message: str
    needs_label: bool = True
    of_gone: bool = False

    @property
    def label(self) -> str | None:
        """The label that accepts what it finds."""
        return self.category.label if self.needs_label else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """Something that a rule found."""

    rule: Rule
    stack: str
    address: str
    action: Action | None
    detail: str
