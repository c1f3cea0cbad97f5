"""The section about delivery by GitHub Actions."""

from pydantic import Field

from stacks.settings.kinds import Section
from stacks.settings.kinds_web import BranchName, GitHubRepository


class DeliverySettings(Section):
    """Roles for the workflows of a repository; only where this table is given."""

    repository: GitHubRepository = Field(description="Repository whose workflows may plan and deploy this environment")
    branch: BranchName = Field("main", description="Branch that is deployed, and whose runs may plan")
    create_provider: bool = Field(
        True,
        description="Make GitHub's identity provider; false where the account has it already: it can have only one",
    )
    previews: bool = Field(
        False, description="Let pull requests deploy copies under names of their own (refused in production)"
    )
