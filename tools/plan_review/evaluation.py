"""Checks every change by every rule."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from tools.plan_review.model import Action, Change, Plan
from tools.plan_review.reading import OUTPUT
from tools.plan_review.rule import Finding, Predicate, Rule
from tools.plan_review.rules.broken import GONE

_ANY = "*"


def evaluate(plans: Iterable[Plan], rules: Sequence[Rule]) -> Iterator[Finding]:
    """Findings of the rules that look at single changes."""
    by_type = _by_type(rules)
    for plan in plans:
        for change in plan.changes:
            for rule, test, attributes in (*by_type.get(change.type, ()), *by_type.get(_ANY, ())):
                if plan.is_gone and not rule.of_gone:
                    continue
                # One finding for the rule, with the details of all attributes.
                details = [detail for name in attributes if (detail := test(change, name, plan)) is not None]
                if details:
                    yield _finding(rule, change, details)


def gone(plans: Iterable[Plan]) -> Iterator[Finding]:
    """Stacks that were removed from the code, but are still deployed."""
    for plan in (one for one in plans if one.is_gone):
        held = sum(change.action is Action.DELETE and change.type != OUTPUT for change in plan.changes)
        if held:
            detail = f"{held:,} resource{'' if held == 1 else 's'}"
            yield Finding(rule=GONE, stack=plan.stack, address=plan.stack, action=None, detail=detail)


def _by_type(rules: Sequence[Rule]) -> Mapping[str, list[tuple[Rule, Predicate, tuple[str, ...]]]]:
    found: dict[str, list[tuple[Rule, Predicate, tuple[str, ...]]]] = {}
    for rule in rules:
        for type_, attributes in rule.on.items():
            if rule.test:
                found.setdefault(type_, []).append((rule, rule.test, attributes or ("",)))
    return found


def _finding(rule: Rule, change: Change, details: Sequence[str]) -> Finding:
    detail = ", ".join(dict.fromkeys(filter(None, details)))
    return Finding(rule=rule, stack=change.stack, address=change.address, action=change.action, detail=detail)
