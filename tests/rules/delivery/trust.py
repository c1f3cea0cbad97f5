"""Rules on who may assume the roles of GitHub Actions."""

import json
import re

from tests.rules.delivery.reading import HOST, ROLE, bodies_of
from tests.rules.mutations import Mutation, put, statement
from tests.rules.reading import each, is_delivery
from tests.rules.registry import Case, Check, Checks, rule
from tests.synthesized import Json


def _forked(stack: Json) -> None:
    for body in bodies_of(stack, ROLE):
        body["assume_role_policy"] = body["assume_role_policy"].replace("StringEquals", "StringLike")


def _other_queue(stack: Json) -> None:
    for body in bodies_of(stack, ROLE):
        body["assume_role_policy"] = body["assume_role_policy"].replace("gh-readonly-queue/main/*", "*")


def _without_claim(stack: Json, claim: str) -> None:
    for body in bodies_of(stack, ROLE):
        document = json.loads(body["assume_role_policy"])
        if document["Statement"][0]["Condition"].get("StringEquals", {}).pop(f"{HOST}:{claim}", None):
            body["assume_role_policy"] = json.dumps(document)


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
        Mutation("another branch's queue", _other_queue),
        Mutation("any branch", lambda stack: _without_claim(stack, "ref")),
        Mutation("anybody's promotion", lambda stack: _without_claim(stack, "actor_id")),
        Mutation("any workflow", lambda stack: _without_claim(stack, "job_workflow_ref")),
        put(ROLE, "max_session_duration", 43_200, of="plan"),
        Mutation("a third role", lambda stack: _copy_role(stack)),
    ],
)
def only_the_repository_takes_a_role_of_delivery(case: Case) -> Checks:
    """One repository assumes a role: pull requests, its queue and its branch plan, and the branch deploys.

    Approved by an environment's reviewers, or as one workflow that an approver has started; pull requests only preview.
    """
    delivery, name = case.settings.delivery, case.environment.name
    if not is_delivery(case.stack) or delivery is None:
        return
    repository = f"repo:{delivery.repository}"
    branch = f"refs/heads/{delivery.branch}"
    approved = {f"{HOST}:sub": [f"{repository}:environment:{name}"], f"{HOST}:ref": [branch]}
    promoted = {
        f"{HOST}:sub": [f"{repository}:ref:{branch}"],
        f"{HOST}:actor_id": [str(one) for one in delivery.approvers],
        f"{HOST}:job_workflow_ref": [
            f"{re.sub('@[0-9]+', '', delivery.repository)}/.github/workflows/apply-plan.yml@{branch}"
        ],
    }
    planned = [f"{repository}:{end}" for end in ("pull_request", f"ref:{branch}", f"ref:{_queue(delivery.branch)}")]
    wanted: dict[str, dict[str, Json]] = {
        "plan": {"StringLike": {f"{HOST}:sub": planned}},
        "deploy": {"StringEquals": approved if delivery.approval == "environment" else promoted},
    } | (
        {"preview": {"StringEquals": {f"{HOST}:sub": [f"{repository}:environment:preview"]}}}
        if delivery.previews
        else {}
    )
    provider = f"arn:aws:iam::{case.settings.account_id}:oidc-provider/{HOST}"
    for role in each(case.stack, ROLE):
        trust = json.loads(role.body["assume_role_policy"])["Statement"]
        conditions = {"StringEquals": {}, **wanted.get(role.id, {"StringEquals": {f"{HOST}:sub": ["nobody"]}})}
        conditions["StringEquals"] = {f"{HOST}:aud": "sts.amazonaws.com", **conditions["StringEquals"]}
        holds = (
            len(trust) == 1
            and trust[0]["Principal"] == {"Federated": provider}
            and trust[0]["Action"] == "sts:AssumeRoleWithWebIdentity"
            and trust[0].get("Condition") == conditions
            # A job is cut off at the end of its session.
            and role.body.get("max_session_duration") == (3600 if role.id == "plan" else 7200)
        )
        yield Check(role.address, holds, f"trusts {trust}")


def _queue(branch: str) -> str:
    return f"refs/heads/gh-readonly-queue/{branch}/*"


def _copy_role(stack: Json) -> None:
    bodies = stack["resource"].get(ROLE, {})
    if "deploy" in bodies:
        bodies["another"] = bodies["deploy"]
