"""Rules on who may assume the roles of GitHub Actions."""

import json

from tests.rules.delivery.reading import HOST, ROLE, bodies_of
from tests.rules.mutations import Mutation, statement
from tests.rules.reading import each, is_delivery
from tests.rules.registry import Case, Check, Checks, rule
from tests.synthesized import Json


def _forked(stack: Json) -> None:
    for body in bodies_of(stack, ROLE):
        body["assume_role_policy"] = body["assume_role_policy"].replace("StringEquals", "StringLike")


@rule(
    "OIDC, confused deputy",
    broken_by=[
        Mutation("subjects by pattern", _forked),
        statement(ROLE, "GitHubActions", of="deploy", argument="assume_role_policy", Condition=None),
        statement(
            ROLE,
            "GitHubActions",
            of="plan",
            argument="assume_role_policy",
            Condition={"StringEquals": {f"{HOST}:aud": "sts.amazonaws.com", f"{HOST}:sub": ["repo:example/*"]}},
        ),
        statement(ROLE, "GitHubActions", of="deploy", argument="assume_role_policy", Principal={"Federated": "*"}),
        statement(ROLE, "GitHubActions", of="deploy", argument="assume_role_policy", Principal={"AWS": "*"}),
        Mutation("a third role", lambda stack: _copy_role(stack)),
    ],
)
def only_the_repository_takes_a_role_of_delivery(case: Case) -> Checks:
    """Exact subjects of one repository assume a role: pull requests and the branch plan, environments deploy."""
    delivery, name = case.settings.delivery, case.environment.name
    if not is_delivery(case.stack) or delivery is None:
        return
    repository = f"repo:{delivery.repository}"
    wanted = {
        "plan": [f"{repository}:pull_request", f"{repository}:ref:refs/heads/{delivery.branch}"],
        "deploy": [f"{repository}:environment:{name}"],
    } | ({"preview": [f"{repository}:environment:preview"]} if delivery.previews else {})
    provider = f"arn:aws:iam::{case.settings.account_id}:oidc-provider/{HOST}"
    for role in each(case.stack, ROLE):
        trust = json.loads(role.body["assume_role_policy"])["Statement"]
        conditions = {
            "StringEquals": {f"{HOST}:aud": "sts.amazonaws.com", f"{HOST}:sub": wanted.get(role.id, ["nobody"])}
        }
        holds = (
            len(trust) == 1
            and trust[0]["Principal"] == {"Federated": provider}
            and trust[0]["Action"] == "sts:AssumeRoleWithWebIdentity"
            and trust[0].get("Condition") == conditions
        )
        yield Check(role.address, holds, f"trusts {trust}")


def _copy_role(stack: Json) -> None:
    bodies = stack["resource"].get(ROLE, {})
    if "deploy" in bodies:
        bodies["another"] = bodies["deploy"]
