"""A review: the findings in the plans, the labels that these need, and the exit status."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import IntEnum

from tools.plan_review.configuration import DEFAULTS, Configuration
from tools.plan_review.costs import Costs
from tools.plan_review.evaluation import evaluate, gone
from tools.plan_review.model import Plan
from tools.plan_review.packages import Packages
from tools.plan_review.refusals import refusals
from tools.plan_review.roles import RoleDifference, differences, findings
from tools.plan_review.rule import Finding


class Status(IntEnum):
    """Exit status."""

    FINE = 0
    FAILED = 1
    NEEDS_LABEL = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Review:
    """Everything that the comment shows."""

    plans: tuple[Plan, ...]
    findings: tuple[Finding, ...]
    roles: tuple[RoleDifference, ...]
    labels: frozenset[str]
    uncounted: frozenset[str]
    packages: Packages
    configuration: Configuration
    costs: Costs

    @property
    def needed(self) -> Counter[str]:
        """The labels that the findings need, and how many need each."""
        return Counter(finding.rule.label for finding in self.findings if finding.rule.label)

    @property
    def missing(self) -> list[str]:
        """Labels that are needed and weren't given."""
        return sorted(set(self.needed) - self.labels)

    @property
    def status(self) -> Status:
        """Whether a label is missing."""
        return Status.NEEDS_LABEL if self.missing else Status.FINE


def review(
    plans: Iterable[Plan],
    configuration: Configuration = DEFAULTS,
    *,
    labels: Collection[str] = (),
    uncounted: Collection[str] = (),
    packages: Packages | None = None,
    costs: Costs | None = None,
) -> Review:
    """Judge every change of the plans.

    `labels`: what the pull request has; `uncounted`: what it has besides, given by somebody whose labels don't count;
    `packages`: see `read_packages`; `costs`: see `read_costs`.
    """
    plans = tuple(plans)
    roles = tuple(difference for plan in plans if not plan.is_gone for difference in differences(plan))
    return Review(
        plans=plans,
        findings=(*gone(plans), *evaluate(plans, configuration), *refusals(plans), *findings(list(roles))),
        roles=roles,
        labels=frozenset(labels),
        uncounted=frozenset(uncounted),
        packages=packages or {},
        configuration=configuration,
        costs=costs or {},
    )
