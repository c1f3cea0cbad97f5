"""Which tokens of GitHub Actions a role trusts, and for how long."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from modules.delivery.github_provider import HOST


@dataclass(frozen=True, kw_only=True, slots=True)
class Trust:
    """What GitHub says of a run, all of which must hold.

    `subjects`: exact ones, such as `repo:owner@1/name@2:environment:prod`; `subject_patterns`: others, with `*`;
    `claims`: further claims of the token, and the values that they may have. AWS knows `actor_id`, `environment`,
    `job_workflow_ref`, `ref`, `repository_id` and a few others of GitHub (AWS: "AWS STS now supports validation of
    select identity provider specific claims", January 2026; GitHub documentation, "OpenID Connect reference").
    `session_seconds`: the longest session.
    """

    provider_arn: str
    subjects: tuple[str, ...] = ()
    subject_patterns: tuple[str, ...] = ()
    claims: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    session_seconds: int = 3_600

    def document(self) -> str:
        """The trust policy. A pattern says which parts of it are exact: `StringLike` holds the exact subjects, too."""
        exact = {f"{HOST}:aud": ("sts.amazonaws.com",)} | {
            f"{HOST}:{claim}": values for claim, values in self.claims.items()
        }
        subject = {f"{HOST}:sub": (*self.subjects, *self.subject_patterns)}
        conditions = (
            {"StringEquals": exact, "StringLike": subject}
            if self.subject_patterns
            else {"StringEquals": exact | subject}
        )
        statement = {
            "Sid": "GitHubActions",
            "Effect": "Allow",
            "Principal": {"Federated": self.provider_arn},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {
                operator: {key: list(values) if key != f"{HOST}:aud" else values[0] for key, values in keys.items()}
                for operator, keys in conditions.items()
            },
        }
        return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, sort_keys=True)
