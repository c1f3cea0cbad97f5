"""Judges every change by the table of verdicts; what nobody has judged is a finding, too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from tools.plan_review.configuration import Configuration
from tools.plan_review.differences import Node, differences
from tools.plan_review.markdown import code
from tools.plan_review.model import Action, Change, Plan
from tools.plan_review.reading import OUTPUT
from tools.plan_review.rule import Category, Finding, Rule
from tools.plan_review.rules.broken import INCOMPLETE, NOT_JUDGED, STACK_REMOVED
from tools.plan_review.rules.lost import DELETED_OUTSIDE
from tools.plan_review.settings import as_change
from tools.plan_review.verdicts import tree_of_unknown, trees_for

_MOST_ATTRIBUTES = 20


def evaluate(plans: Iterable[Plan], configuration: Configuration) -> Iterator[Finding]:
    """What the table says about each change, and about what was deleted outside of Terraform."""
    trees, unknown = trees_for(configuration), tree_of_unknown()
    for plan in plans:
        for change in plan.changes:
            known = change.type in trees
            found = _judged(change, plan, trees.get(change.type, unknown), known=known)
            for rule, details in found.items():
                if rule.of_gone or not plan.is_gone:
                    yield _finding(rule, change, details)
        yield from _lost(plan, trees)
        if not plan.complete:
            yield Finding(rule=INCOMPLETE, stack=plan.stack, address=plan.stack, action=None, detail="")


def _judged(change: Change, plan: Plan, root: Node, *, known: bool) -> Mapping[Rule, list[str]]:
    """The rules that hold, with the details of all attributes."""
    found: dict[Rule, list[str]] = {}
    if not known and change.action is not Action.FORGET:
        found[NOT_JUDGED] = [f"the type {code(change.type)}"]
    for node, one in differences(as_change(change, plan), plan, root):
        if node is None:
            if known:
                found.setdefault(NOT_JUDGED, []).append(code(one.path))
            continue
        for when, rule in node.verdicts or ():
            detail = when.test(one)
            if detail is not None:
                found.setdefault(rule, []).append(detail)
    return found


def _lost(plan: Plan, trees: Mapping[str, Node]) -> Iterator[Finding]:
    """What is lost with resources that were deleted outside of Terraform, whether they are created again or not."""
    for change in plan.lost:
        if root := trees.get(change.type):
            for rule in _judged(change, plan, Node(root.verdicts), known=True):
                if rule.lasting:
                    yield _finding(DELETED_OUTSIDE if rule.category is Category.LOST else rule, change, [])


def gone(plans: Iterable[Plan]) -> Iterator[Finding]:
    """Stacks that were removed from the code, but are still deployed."""
    for plan in (one for one in plans if one.is_gone):
        held = sum(change.action is Action.DELETE and change.type != OUTPUT for change in plan.changes)
        if held:
            detail = f"{held:,} resource{'' if held == 1 else 's'}"
            yield Finding(rule=STACK_REMOVED, stack=plan.stack, address=plan.stack, action=None, detail=detail)


def _finding(rule: Rule, change: Change, details: Sequence[str]) -> Finding:
    kept = list(dict.fromkeys(filter(None, details)))
    rest = len(kept) - _MOST_ATTRIBUTES
    detail = ", ".join(kept[:_MOST_ATTRIBUTES]) + (f" and {rest:,} more" if rest > 0 else "")
    return Finding(rule=rule, stack=change.stack, address=change.address, action=change.action, detail=detail)
