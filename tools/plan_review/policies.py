"""What a policy in JSON grants, compared by meaning: the order, division and names of statements don't matter."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from tools.plan_review.markdown import code
from tools.plan_review.model import Json

# AWS defines no resource level for these, so that "*" is the only way to grant them (Service Authorization Reference).
WITHOUT_RESOURCES = frozenset({"xray:puttracesegments", "xray:puttelemetryrecords"})
_MOST_GRANTS = 20_000


class Grant(NamedTuple):
    """One action on one resource for one principal (empty in a role's policy), under one condition."""

    effect: str
    principal: str
    action: str
    resource: str
    condition: str

    @property
    def allows(self) -> bool:
        """Whether it isn't an explicit deny."""
        return self.effect.lower() != "deny"

    @property
    def is_wide(self) -> bool:
        """Whether it grants every resource, or actions by wildcard."""
        if "*" in self.action or self.action.startswith("!"):
            return True
        anything = self.resource.startswith("!") or self.resource in ("*", "arn:*", "arn:aws:*")
        return anything and self.action.lower() not in WITHOUT_RESOURCES


Grants = frozenset[Grant]
NO_GRANTS: Grants = frozenset()


def parse(text: Json, references: Mapping[str, str]) -> Grants | None:
    """What the policy grants; `None` where it can't be read, or is too large to be compared.

    ARNs are replaced by the references that stand for them, so that both sides of a plan read the same.
    """
    if not isinstance(text, str):
        return None
    for arn, reference in references.items():
        text = text.replace(arn, reference)
    return _parsed(text)


@lru_cache(maxsize=256)  # several rules look at the same policy
def _parsed(text: str) -> Grants | None:
    try:
        document = json.loads(text)
        return frozenset(_grants(document)) if isinstance(document, Mapping) else None
    except (ValueError, RecursionError):
        return None


def _grants(document: Mapping[str, Json]) -> Iterator[Grant]:
    statements = document.get("Statement")
    left = _MOST_GRANTS
    for one in statements if isinstance(statements, list) else [statements]:
        if not isinstance(one, Mapping):
            raise ValueError("a statement that is no object")
        condition = json.dumps(_in_order(one["Condition"]), sort_keys=True) if one.get("Condition") else ""
        parts = [[p, a, r] for p in _principals(one) for a in _parts(one, "Action") for r in _parts(one, "Resource")]
        left -= len(parts)
        if left < 0:
            raise ValueError("more grants than can be compared")
        for principal, action, resource in parts:
            yield Grant(str(one.get("Effect")), principal, action, resource, condition)


def _in_order(condition: Json) -> Json:
    """The same condition: the order of values doesn't matter, and one value needs no list."""
    if isinstance(condition, Mapping):
        return {name: _in_order(inner) for name, inner in condition.items()}
    if isinstance(condition, list):
        return condition[0] if len(condition) == 1 else sorted(condition, key=str)
    return condition


def _parts(statement: Mapping[str, Json], name: str) -> list[str]:
    if f"Not{name}" in statement:
        return [f"!{', '.join(sorted(_texts(statement[f'Not{name}'])))}"]
    return _texts(statement.get(name)) or ([""] if name == "Resource" else [])


def _principals(statement: Mapping[str, Json]) -> list[str]:
    for name, sign in (("Principal", ""), ("NotPrincipal", "!")):
        found = statement.get(name)
        if isinstance(found, Mapping):
            return [
                f"{sign}{kind}: {one}" if kind != "AWS" or one != "*" else "*"
                for kind in found
                for one in _texts(found[kind])
            ]
        if found is not None:
            return [f"{sign}{one}" for one in _texts(found)]
    return [""]


def _texts(value: Json) -> list[str]:
    return [str(one) for one in (value if isinstance(value, list) else [value])] if value is not None else []


def not_covered(grants: Collection[Grant], by: Collection[Grant]) -> list[Grant]:
    """The grants that none of the others includes already, sorted."""
    others = [
        one for one in by if not one.condition or any("*" in it or "!" in it for it in (one.action, one.resource))
    ]
    return sorted(one for one in grants if one not in by and not any(_covers(other, one) for other in others))


def _covers(wide: Grant, narrow: Grant) -> bool:
    return (
        (wide.effect, wide.principal) == (narrow.effect, narrow.principal)
        and wide.condition in ("", narrow.condition)
        and matches(wide.action.lower(), narrow.action.lower())
        and matches(wide.resource, narrow.resource)
    )


def matches(pattern: str, text: str) -> bool:
    """Whether the pattern, as IAM writes it, includes all that the text, or the pattern in it, does."""
    if pattern == text:
        return True
    if pattern.startswith("!"):  # all but these; of what has wildcards or variables in it, it isn't known
        return not set(text) & set("!*?$") and not any(matches(one, text) for one in pattern[1:].split(", "))
    return bool("*" in pattern and _compiled(pattern).fullmatch(text))


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str]:
    # Adjacent stars are one: otherwise a pattern with many would take very long.
    return re.compile(".*".join(re.escape(part) for part in re.split(r"\*+", pattern)), re.DOTALL)


def lines_of(grants: Collection[Grant], *, region: str | None = None, most: int = 12) -> list[str]:
    """A line for each resource: its actions, the condition, and whether there are wildcards."""
    lines: dict[tuple[str, str, str, str], list[str]] = {}
    wide = set()
    for one in sorted(grants):
        key = (one.effect, one.principal, one.resource, one.condition)
        lines.setdefault(key, []).append(one.action)
        if one.is_wide and one.allows:
            wide.add(key)
    found = [_line(key, actions, key in wide, region) for key, actions in lines.items()]
    rest = len(found) - most
    return found if rest <= 0 else [*found[:most], f"and {rest:,} more"]


def _line(key: tuple[str, str, str, str], actions: list[str], wide: bool, region: str | None) -> str:
    effect, principal, resource, condition = (in_any(region, part) for part in key)
    names = ", ".join(code(action) for action in actions[:10])
    more = f" and {len(actions) - 10:,} more" if len(actions) > 10 else ""
    whom = f"{code(principal)}: " if principal else ""
    deny = "**deny** of " if effect.lower() == "deny" else ""
    where = f" on {code(resource)}" if resource else ""
    only = f" if {code(condition)}" if condition else ""
    mark = " **(wildcard)**" if wide else ""
    return f"{whom}{deny}{names}{more}{where}{only}{mark}"


def in_any(region: str | None, text: str) -> str:
    """The text with `<region>` for the stack's own, so that the same grants in several regions read the same."""
    return text.replace(region, "<region>") if region else text
