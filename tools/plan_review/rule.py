"""What a review says about a change, and the label that accepts it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from tools.plan_review.model import Action


class Category(Enum):
    """What can happen, as the title of a section says it, and the label that accepts it."""

    LOST = ("Data would be lost", "allow-data-loss")
    REPROCESSED = ("Records would be processed again or skipped", "allow-reprocessing")
    INTERRUPTED = ("Events would stop, be left out, or go elsewhere", "allow-interruption")
    EXPOSED = ("Resources would be exposed", "allow-exposure")
    SILENCED = ("Alarms or logs are silenced", "allow-silence")
    UNGUARDED = ("Guards against cost and overload are lowered", "allow-unguarded")
    BROKEN = ("Clients or other stacks could break", "allow-breaking")
    IAM = ("Roles would gain permissions", "allow-iam")
    REFUSED = ("AWS would refuse it at apply", "allow-refusal")
    UNJUDGED = ("Not judged", "allow-unjudged")

    @property
    def title(self) -> str:
        """What the section of the comment is called."""
        return str(self.value[0])

    @property
    def label(self) -> str:
        """The label on the pull request that accepts it."""
        return str(self.value[1])


@dataclass(frozen=True, slots=True)
class Rule:
    """A reason for a label: `message` is shown.

    `needs_label` false: shown, but no label is needed. `of_gone`: also in a stack that was removed from the code, where
    most of what is destroyed is expected. `lasting`: also when the resource was deleted outside of Terraform, as
    creating it again doesn't bring back what is lost.
    """

    id: str
    category: Category
    message: str
    needs_label: bool = True
    of_gone: bool = False
    lasting: bool = False

    @property
    def label(self) -> str | None:
        """The label that accepts what it finds."""
        return self.category.label if self.needs_label else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """Something that a rule says about a resource."""

    rule: Rule
    stack: str
    address: str
    action: Action | None
    detail: str
