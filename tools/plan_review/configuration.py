"""What a review has to know about the project whose plans it reads; everything else is the same for every project."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from tools.plan_review.model import Json, ReviewError

FILE = Path("plan-review.toml")


@dataclass(frozen=True, kw_only=True, slots=True)
class ExposingVariable:
    """An environment variable of Lambda functions, and the value of it that opens something to everybody.

    `id` and `message` are those of the rule that reports it.
    """

    id: str
    name: str
    value: str
    message: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Configuration:
    """A project's own part of a review.

    `marker`: first line of the comment, an HTML comment by which a later one finds it; `plans`: folder of the plans;
    `make_plans`: the command that writes them; `region`: a regular expression whose first group is the region in the
    name of a stack; `by_hand`: a regular expression for names of stacks that only people deploy; `labels_by`: whose
    labels count: `others` than the author, or `anyone`; `public_routes`: of API Gateway, open to everybody on purpose.
    """

    marker: str = "<!-- terraform-plan-review -->"
    plans: str = "plans"
    make_plans: str = "terraform show -json"
    region: str | None = None
    by_hand: str | None = None
    labels_by: str = "others"
    public_routes: tuple[str, ...] = ()
    exposing_variables: tuple[ExposingVariable, ...] = ()

    def __post_init__(self) -> None:
        """What can't be is a `ReviewError`."""
        if not re.fullmatch(r"<!-- [^\n]+ -->", self.marker):
            raise ReviewError(f"marker: got {self.marker!r}; allowed: an HTML comment, such as <!-- plan review -->")
        if self.labels_by not in ("others", "anyone"):
            raise ReviewError(f"labels_by: got {self.labels_by!r}; allowed: others, anyone")
        for name, text in (("region", self.region or "()"), ("by_hand", self.by_hand or "")):
            try:
                groups = re.compile(text).groups
            except re.error as error:
                raise ReviewError(f"{name}: got {text!r}: {error}; allowed: a regular expression") from None
            if name == "region" and groups != 1:
                raise ReviewError(f"region: got {text!r}; allowed: a regular expression with one group")

    def region_of(self, stack: str) -> str | None:
        """The region in the name of a stack, if there is one."""
        found = re.search(self.region, stack) if self.region else None
        return found[1] if found else None

    def is_by_hand(self, stack: str) -> bool:
        """Whether only people deploy the stack."""
        return self.by_hand is not None and re.search(self.by_hand, stack) is not None


DEFAULTS = Configuration()


def read_configuration(path: Path = FILE, *, required: bool = False) -> Configuration:
    """What the file says, or the defaults where there is none; what can't be read or isn't known is a `ReviewError`."""
    if not path.exists() and not required:
        return DEFAULTS
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ReviewError(f"{path}: {error.strerror or error}") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ReviewError(f"{path}: not TOML: {error}") from None
    try:
        return _configuration(found)
    except ReviewError as error:
        raise ReviewError(f"{path}: {error}") from None


def _configuration(found: Mapping[str, Json]) -> Configuration:
    known = [field.name for field in fields(Configuration)]
    if unknown := [name for name in found if name not in known]:
        raise ReviewError(f"{unknown[0]}: unknown key; allowed: {', '.join(known)}")
    variables, routes = found.get("exposing_variables", []), found.get("public_routes", [])
    for name in ("marker", "plans", "make_plans", "region", "by_hand", "labels_by"):
        if not isinstance(found.get(name, ""), str):
            raise ReviewError(f"{name}: got {found[name]!r}; allowed: a text")
    if not isinstance(routes, list) or not all(isinstance(one, str) for one in routes):
        raise ReviewError(f"public_routes: got {routes!r}; allowed: a list of texts, such as GET /health")
    if not isinstance(variables, list):
        raise ReviewError(f"exposing_variables: got {variables!r}; allowed: tables [[exposing_variables]]")
    made = {"public_routes": tuple(routes), "exposing_variables": tuple(map(_variable, variables))}
    return Configuration(**{**found, **made})


def _variable(found: Json) -> ExposingVariable:
    names = [field.name for field in fields(ExposingVariable)]
    if not isinstance(found, dict) or sorted(found) != sorted(names) or not all(map(_is_text, found.values())):
        raise ReviewError(f"exposing_variables: got {found!r}; allowed: the texts {', '.join(names)}")
    return ExposingVariable(**found)


def _is_text(value: Json) -> bool:
    return isinstance(value, str) and bool(value)
