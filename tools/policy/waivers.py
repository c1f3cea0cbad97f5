"""Findings that are accepted, each with its reason: `policy/waivers.toml`."""

import datetime
import re
import tomllib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from stacks.identity import StackKind
from tools.policy.findings import Finding

_KEYS = {"check", "kind", "stack", "resources", "reason", "owner", "expires"}
_CHECK = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)+")
_STACK = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)+")
_RESOURCE = re.compile(r"[a-z]+(_[a-z0-9]+)+(\.[A-Za-z0-9_-]+)?")
_OWNER = re.compile(r"[a-z]+([ -][a-z]+)*")  # a role: people come and go
_SHORTEST_REASON = 30
_LONGEST_DAYS = 366
_ONLY_WHERE_FOUND = "take it out of the waiver, or waive it only where it is found"


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiver:
    """One check, waived for named resources, or all of a type, of one stack, or of every stack of one kind."""

    check: str
    where: str
    resources: tuple[str, ...]
    expires: datetime.date

    def covers(self, finding: Finding, kind: str) -> bool:
        """Whether the finding, in a stack of this kind, is one of those that it accepts."""
        here = self.where in (finding.stack, kind)
        return here and finding.check == self.check and any(_is(finding.resource, name) for name in self.resources)


def load_waivers(path: Path, today: datetime.date) -> tuple[list[Waiver], list[str]]:
    """The waivers of a file that are in order, and a line on each thing that is not, with what to do."""
    try:
        tables = tomllib.loads(path.read_text()).get("waiver", [])
    except (OSError, tomllib.TOMLDecodeError) as error:
        return [], [f"{path.name}: can't be read: {error}"]
    waivers, problems = [], []
    for number, table in enumerate(tables, start=1):
        wrong = list(_problems(table, today))
        problems += [f"{path.name}: waiver {number} ({table.get('check')}): {text}" for text in wrong]
        if not wrong:
            where = table.get("kind") or table.get("stack")
            resources = tuple(table["resources"])
            waivers.append(Waiver(check=table["check"], where=where, resources=resources, expires=table["expires"]))
    return waivers, problems


def unused(waivers: Iterable[Waiver], findings: Collection[Finding], kinds: Mapping[str, str]) -> list[str]:
    """A line on each waiver, or part of one, that accepts nothing.

    One for a kind is used if one stack of it has the finding: in others, settings may prevent it. `kinds` holds
    the kind of every stack, by the stack's name.
    """
    problems = []
    for waiver in waivers:
        scope = [stack for stack, kind in kinds.items() if waiver.where in (stack, kind)]
        for resource in waiver.resources:
            where = {one.stack for one in findings if one.check == waiver.check and _is(one.resource, resource)}
            if where.isdisjoint(scope):
                places = ", ".join(scope) or f"{waiver.where}, which is not checked"
                problems.append(f"{waiver.check} of {resource} is not found in {places}: {_ONLY_WHERE_FOUND}")
    return problems


def _is(resource: str, name: str) -> bool:
    """Whether a name in a waiver, an address or a type, stands for the resource."""
    return name in (resource, resource.partition(".")[0])


def _problems(table: dict[str, object], today: datetime.date) -> Iterable[str]:
    missing = {"check", "resources", "reason", "owner", "expires"} - set(table)
    unknown = set(table) - _KEYS
    if missing or unknown:
        yield f"missing {sorted(missing)}, unknown {sorted(unknown)}; allowed: {sorted(_KEYS)}"
        return
    if not _CHECK.fullmatch(str(table["check"])):
        yield f"check is {table['check']!r}; allowed: one id, such as CKV_AWS_144"
    yield from _place_problems(table)
    yield from _resource_problems(table["resources"])
    if not isinstance(table["reason"], str) or len(table["reason"]) < _SHORTEST_REASON:
        yield "reason is too short; say why the finding is right for this resource, or what does the job instead"
    if not _OWNER.fullmatch(str(table["owner"])):
        yield f"owner is {table['owner']!r}; allowed: a role in lower case, such as platform team"
    yield from _expiry_problems(table["expires"], today)


def _place_problems(table: dict[str, object]) -> Iterable[str]:
    if ("kind" in table) == ("stack" in table):
        yield "needs either kind or stack"
    elif "kind" in table and table["kind"] not in list(StackKind):
        yield f"kind is {table['kind']!r}; allowed: {', '.join(StackKind)}"
    elif "stack" in table and not (isinstance(table["stack"], str) and _STACK.fullmatch(table["stack"])):
        yield f"stack is {table['stack']!r}, a blanket; allowed: the name of one stack, such as tap-dev-us-east-1"


def _resource_problems(resources: object) -> Iterable[str]:
    if not isinstance(resources, list) or not resources:
        yield f"resources is {resources!r}; allowed: a list of addresses"
        return
    for resource in resources:
        if not isinstance(resource, str) or not _RESOURCE.fullmatch(resource):
            yield f"resource {resource!r} is a blanket; allowed: an exact address (aws_s3_bucket.archive) or a type"


def _expiry_problems(expires: object, today: datetime.date) -> Iterable[str]:
    if type(expires) is not datetime.date:
        yield f"expires is {expires!r}; allowed: a date without quotes, such as {today}"
    elif expires < today:
        yield f"expired on {expires}; repair what it waives, or look at the reason again and set a new date"
    elif (expires - today).days > _LONGEST_DAYS:
        yield f"expires on {expires}; allowed: within a year, so that somebody looks at the reason again"
