"""What a review has to know about the project whose plans it reads; everything else is the same for every project."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from tools.plan_review.model import Json, ReviewError
from tools.plan_review.rule import Category

FILE = Path("plan-review.toml")


# What can be said of a variable; after `becomes` comes the value.
CHANGES = ("differs", "lowered", "raised", "shortened", "becomes")


@dataclass(frozen=True, kw_only=True, slots=True)
class Variables:
    """Environment variables of Lambda functions, and what a change of them does.

    `when` is one of `CHANGES`; `label` that of a category; `id` and `message` are those of the rule that reports it.
    """

    names: tuple[str, ...]
    when: str
    label: str
    id: str
    message: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Configuration:
    """A project's own part of a review.

    `marker`: first line of the comment, an HTML comment by which a later one finds it; `plans`: folder of the plans;
    `make_plans`: the command that writes them; `region`: a regular expression whose first group is the region in the
    name of a stack; `by_hand`: a regular expression for names of stacks that only people deploy; `labels_by`: whose
    labels count: `others` than the author, or `anyone`; `public_routes`: of API Gateway, open to everybody on purpose;
    `variables` and `free_variables`: what changes of functions' environment variables do. What is in neither isn't
    judged.
    """

    marker: str = "<!-- terraform-plan-review -->"
    plans: str = "plans"
    make_plans: str = "terraform show -json"
    region: str | None = None
    by_hand: str | None = None
    labels_by: str = "others"
    public_routes: tuple[str, ...] = ()
    variables: tuple[Variables, ...] = ()
    free_variables: tuple[str, ...] = ()

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
    for name in ("marker", "plans", "make_plans", "region", "by_hand", "labels_by"):
        if not isinstance(found.get(name, ""), str):
            raise ReviewError(f"{name}: got {found[name]!r}; allowed: a text")
    variables = found.get("variables", [])
    if not isinstance(variables, list):
        raise ReviewError(f"variables: got {variables!r}; allowed: tables [[variables]]")
    made = {
        "public_routes": _texts("public_routes", found.get("public_routes", []), "such as GET /health"),
        "free_variables": _texts("free_variables", found.get("free_variables", []), "names of variables"),
        "variables": tuple(map(_variables, variables)),
    }
    return Configuration(**{**found, **made})


def _variables(found: Json) -> Variables:
    keys = [field.name for field in fields(Variables)]
    texts = {key: value for key, value in found.items() if key != "names"} if isinstance(found, dict) else {}
    if sorted([*texts, "names"]) != sorted(keys) or not all(isinstance(one, str) and one for one in texts.values()):
        raise ReviewError(f"variables: got {found!r}; allowed: {', '.join(keys)}")
    when, _, value = texts["when"].partition(" ")
    if when not in CHANGES or bool(value) != (when == "becomes"):
        allowed = "differs, lowered, raised, shortened, or becomes with a value, such as `becomes open`"
        raise ReviewError(f"variables: when: got {texts['when']!r}; allowed: {allowed}")
    labels = [category.label for category in Category]
    if texts["label"] not in labels:
        raise ReviewError(f"variables: label: got {texts['label']!r}; allowed: {', '.join(labels)}")
    return Variables(names=_texts("variables: names", found.get("names"), "names of variables"), **texts)


def _texts(name: str, found: Json, what: str) -> tuple[str, ...]:
    if not isinstance(found, list) or not all(isinstance(one, str) and one for one in found):
        raise ReviewError(f"{name}: got {found!r}; allowed: a list of texts, {what}")
    return tuple(found)
