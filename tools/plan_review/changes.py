"""The parts of the comment about changes, whatever the rules find in them."""

from __future__ import annotations

from collections.abc import Iterator

from tools.plan_review.grouping import Group, grouped
from tools.plan_review.markdown import code, cut, folded, table
from tools.plan_review.model import Action, Change, Plan
from tools.plan_review.packages import changed_files, is_code_only
from tools.plan_review.review import Review
from tools.plan_review.values import shown

VERBS = {
    Action.CREATE: "create",
    Action.UPDATE: "change",
    Action.REPLACE: "**replace**",
    Action.DELETE: "**destroy**",
    Action.FORGET: "forget",
    Action.READ: "read",
    Action.NOTHING: "move",
}
_ORDER = {action: place for place, action in enumerate((Action.DELETE, Action.REPLACE, Action.UPDATE))}
_MOST_ATTRIBUTES = 12


def code_only(review: Review, characters: int) -> Iterator[str]:
    """Functions of which only the package changes."""
    changes = [change for change in _changes(review) if is_code_only(change)]
    if not changes:
        return
    groups = grouped(changes, lambda one: (one.address, shown(one, "source_code_hash")), lambda one: one.stack)
    yield "### Code only"
    yield ""
    yield from cut([_package(group, review) for group in groups], characters - 100)
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


def all_changes(review: Review, characters: int) -> Iterator[str]:
    """Every change, those with findings too: a finding is only a part of what a change does."""
    changes = sorted(
        (change for change in _changes(review) if not is_code_only(change)),
        key=lambda one: (_ORDER.get(one.action, len(_ORDER)), one.type, one.address),
    )
    groups = grouped(changes, lambda one: (one.address, one.action, _attributes(one)), lambda one: one.stack)
    if groups:
        rows = [[VERBS[g.one.action], f"{code(g.one.address)}{g.times}", _attributes(g.one)] for g in groups]
        lines = cut(table(["", "resource", "attributes"], rows), characters - 200)
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


def drift(review: Review, characters: int) -> Iterator[str]:
    """Resources that were changed outside Terraform."""
    drifted = [(plan, address) for plan in review.plans for address in plan.drifted]
    groups = grouped(drifted, lambda one: one[1], _stack_of)
    if groups:
        lines = cut([f"- {code(group.one[1])}{group.times}" for group in groups], characters - 200)
        yield from folded(f"Changed outside Terraform since the last apply ({len(groups):,})", lines)


def _stack_of(one: tuple[Plan, str]) -> str:
    return one[0].stack
