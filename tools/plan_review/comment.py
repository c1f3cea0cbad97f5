"""The review as one Markdown comment, the worst first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from tools.plan_review.changes import VERBS, all_changes, code_only, drift
from tools.plan_review.costs import cost_lines
from tools.plan_review.grouping import Group, grouped
from tools.plan_review.markdown import LONGEST_COMMENT, code, cut, folded, table
from tools.plan_review.model import Action
from tools.plan_review.review import Review
from tools.plan_review.roles import RoleDifference
from tools.plan_review.rule import Category, Finding

_COUNTED = (Action.CREATE, Action.UPDATE, Action.REPLACE, Action.DELETE)
# Characters for each part. What a part doesn't use, no other part gets, so that the sum is always below the limit.
_SHARES = {
    "stacks": 4_000,
    "costs": 2_000,
    "findings": 24_000,
    "roles": 13_000,
    "code": 4_000,
    "changes": 9_000,
    "drift": 1_500,
}
_MOST_ADDRESSES = 25


def comment(review: Review) -> str:
    """The Markdown, at most 59,000 characters whatever is in the plans."""
    lines = [
        review.configuration.marker,
        f"## Plan review: {_title(review)}",
        "",
        *_verdict(review),
        *cut(_stacks(review), _SHARES["stacks"]),
        "",
        *_costs(review),
        *_findings(review),
        *_roles(review),
        *code_only(review, _SHARES["code"]),
        *all_changes(review, _SHARES["changes"]),
        *drift(review, _SHARES["drift"]),
        "Values are shown for a few attributes only, never sensitive ones. The complete plan is beside this review.",
    ]
    return "\n".join(cut(lines, LONGEST_COMMENT)) + "\n"


def failed(reason: str, marker: str) -> str:
    """The comment when there is no review, so that nobody takes an older one for it."""
    return f"{marker}\n## Plan review: failed\n\n> [!WARNING]\n> There is no review: {code(reason)}\n"


def _title(review: Review) -> str:
    changes = sum(len(plan.changes) for plan in review.plans)
    stacks = f"{len(review.plans):,} stack{'' if len(review.plans) == 1 else 's'}"
    return f"{stacks}, {changes:,} change{'' if changes == 1 else 's'}" if changes else f"{stacks}, no changes"


def _verdict(review: Review) -> Iterator[str]:
    """What to do, for those who read nothing else."""
    needed = review.needed
    missing = [f"{code(label)} ({needed[label]:,})" for label in review.missing]
    accepted = [code(label) for label in sorted(set(needed) & review.labels)]
    if missing:
        yield "> [!CAUTION]"
        yield f"> Needs {'labels' if len(missing) > 1 else 'the label'}: {', '.join(missing)}"
    elif accepted:
        yield "> [!WARNING]"
    else:
        yield "No label is needed."
    if accepted:
        yield f"> Accepted by label: {', '.join(accepted)}"
    if uncounted := sorted(review.uncounted.intersection(review.missing)):
        by = "A person who is neither the author nor pushed last gives it, after the last push."
        yield f"> Doesn't count: {', '.join(map(code, uncounted))}. {by}"
    yield ""


def _stacks(review: Review) -> list[str]:
    rows = []
    for plan in review.plans:
        counts = Counter(change.action for change in plan.changes if change.type != "output")
        note = " (removed from the code)" if plan.is_gone else ""
        if plan.changes and review.configuration.is_by_hand(plan.stack):
            note += " (**no workflow deploys it: a person does, before the merge**)"
        note += "" if plan.complete else " (incomplete: Terraform deferred some changes)"
        rows.append([f"{code(plan.stack)}{note}", *(_count(counts[action], action) for action in _COUNTED)])
    return table(["stack", "create", "change", "replace", "destroy"], rows)


def _count(number: int, action: Action) -> str:
    text = f"{number:,}" if number else "-"
    return f"**{text}**" if number and action in (Action.REPLACE, Action.DELETE) else text


def _costs(review: Review) -> Iterator[str]:
    lines = list(cost_lines(review.costs))
    if lines:
        yield "Costs, for the traffic that the environments declare:"
        yield ""
        yield from cut(lines, _SHARES["costs"])
        yield ""


def _findings(review: Review) -> Iterator[str]:
    by_category: dict[Category, list[Finding]] = {}
    for one in review.findings:
        by_category.setdefault(one.rule.category, []).append(one)
    share = _SHARES["findings"] // max(len(by_category), 1)
    for category in (one for one in Category if one in by_category):
        found = by_category[category]
        label = f" - label {code(category.label)}" if any(one.rule.label for one in found) else ""
        yield f"### {category.title}{label}"
        yield ""
        yield from cut(list(_rules(found)), share - 200)
        yield ""


def _rules(found: list[Finding]) -> Iterator[str]:
    by_rule: dict[str, list[Finding]] = {}
    for finding in found:
        by_rule.setdefault(finding.rule.id, []).append(finding)
    for findings in by_rule.values():
        rule = findings[0].rule
        yield f"- **{rule.message}** ({code(rule.id)})"
        groups = grouped(findings, lambda one: (one.address, one.action, one.detail), lambda one: one.stack)
        for group in groups[:_MOST_ADDRESSES]:
            yield f"  - {_finding(group)}"
        if len(groups) > _MOST_ADDRESSES:
            yield f"  - and {len(groups) - _MOST_ADDRESSES:,} more"


def _finding(group: Group[Finding]) -> str:
    finding = group.one
    verb = f" {VERBS[finding.action]}" if finding.action in (Action.REPLACE, Action.DELETE) else ""
    detail = f": {finding.detail}" if finding.detail else ""
    return f"{code(finding.address)}{group.times}{verb}{detail}"


def _roles(review: Review) -> Iterator[str]:
    groups = grouped(review.roles, _role_key, lambda one: one.stack)
    loud = [one for one in groups if one.one.rules]
    quiet = [one for one in groups if not one.one.rules]
    if loud:
        yield "### Roles"
        yield ""
        yield from cut([line for group in loud for line in _role(group)], _SHARES["roles"] - 3_000)
        yield ""
    if quiet:
        lines = cut([line for group in quiet for line in _role(group)], 2_800)
        yield from folded(f"New roles, and roles that are destroyed ({len(quiet):,})", lines)


def _role_key(one: RoleDifference) -> tuple[object, ...]:
    return (one.address, one.role, one.rules, one.is_new, *one.gains_in_words(), *one.losses_in_words())


def _role(group: Group[RoleDifference]) -> Iterator[str]:
    one = group.one
    role = f" of {code(one.role)}" if one.role else ""
    state = " (new)" if one.is_new else " (destroyed)" if one.is_ended else ""
    yield f"- {code(one.address)}{group.times}{role}{state}{': unknown' if one.is_unknown else ''}"
    yield from (f"  - {line}" for line in (*one.gains_in_words(), *one.losses_in_words()))
