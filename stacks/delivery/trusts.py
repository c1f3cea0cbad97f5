"""Which runs of the repository's workflows take the roles of an environment."""

from collections.abc import Mapping

from modules.delivery.github_provider import HOST
from modules.delivery.trust import Trust
from modules.names import Names
from stacks.delivery.delivery_settings import DeliverySettings

PREVIEW = "preview"  # the environment of GitHub in which previews are deployed
PROMOTION = ".github/workflows/apply-plan.yml"  # which only promote.yml calls
# As long as the jobs that apply may take: GitHub's tokens let a role be taken for up to its longest session, which is
# an hour unless it says otherwise (IAM user guide, "Update the maximum session duration for a role").
_LONGEST_APPLY_SECONDS = 7_200


def trusts(delivery: DeliverySettings, names: Names) -> Mapping[str, Trust]:
    """Whom the roles `plan`, `deploy` and `preview` trust.

    Who can push to the repository can write a workflow that names an environment. Where its rules don't keep others
    than the branch out, because the plan for the account on GitHub has none, the claim `ref` does.
    """
    provider, repository = names.global_arn("iam", f"oidc-provider/{HOST}"), f"repo:{delivery.repository}"
    branch = f"refs/heads/{delivery.branch}"
    return {
        "plan": Trust(
            provider_arn=provider,
            subjects=(f"{repository}:pull_request", f"{repository}:ref:{branch}"),
            # Branches that GitHub makes for its merge queue.
            subject_patterns=(f"{repository}:ref:refs/heads/gh-readonly-queue/{delivery.branch}/*",),
        ),
        "deploy": _promoted(delivery, provider, branch)
        if delivery.approval == "dispatch"
        else Trust(
            provider_arn=provider,
            subjects=(f"{repository}:environment:{names.suffix}",),
            claims={"ref": (branch,)},
            session_seconds=_LONGEST_APPLY_SECONDS,
        ),
        "preview": Trust(
            provider_arn=provider,
            subjects=(f"{repository}:environment:{PREVIEW}",),
            session_seconds=_LONGEST_APPLY_SECONDS,
        ),
    }


def _promoted(delivery: DeliverySettings, provider: str, branch: str) -> Trust:
    """Runs of one workflow, as it is on the branch, which one of the approvers has started."""
    owner, _, name = delivery.repository.partition("/")
    # Only the subject names their numbers.
    plain = f"{owner.partition('@')[0]}/{name.partition('@')[0]}"
    return Trust(
        provider_arn=provider,
        subjects=(f"repo:{delivery.repository}:ref:{branch}",),
        claims={
            "actor_id": tuple(str(number) for number in delivery.approvers),
            "job_workflow_ref": (f"{plain}/{PROMOTION}@{branch}",),
        },
        session_seconds=_LONGEST_APPLY_SECONDS,
    )
