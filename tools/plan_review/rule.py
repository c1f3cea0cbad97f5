"""What a rule is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum

from tools.plan_review.model import Action, Change, Plan


class Category(Enum):
    """What can happen, as the title of a section says it, and the label that accepts it."""

    LOST = ("Data would be lost", "allow-data-loss")
    REPROCESSED = ("Records would be processed again or skipped", "allow-reprocessing")
    EXPOSED = ("Resources would be exposed", "allow-exposure")
    SILENCED = ("Alarms or logs are silenced", "allow-silence")
    BROKEN = ("Clients or other stacks could break", "allow-breaking")
    IAM = ("Roles would gain permissions", "allow-iam")

    @property
    def title(self) -> str:
        """What the section of the comment is called."""
        return str(self.value[0])

    @property
    def label(self) -> str:
        """The label on the pull request that accepts it."""
        return str(self.value[1])


# Looks at an attribute ("" where the rule names none): returns details in Markdown, "" for a finding without details,
# `None` for no finding.
Predicate = Callable[[Change, str, Plan], str | None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """What to look for: `on` names resource types (`*` is any) and attributes, `test` decides, `message` is shown.

    `needs_label` false: shown, but no label is needed. `test` None: found by comparing roles or stacks as a whole.
    `of_gone`: also checked in a stack that was removed from the code, where most of what is destroyed is expected.
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
