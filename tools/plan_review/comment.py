"""The review as one Markdown comment, the worst first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from tools.plan_review.grouping import Group, grouped
from tools.plan_review.markdown import LONGEST_COMMENT, code, cut, folded, table
from tools.plan_review.model import Action, Change, Plan
from tools.plan_review.packages import changed_files, is_code_only
from tools.plan_review.policies import lines_of
from tools.plan_review.review import Review
from tools.plan_review.roles import RoleDifference
from tools.plan_review.rule import Category, Finding
from tools.plan_review.rules.iam import GAINED, UNKNOWN, WILDCARD
from tools.plan_review.values import shown

_VERBS = {
    Action.CREATE: "create",
    Action.UPDATE: "change",
    Action.REPLACE: "**replace**",
    Action.DELETE: "**destroy**",
    Action.FORGET: "forget",
    Action.READ: "read",
    Action.NOTHING: "move",
}
_COUNTED = (Action.CREATE, Action.UPDATE, Action.REPLACE, Action.DELETE)
_ORDER = {action: place for place, action in enumerate((Action.DELETE, Action.REPLACE, Action.UPDATE))}
# Characters for each part. What a part doesn't use, no other part gets, so that the sum is always below the limit.
_SHARES = {"stacks": 4_000, "findings": 24_000, "roles": 13_000, "code": 4_000, "rest": 11_000, "drift": 1_500}
_MOST_ADDRESSES = 25
_MOST_ATTRIBUTES = 12


def comment(review: Review) -> str:
    """The Markdown, at most 59,000 characters whatever is in the plans."""
    lines = [
        review.configuration.marker,
        f"## Plan review: {_title(review)}",
        "",
        *_verdict(review),
        *cut(_stacks(review), _SHARES["stacks"]),
        "",
        *_findings(review),
        *_roles(review),
        *_code(review),
        *_rest(review),
        *_drift(review),
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
    yield ""


def _stacks(review: Review) -> list[str]:
    rows = []
    for plan in review.plans:
        counts = Counter(change.action for change in plan.changes if change.type != "output")
        note = " (removed from the code)" if plan.is_gone else ""
        note += "" if plan.complete else " (incomplete: Terraform deferred some changes)"
        rows.append([f"{code(plan.stack)}{note}", *(_count(counts[action], action) for action in _COUNTED)])
    return table(["stack", "create", "change", "replace", "destroy"], rows)


def _count(number: int, action: Action) -> str:
    text = f"{number:,}" if number else "-"
    return f"**{text}**" if number and action in (Action.REPLACE, Action.DELETE) else text


def _findings(review: Review) -> Iterator[str]:
    share = _SHARES["findings"] // len(Category)
    for category in Category:
        found = [one for one in review.findings if one.rule.category is category]
        if not found:
            continue
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
    verb = f" {_VERBS[finding.action]}" if finding.action in (Action.REPLACE, Action.DELETE) else ""
    detail = f": {finding.detail}" if finding.detail else ""
    return f"{code(finding.address)}{group.times}{verb}{detail}"


def _roles(review: Review) -> Iterator[str]:
    groups = grouped(review.roles, _role_key, lambda one: one.stack)
    loud = [one for one in groups if one.one.rule in (GAINED, WILDCARD, UNKNOWN)]
    quiet = [one for one in groups if one not in loud]
    if loud:
        yield "### Roles"
        yield ""
        yield from cut([line for group in loud for line in _role(group)], _SHARES["roles"] - 3_000)
        yield ""
    if quiet:
        lines = cut([line for group in quiet for line in _role(group)], 2_800)
        yield from folded(f"New roles, and roles that only lose permissions ({len(quiet):,})", lines)


def _role_key(one: RoleDifference) -> tuple[object, ...]:
    return (one.address, one.is_new, one.is_unknown, *_gains(one))


def _gains(one: RoleDifference) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return tuple(lines_of(one.gained, region=one.region)), tuple(lines_of(one.lost, region=one.region))


def _role(group: Group[RoleDifference]) -> Iterator[str]:
    one = group.one
    gained, lost = _gains(one)
    state = " (new)" if one.is_new else ""
    yield f"- {code(one.address)}{group.times}{state}{': unknown' if one.is_unknown else ''}"
    yield from (f"  - gains {line}" for line in gained)
    yield from (f"  - loses {line}" for line in lost)


def _code(review: Review) -> Iterator[str]:
    changes = [change for change in _changes(review) if is_code_only(change)]
    if not changes:
        return
    groups = grouped(changes, lambda one: (one.address, shown(one, "source_code_hash")), lambda one: one.stack)
    yield "### Code only"
    yield ""
    yield from cut([_package(group, review) for group in groups], _SHARES["code"] - 100)
    yield ""


def _package(group: Group[Change], review: Review) -> str:
    change = group.one
    hashes = shown(change, "source_code_hash")
    old_new = " -> ".join(code(part[:12]) for part in hashes.split(" -> ")) if hashes else "new package"
    files = changed_files(change, review.packages)
    if files is None:
        return f"- {code(change.address)}{group.times}: {old_new}"
    names = ", ".join(map(code, files[:8])) + (f" and {len(files) - 8:,} more" if len(files) > 8 else "")
    return f"- {code(change.address)}{group.times}: {old_new}: {names or 'no file'}"


def _rest(review: Review) -> Iterator[str]:
    """Every change, those with findings too: a finding is only a part of what a change does."""
    changes = sorted(
        (change for change in _changes(review) if not is_code_only(change)),
        key=lambda one: (_ORDER.get(one.action, len(_ORDER)), one.type, one.address),
    )
    groups = grouped(changes, lambda one: (one.address, one.action, _attributes(one)), lambda one: one.stack)
    if groups:
        rows = [[_VERBS[g.one.action], f"{code(g.one.address)}{g.times}", _attributes(g.one)] for g in groups]
        lines = cut(table(["", "resource", "attributes"], rows), _SHARES["rest"] - 200)
        yield from folded(f"All changes ({len(groups):,})", lines)


def _changes(review: Review) -> Iterator[Change]:
    return (change for plan in review.plans for change in plan.changes)


def _attributes(change: Change) -> str:
    """What differs, with values where these may be shown; nothing of what is created or destroyed."""
    if change.action not in (Action.UPDATE, Action.REPLACE) or change.type == "output":
        return ""
    # Unknown values are mostly those that AWS computes from the others.
    names = [name for name in change.changed if name in change.after] or list(change.changed)
    first = [_attribute(change, name) for name in names[:_MOST_ATTRIBUTES]]
    rest = len(names) - _MOST_ATTRIBUTES
    return ", ".join(first) + (f" and {rest} more" if rest > 0 else "")


def _attribute(change: Change, name: str) -> str:
    values = shown(change, name)
    return f"{code(name)}: {values}" if values else code(name)


def _drift(review: Review) -> Iterator[str]:
    drifted = [(plan, address) for plan in review.plans for address in plan.drifted]
    groups = grouped(drifted, lambda one: one[1], _stack_of)
    if groups:
        lines = cut([f"- {code(group.one[1])}{group.times}" for group in groups], _SHARES["drift"] - 200)
        yield from folded(f"Changed outside Terraform since the last apply ({len(groups):,})", lines)


def _stack_of(one: tuple[Plan, str]) -> str:
    return one[0].stack
