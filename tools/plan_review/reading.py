"""Reads what `terraform show -json` prints of a saved plan.

Written here, because no maintained library reads which values are unknown or sensitive (docs/adr/0016-plan-review.md).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from tools.plan_review.configuration import DEFAULTS, Configuration
from tools.plan_review.model import (
    ATTACHMENTS,
    MANAGED,
    OWN,
    UNIQUE,
    Action,
    Change,
    Json,
    Plan,
    ReviewError,
    at,
    marks,
)

LARGEST_MEGABYTES = 512
OUTPUT = "output"
# What Terraform does besides the changes, or can't plan yet ("JSON output format").
_BESIDE = ("deferred_changes", "action_invocations", "deferred_action_invocations")
# Suffix of an empty file beside a plan that destroys a stack that was removed from the code.
GONE = ".gone"
# Their ARNs end in an id that says nothing to people.
_RANDOM_ARNS = ("aws_kms_key", "aws_secretsmanager_secret")
_MANAGED_ARN = re.compile(rf"\$\{{({MANAGED}\.[\w-]+)\.arn\}}")
_ACCESS = (OWN, MANAGED, *ATTACHMENTS)
_AGAIN = "plan again, and show the plan with `terraform show -json`"
_ACTIONS = {(action.value,): action for action in Action if action is not Action.REPLACE} | {
    ("delete", "create"): Action.REPLACE,
    ("create", "delete"): Action.REPLACE,
    ("create", "forget"): Action.FORGET,
    ("forget", "create"): Action.FORGET,
}


def read_plan(path: Path, configuration: Configuration = DEFAULTS) -> Plan:
    """The plan in a file, with the policies of `<stack>.tf.json` beside it; raises ReviewError."""
    document = _load(path)
    if not isinstance(document, dict):
        raise ReviewError(f"{path}: the JSON is no object, so it is no plan; {_AGAIN}")
    _check_version(path, document)
    if document.get("errored"):
        raise ReviewError(f"{path}: Terraform failed while planning, so the plan is incomplete: see its messages")
    stack = path.name.removesuffix(".json")
    where = str(path)
    resources = _list(where, document, "resource_changes")
    changes = tuple(_changes(where, stack, resources))
    configured = _configured(path.with_name(f"{stack}.tf.json"))
    drift = tuple(
        one
        for one in _changes(where, stack, _list(where, document, "resource_drift"))
        if not _stays(one) and not _is_left_to_others(one, configured.get(one.address, {}))
    )
    return Plan(
        stack=stack,
        region=configuration.region_of(stack),
        changes=(
            *(one for one in changes if not _stays(one)),
            *_outputs(where, stack, _object(where, document, "output_changes")),
        ),
        drifted=tuple(one.address for one in drift),
        lost=tuple(one for one in drift if one.action is Action.DELETE),
        staying=_staying(resources),
        access=tuple(one for one in changes if _stays(one)),
        links=dict(_links(configured)),
        account=_account(document.get("configuration")),
        complete=document.get("complete") is not False and not any(map(document.get, _BESIDE)),
        policies=dict(_texts(configured, "policy")),
        references=dict(_references(document.get("prior_state"))),
        is_gone=path.with_name(f"{stack}{GONE}").exists(),
    )


def _load(path: Path) -> Json:
    try:
        data = path.read_bytes() if path.stat().st_size <= LARGEST_MEGABYTES << 20 else None
    except OSError as error:
        raise ReviewError(f"{path}: {error.strerror or error}") from None
    if data is None:
        raise ReviewError(f"{path}: larger than {LARGEST_MEGABYTES} MB: split the stack, or review its plan by hand")
    if not data.strip():
        raise ReviewError(f"{path}: the file is empty; {_AGAIN}")
    if data.startswith(b"PK"):
        raise ReviewError(f"{path}: this is the saved plan itself; review what `terraform show -json` prints of it")
    try:
        return json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise ReviewError(f"{path}: not UTF-8 (was it written by a shell that changes encodings?); {_AGAIN}") from None
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise ReviewError(f"{path}: not JSON, or cut off, at {place}; {_AGAIN}") from None
    except (ValueError, RecursionError):
        raise ReviewError(f"{path}: JSON that Terraform doesn't write (too long numbers or too deep nesting)") from None


def _check_version(path: Path, document: Mapping[str, Json]) -> None:
    version = document.get("format_version")
    if version is None:
        raise ReviewError(f"{path}: no format_version: this isn't what `terraform show -json` writes; {_AGAIN}")
    if not isinstance(version, str) or version.partition(".")[0] != "1":
        raise ReviewError(f"{path}: format_version {str(version)[:20]!r}; this review reads 1.x: use a Terraform 1.x")
    if "values" in document:
        raise ReviewError(f"{path}: this is a state, not a plan: `terraform show -json` needs the saved plan's file")
    if not any(name in document for name in ("resource_changes", "planned_values", "output_changes")):
        raise ReviewError(f"{path}: there is no plan in it; {_AGAIN}")


def _changes(where: str, stack: str, found: list[Json]) -> Iterator[Change]:
    for number, one in enumerate(found):
        place = f"{where}: resource_changes[{number}]"
        change = _object(place, one, "change")
        action = _action(place, change)
        if one.get("mode") == "data":
            continue
        previous, imported = one.get("previous_address"), change.get("importing") is not None
        if action is Action.NOTHING and previous is None and not imported and one.get("type") not in _ACCESS:
            continue
        yield Change(
            stack=stack,
            address=_address(place, one),
            type=_text(place, one, "type"),
            action=action,
            before=_object(place, change, "before"),
            after=_object(place, change, "after"),
            unknown=change.get("after_unknown", False),
            before_sensitive=change.get("before_sensitive", False),
            after_sensitive=change.get("after_sensitive", False),
            previous_address=previous if isinstance(previous, str) else None,
            is_imported=imported,
            creates_first=change.get("actions") == ["create", "delete"],
        )


def _stays(change: Change) -> bool:
    return change.action is Action.NOTHING and change.previous_address is None and not change.is_imported


def _is_left_to_others(drift: Change, configured: Mapping[str, Json]) -> bool:
    """Whether nothing differs but what the configuration ignores."""
    ignored = at(configured, "lifecycle.ignore_changes")
    return drift.action is Action.UPDATE and isinstance(ignored, list) and {*drift.changed} <= {*map(str, ignored)}


def _address(place: str, one: Mapping[str, Json]) -> str:
    """The address; a deposed object is what a replacement that failed has left behind."""
    deposed = " (deposed)" if one.get("deposed") is not None else ""
    return f"{_text(place, one, 'address')}{deposed}"


def _staying(resources: list[Json]) -> dict[str, tuple[Mapping[str, Json], ...]]:
    """Resources that the plan leaves as they are, of the types whose names are unique."""
    found: dict[str, list[Mapping[str, Json]]] = {}
    for one in resources:
        change = one.get("change")
        type_ = str(one.get("type"))
        if type_ in UNIQUE and change.get("actions") == ["no-op"] and isinstance(change.get("before"), dict):
            found.setdefault(type_, []).append(change["before"])
    return {type_: tuple(bodies) for type_, bodies in found.items()}


def _account(configuration: Json) -> str | None:
    """The only account that the AWS provider may work in."""
    allowed = at(configuration, "provider_config.aws.expressions.allowed_account_ids.constant_value")
    return str(allowed[0]) if isinstance(allowed, list) and len(allowed) == 1 else None


def _outputs(where: str, stack: str, found: Mapping[str, Json]) -> Iterator[Change]:
    """Changes of outputs, without values: these are never shown."""
    for name, change in found.items():
        place = f"{where}: output_changes.{name[:80]}"
        action = _action(place, change if isinstance(change, Mapping) else {})
        if action is not Action.NOTHING:
            yield Change(stack=stack, address=f"output.{name}", type=OUTPUT, action=action, before={}, after={})


def _action(place: str, change: Mapping[str, Json]) -> Action:
    found = change.get("actions")
    key = tuple(map(str, found)) if isinstance(found, list) else ()
    if key not in _ACTIONS:
        raise ReviewError(f"{place}: unknown actions {str(found)[:60]}; this review knows {', '.join(Action)}")
    return _ACTIONS[key]


def _object(place: str, parent: Json, name: str) -> Mapping[str, Json]:
    found = parent.get(name, {}) if isinstance(parent, dict) else parent
    found = {} if found is None else found
    if not isinstance(parent, dict) or not isinstance(found, dict):
        raise ReviewError(f"{place}: {name} is not an object; {_AGAIN}")
    return found


def _list(place: str, parent: Mapping[str, Json], name: str) -> list[Json]:
    found = parent.get(name)
    if found is None:
        return []
    if not isinstance(found, list):
        raise ReviewError(f"{place}: {name} is not a list; {_AGAIN}")
    return found


def _text(place: str, parent: Mapping[str, Json], name: str) -> str:
    found = parent.get(name)
    if not isinstance(found, str):
        raise ReviewError(f"{place}: {name} is not a text; {_AGAIN}")
    return found


def _configured(path: Path) -> dict[str, Mapping[str, Json]]:
    """Resources of the configuration, by address; none without the file."""
    if not path.exists():
        return {}
    return {
        f"{type_}.{id_}": body
        for type_, bodies in _object(str(path), _load(path), "resource").items()
        for id_, body in (bodies.items() if isinstance(bodies, Mapping) else ())
        if isinstance(body, Mapping)
    }


def _texts(configured: Mapping[str, Mapping[str, Json]], name: str) -> Iterator[tuple[str, str]]:
    for address, body in configured.items():
        if isinstance(text := body.get(name), str):
            yield address, text


def _links(configured: Mapping[str, Mapping[str, Json]]) -> Iterator[tuple[str, str]]:
    """Which managed policy is attached, or is a role's boundary, where that is a reference to one."""
    for name in ("policy_arn", "permissions_boundary"):
        for address, text in _texts(configured, name):
            if found := _MANAGED_ARN.fullmatch(text):
                yield address, found[1]


def _references(state: Json) -> Iterator[tuple[str, str]]:
    resources = at(state, "values.root_module") if isinstance(state, Mapping) else None
    found = resources.get("resources") if isinstance(resources, Mapping) else None
    for one in found if isinstance(found, list) else ():
        if isinstance(one, Mapping) and one.get("type") in _RANDOM_ARNS:
            arn, address = at(one, "values.arn"), one.get("address")
            if isinstance(arn, str) and arn.startswith("arn:") and not marks(one.get("sensitive_values"), "arn"):
                yield arn, f"${{{address}.arn}}"
