"""IAM policy documents as JSON built in Python.

Not `aws_iam_policy_document`: Terraform defers a data source whose dependency has any pending change, so that one
changed tag would show up in every policy of a plan.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

_LONGEST_POLICY = 6_144  # characters, spaces not counted (IAM quotas)
Conditions = Mapping[str, Mapping[str, str | Sequence[str]]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Statement:
    """One statement; `principals` only in resource policies (`*`, or type -> identifiers)."""

    sid: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    conditions: Conditions = field(default_factory=dict)
    principals: str | Mapping[str, str] | None = None
    effect: str = "Allow"

    def as_dict(self) -> dict[str, Any]:
        """The statement in the JSON policy language of IAM."""
        document: dict[str, Any] = {"Sid": self.sid, "Effect": self.effect}
        if self.principals is not None:
            document["Principal"] = self.principals
        document |= {"Action": _one_or_list(self.actions), "Resource": _one_or_list(self.resources)}
        if self.conditions:
            document["Condition"] = {operator: dict(keys) for operator, keys in self.conditions.items()}
        return document

    def merged(self, other: "Statement") -> "Statement":
        """Both statements in one: same Sid, actions and conditions, the resources of both."""
        if replace(other, resources=self.resources) != self:
            raise ValueError(f"two statements called {self.sid!r} differ in more than their resources")
        return replace(self, resources=tuple(dict.fromkeys(self.resources + other.resources)))


class Grantee(Protocol):
    """Whatever has a role to which a resource can grant permissions."""

    def allow(self, statement: Statement) -> None:
        """Adds the statement to the role's policy."""


def policy_document(statements: Sequence[Statement]) -> str:
    """The JSON text of a policy, with sorted keys, so that equal policies are equal texts."""
    return json.dumps({"Version": "2012-10-17", "Statement": [s.as_dict() for s in statements]}, sort_keys=True)


def fitting(name: str, document: str, *, shorter: str) -> str:
    """A managed policy's document; raises `ValueError`, which says what makes it shorter, if IAM wouldn't accept it."""
    length = len("".join(document.split()))
    if length > _LONGEST_POLICY:
        raise ValueError(
            f"the policy {name} has {length} characters, IAM accepts {_LONGEST_POLICY}: it needs {shorter}"
        )
    return document


def assume_role_document(service: str, *, conditions: Conditions | None = None) -> str:
    """The trust policy of a role that only `service` may assume.

    For Lambda it has no `aws:SourceAccount`: AWS documents that for resource policies, not for Lambda's assuming of a
    role, and Lambda accepts a role only from callers who may pass it (`iam:PassRole`), which ends at the account.
    """
    statement: dict[str, Any] = {
        "Sid": "AssumeRole",
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": "sts:AssumeRole",
    }
    if conditions:
        statement["Condition"] = conditions
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, sort_keys=True)


def deny_insecure_transport(resources: tuple[str, ...], service: str) -> Statement:
    """Denies every action of `service` on `resources` to requests that do not come over TLS."""
    return Statement(
        sid="DenyInsecureTransport",
        effect="Deny",
        principals="*",
        actions=(f"{service}:*",),
        resources=resources,
        conditions={"Bool": {"aws:SecureTransport": "false"}},
    )


def _one_or_list(values: tuple[str, ...]) -> str | list[str]:
    return values[0] if len(values) == 1 else list(values)
