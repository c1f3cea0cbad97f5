"""The settings table `[delivery]`: delivery by GitHub Actions."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from modules.section import Allowed, Section, as_tuple, distinct

# GitHub: owners have letters, digits and single hyphens, repositories also dots and underscores. Tokens of those that
# were created, renamed or transferred since 15 July 2026 name the ids, too (GitHub changelog, "Immutable subject
# claims").
_OWNER, _NAME, _ID = r"[A-Za-z0-9]+(-[A-Za-z0-9]+)*", r"[A-Za-z0-9._-]{1,100}", "@[0-9]{1,20}"
GitHubRepository = Annotated[
    str,
    StringConstraints(pattern=rf"^({_OWNER}/{_NAME}|{_OWNER}{_ID}/{_NAME}{_ID})$", max_length=180),
    Allowed("a repository as GitHub's tokens name it: owner@123456/name@456789, older ones owner/name"),
]
BranchName = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*$", max_length=100),
    Allowed("the name of one branch, without wildcards"),
]

Approval = Literal["environment", "dispatch"]
# The number of an account on GitHub: names can be given away, numbers can't. More would not fit into a trust policy of
# 2,048 characters (IAM quotas).
UserId = Annotated[int, Field(ge=1, le=10**12), Allowed("the number of an account on GitHub, such as 583231")]
UserIds = Annotated[
    tuple[UserId, ...],
    BeforeValidator(as_tuple),
    AfterValidator(distinct),
    Field(max_length=20),
    Allowed("up to 20 numbers of accounts on GitHub, each once"),
]


class DeliverySettings(Section):
    """Roles for the workflows of a repository; only if this table is given."""

    repository: GitHubRepository = Field(description="Repository whose workflows may plan and deploy this environment")
    branch: BranchName = Field("main", description="Branch that is deployed, and whose runs may plan")
    create_provider: bool = Field(
        True,
        description="Create GitHub's identity provider; false if the account already has it: it can have only one",
    )
    approval: Approval = Field(
        "environment",
        description="How a plan is approved: by the reviewers of the environment in GitHub, or by one of `approvers`, "
        "who runs the workflow *Promote*",
    )
    approvers: UserIds = Field(
        (), description="GitHub's numbers of those who may promote; with `approval` dispatch, and only then"
    )
    previews: bool = Field(False, description="Let pull requests deploy ephemeral copies (refused in production)")
