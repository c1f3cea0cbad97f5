"""Everything that is wrong with one parsed settings file."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from stacks.settings.consistency_rules import TOGETHER
from stacks.settings.fields import Location, fields_at, leaves, section_of, type_at
from stacks.settings.model import Settings
from stacks.settings.production_rules import PRODUCTION, rules_for
from stacks.settings.rule import Refusal, Rule, refusals
from stacks.settings.secret_scan import secret_kind, secrets_in
from stacks.settings.valid_values import ValidValues, collect_valid_values
from stacks.settings.wording import allowed_text, choices_of, key_text, nearest, shown


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem before it has a line: what it is about, and what else it depends on."""

    location: Location
    message: str
    related: tuple[Location, ...] = ()


def check(data: Mapping[str, object], environment: str) -> tuple[Settings | None, list[Finding]]:
    """Return the settings if nothing is wrong, else everything that is."""
    secrets = dict(secrets_in(data))
    settings, errors = _validate(data)
    refused = frozenset([*secrets, *(error["loc"] for error in errors)])
    valid = collect_valid_values(data, refused)
    rules = (*TOGETHER, *PRODUCTION, *rules_for(environment))
    findings = [
        *(Finding(_without_secret(location), _secret_message(kind)) for location, kind in secrets.items()),
        *(finding for error in errors if not _would_show(error, secrets) for finding in _field_findings(error)),
        *(_rule_finding(rule, refusal, valid) for rule, refusal in refusals(rules, valid)),
    ]
    return (None if findings else settings), findings


def _validate(data: Mapping[str, object]) -> tuple[Settings | None, list[ErrorDetails]]:
    try:
        return Settings.model_validate(data), []
    except ValidationError as error:
        errors = error.errors(include_url=False, include_context=False)
        return None, [one for one in errors if not any(_inside(other["loc"], one["loc"]) for other in errors)]


def _inside(location: Location, outer: Location) -> bool:
    """Whether a problem is part of another: a list whose items are all refused is also reported as empty."""
    return len(location) > len(outer) and location[: len(outer)] == outer


def _would_show(error: ErrorDetails, secrets: Mapping[Location, str]) -> bool:
    """Whether a message would show a secret: its value is one, or a list with one."""
    location = error["loc"]
    return error["type"] != "extra_forbidden" and any(secret[: len(location)] == location for secret in secrets)


def _secret_message(kind: str) -> str:
    return (
        f"looks like {kind}, not shown here; allowed: no secrets in settings; "
        "revoke it if it was real, and keep the new one in AWS Secrets Manager"
    )


def _field_findings(error: ErrorDetails) -> Iterator[Finding]:
    location = error["loc"]
    if error["type"] == "extra_forbidden":
        yield Finding(_without_secret(location), _unknown_message(location))
    elif error["type"] == "missing":
        yield from _missing_findings(location)
    else:
        yield Finding(location, _value_message(location, error["input"]))


def _missing_findings(location: Location) -> Iterator[Finding]:
    """A missing table is reported as its missing required keys."""
    section = section_of(fields_at(location[:-1])[str(location[-1])])
    required = [n for n, field in section.model_fields.items() if field.is_required()] if section else []
    for key in [(*location, name) for name in required] or [location]:
        yield Finding(key, f"missing; allowed: {allowed_text(*type_at(key))}")


def _value_message(location: Location, value: object) -> str:
    annotation, metadata = type_at(location)
    hint = nearest(value, choices_of(annotation, metadata))
    return _message(value, allowed_text(annotation, metadata), _type_advice(location, value)) + hint


def _type_advice(location: Location, value: object) -> str:
    annotation, _ = type_at(location)
    if annotation in (int, bool, int | None) and isinstance(value, str):
        return "write it without quotes"
    if annotation in (int, int | None) and type(value) is not int:
        return "write a whole number"
    if section_of(fields_at(())[str(location[0])]) and len(location) == 1:
        return f"begin it with [{location[0]}]"
    return ""


def _unknown_message(location: Location) -> str:
    """Suggest the nearest key of the same table, else the same key of another one."""
    table, name = location[:-1], location[-1]
    siblings = [key_text((*table, sibling)) for sibling in fields_at(table)]
    elsewhere = [leaf.key for leaf in leaves() if leaf.location[-1] == name]
    if elsewhere:
        return f"unknown key; did you mean {' or '.join(elsewhere)}?"
    return "unknown key" + (nearest(key_text(location), siblings) or f"; allowed: {', '.join(siblings)}")


def _without_secret(location: Location) -> Location:
    return tuple("(hidden)" if isinstance(part, str) and secret_kind(part) else part for part in location)


def _rule_finding(rule: Rule, refusal: Refusal, valid: ValidValues) -> Finding:
    about, *others = (tuple(key.split(".")) for key in rule.keys)
    value = valid.values[rule.keys[0]]
    default = "" if rule.keys[0] in valid.given or value is None else " (the default)"
    return Finding(
        about,
        _message(value, refusal.allowed, refusal.advice, default),
        tuple(key for key in others if ".".join(key) in valid.given),
    )


def _message(value: object, allowed: str, advice: str, default: str = "") -> str:
    return f"got {shown(value)}{default}; allowed: {allowed}" + (f"; {advice}" if advice else "")
